"""Ask a database one question, through the client on the machine: psql, mariadb or mysql.

Only what reads is let through, twice: the checklist takes one SELECT, SHOW, WITH, EXPLAIN or DESCRIBE and refuses
what is known to do something; the server is told that the session is read-only (PostgreSQL; MySQL 5.6.5 and
MariaDB 10.0 and later). A user of the database who may only read is the third lock, and the customer's to give.

Example::

    - id: CC-02
      title: {it: Gli utenti ci sono tutti, en: All users are there}
      sql:
        server: mysql
        database: ast_callcenter
        query: select count(*) from ast_utenti
        user: uat
        password: env:TVOX_DB_PASSWORD
      expect: {number: {at_least: 1, not_below_before: true}}
    - id: CC-03
      title: {it: Lo schema è quello atteso, en: The schema is the expected one}
      sql: {server: postgresql, database: tvox, query: select version from schema_version, run_as: postgres}
      expect: {rows: 1, value: {matches: '^22[.]'}}
"""

from __future__ import annotations

import html
import math
import re
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from shlex import join, quote

from uat.checks._inputs import Name, Path, Said, Secret
from uat.checks._shell import complaint
from uat.checks.command import as_user
from uat.errors import ObservationError
from uat.model import Field, Record, field_validator, model_validator
from uat.probe import Probe
from uat.ssh.output import Output

MOVES = ("seconds",)
"""What changes by itself between two looks."""

_ROWS_AT_MOST = 10_000
_VALUE_CHARACTERS = 65_536

_READS = re.compile(r"(select|show|with|explain|describe)\b", re.IGNORECASE)
_DOES = re.compile(
    r"\b(into|for\s+(no\s+key\s+)?update|for\s+(key\s+)?share|lock\s+in\s+share\s+mode|insert|update|delete|merge|"
    r"nextval|setval|set_config|get_lock|release_lock|pg_advisory\w*|pg_try_advisory\w*|pg_terminate_backend|"
    r"pg_cancel_backend|pg_reload_conf|pg_rotate_logfile|pg_switch_\w+|pg_promote|"
    r"pg_(create|drop|copy)_\w+|pg_logical_\w+|pg_replication_(slot|origin)_\w+|pg_stat_reset\w*|pg_notify|"
    r"pg_(start|stop)_backup|pg_backup_\w+|pg_(wal|xlog)_replay_(pause|resume)|release_all_locks|"
    r"lo_export|lo_import|lo_unlink|lo_put|dblink\w*|pg_file_\w+|sys_exec|sys_eval|benchmark|sleep|pg_sleep\w*)\b",
    re.IGNORECASE,
)
"""What a statement that reads can do besides: files, locks, other sessions (PostgreSQL 15, 9; MySQL 8.0, 12)."""

_NO_TABLE = re.compile(r"^(ERROR 1146 |\w+:  42P01: )", re.MULTILINE)
"""How a server says, in any language, that a table is not there (MySQL: ER_NO_SUCH_TABLE; PostgreSQL: appendix A)."""

_TEXTS = re.compile(r"'[^']*'")


class Server(StrEnum):
    """Whose database; MariaDB is asked as MySQL is."""

    POSTGRESQL = "postgresql"
    MYSQL = "mysql"


class Inputs(Record):
    """What is asked, of which database, as whom."""

    server: Server
    database: Name
    query: Said = Field(description="one statement that reads; no comment, no backslash, no ';' within")
    user: Name | None = Field(default=None, description="of the database; default: whoever runs the client")
    password: Secret | None = None
    host: Name | None = Field(default=None, description="as the machine sees it; default: its own socket")
    port: int | None = Field(default=None, ge=1, le=65535)
    socket: Path | None = Field(default=None, description="PostgreSQL: its directory; MySQL: the file")
    run_as: Name | None = Field(default=None, description="user of the machine that runs the client (peer login)")

    @field_validator("query")
    @classmethod
    def _only_reads(cls, value: str) -> str:
        query = value.strip().removesuffix(";").rstrip()
        if not _READS.match(query):
            raise ValueError("a check only looks: a query begins with select, show, with, explain or describe")
        if ";" in query:
            raise ValueError("one statement only, and no ';' in it; in a text write chr(59), in MySQL char(59)")
        if "\\" in query or re.search(r"--|#|/\*", query):
            raise ValueError("no comment and no backslash in a query: clients read commands of their own in them")
        if did := _DOES.search(_code(query)):
            raise ValueError(
                f"a check only looks, and '{did[0]}' does something; where it is only a name, ask a view"
            )
        return query

    @model_validator(mode="after")
    def _has_one_place(self) -> Inputs:
        if self.host and self.socket:
            raise ValueError("a database is reached by 'host' or by 'socket', one of them")
        return self


class Observed(Record):
    """The answer; a database that cannot be asked is an error, an empty answer is none."""

    exists: bool = Field(description="every table that the query names is there")
    value: str | None = Field(
        description="the first field of the first row, its first 65536 characters; None: NULL, or no row"
    )
    number: int | float | None = Field(description="the same as a number; None if it is none")
    rows: int
    columns: tuple[str, ...] = Field(description="their names; MySQL tells none when there is no row")
    seconds: float = Field(description="as seen from here, with the client's start and the link")


@dataclass(frozen=True, kw_only=True)
class _Table:
    columns: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]


class NoTableError(ObservationError):
    """A table that the query names is not there."""

    def __init__(self, said: str, *, seconds: float) -> None:
        """Say what the server said, and how long it took."""
        super().__init__(said)
        self.seconds = seconds


def observe(inputs: Inputs, probe: Probe) -> Observed:
    """Ask once."""
    try:
        table, seconds = ask_database(inputs, probe)
    except NoTableError as absent:
        return Observed(exists=False, value=None, number=None, rows=0, columns=(), seconds=absent.seconds)
    value = table.rows[0][0] if table.rows else None
    return Observed(
        exists=True,
        value=value[:_VALUE_CHARACTERS] if value is not None else None,
        number=_number(value),
        rows=len(table.rows),
        columns=table.columns,
        seconds=round(seconds, 3),
    )


def ask_database(inputs: Inputs, probe: Probe) -> tuple[_Table, float]:
    """Ask once, and give the whole answer and how long it took.

    The password goes over stdin into the client's environment, never onto a command line.

    :raises NoTableError: a table that the query names is not there.
    :raises ObservationError: the database gave no answer, or more than is read.
    """
    client, read = (_psql if inputs.server is Server.POSTGRESQL else _mysql)(inputs, probe)
    command = as_user(client, inputs.run_as, probe)
    output = probe.run(command, stdin=_password(inputs, probe))
    if output.exit_code != 0 and _NO_TABLE.search(output.errors):
        raise NoTableError(_reason(output), seconds=round(output.seconds, 3))
    if output.exit_code != 0:
        raise ObservationError(f"{inputs.server} gave no answer (exit code {output.exit_code}): {_reason(output)}")
    table = None if output.is_truncated else read(output.text)
    if table is None or len(table.rows) > _ROWS_AT_MOST:
        raise ObservationError(f"more than {_ROWS_AT_MOST} rows or 8 MiB came back; let the database count or sum")
    return table, output.seconds


def _reason(output: Output) -> str:
    """Find the server's own words; the mysql client writes the whole query before them."""
    said = re.search(r"^ERROR.*", output.errors, re.MULTILINE)
    return said[0] if said else complaint(output)


def _code(query: str) -> str:
    """Take simple texts out; where names are quoted as well, texts cannot be told for sure, and all is looked at."""
    return query if re.search(r'["`$]', query) else _TEXTS.sub("''", query)


def _password(inputs: Inputs, probe: Probe) -> bytes:
    if inputs.password is None:
        return b""
    password = probe.secret(inputs.password, purpose=f"{inputs.user or inputs.server}, {inputs.database}")
    if "\n" in password:
        raise ObservationError("the password has more than one line")
    return password.encode() + b"\n"


def _handed(variable: str, inputs: Inputs) -> str:
    """Let the shell read the password into the client's environment: process lists show arguments only."""
    return f"IFS= read -r {variable}; export {variable}; " if inputs.password else ""


def _statement_seconds(probe: Probe) -> int:
    """Let the server give up before the client is ended, or it would go on working for nobody."""
    return max(1, math.floor(probe.limits.command * 0.8))


Read = Callable[[str], _Table]


def _psql(inputs: Inputs, probe: Probe) -> tuple[str, Read]:
    """Frame fields and rows with a word nobody can have in a value: --csv is younger than psql 12."""
    mark = secrets.token_hex(6)
    field, row, null = f" |{mark}| ", f"\n--{mark}--\n", f"NULL {mark}"
    options = f"-c default_transaction_read_only=on -c statement_timeout={_statement_seconds(probe)}s"
    place = inputs.host or inputs.socket
    words = [
        "psql",
        "-X",
        "-q",
        "-A",
        "-w",
        "-v",
        "VERBOSITY=verbose",
        "-P",
        "footer=off",
        "-P",
        f"null={null}",
        "-F",
        field,
        "-R",
        row,
    ]
    words += ["-d", inputs.database, *(["-U", inputs.user] if inputs.user else [])]
    words += [*(["-h", place] if place else []), *(["-p", str(inputs.port)] if inputs.port else [])]
    words += ["-c", _limited(inputs.query)]
    client = (
        f"{_handed('PGPASSWORD', inputs)}PGOPTIONS={quote(options)} PGCLIENTENCODING=UTF8 "
        f"PGCONNECT_TIMEOUT={math.ceil(probe.limits.connect)} {join(words)}"
    )

    def read(text: str) -> _Table:
        header, *lines = (line.split(field) for line in text.removesuffix("\n").split(row))
        if any(len(line) != len(header) for line in lines):
            raise ObservationError(f"psql wrote something else than a table: {text[:200]!r}")
        rows = tuple(tuple(None if cell == null else cell for cell in line) for line in lines)
        return _Table(columns=tuple(header), rows=rows)

    return client, read


def _limited(query: str) -> str:
    """Let the server send no more than is read: psql would gather a whole table in the machine's memory first."""
    if not query.lower().startswith(("select", "with")):
        return query
    return f"select * from ({query}) as answer limit {_ROWS_AT_MOST + 1}"


_MYSQL = (
    "/*!50503 SET NAMES utf8mb4 */; /*!50605 SET SESSION TRANSACTION READ ONLY */; "
    "/*!50708 SET SESSION max_execution_time={milliseconds} */; "
    "/*M!100101 SET SESSION max_statement_time={seconds} */; "
    "SET SESSION sql_select_limit={rows}; {query}"
)
"""Each only where the server is new enough (MySQL 8.0, 9.7); MariaDB passes over 50700 to 99999, MySQL over M!."""


def _mysql(inputs: Inputs, probe: Probe) -> tuple[str, Read]:
    """Ask for XML: the only output of the client that tells NULL from the text NULL."""
    seconds = _statement_seconds(probe)
    statements = _MYSQL.format(
        milliseconds=seconds * 1000, seconds=seconds, rows=_ROWS_AT_MOST + 1, query=inputs.query
    )
    words = ["--xml", "--comments", "--default-character-set=utf8", "--skip-reconnect"]
    words += [f"--connect-timeout={math.ceil(probe.limits.connect)}"]
    words += [f"--user={inputs.user}"] if inputs.user else []
    words += [f"--host={inputs.host}", "--protocol=tcp"] if inputs.host else []
    words += [f"--port={inputs.port}"] if inputs.port else []
    words += [f"--socket={inputs.socket}"] if inputs.socket else []
    words += [f"--execute={statements}", inputs.database]
    which = "client=mysql; if command -v mariadb >/dev/null 2>&1; then client=mariadb; fi; "
    return f"{_handed('MYSQL_PWD', inputs)}{which}$client {join(words)}", _read_xml


_ROW = re.compile(r"<row>(.*?)</row>", re.DOTALL)
_FIELD = re.compile(r'<field name="([^"]*)"(?: xsi:nil="true" />|>(.*?)</field>)', re.DOTALL)


def _read_xml(text: str) -> _Table:
    """Read the client's XML by its marks: < > & and " are written as entities, control characters as they are."""
    if text.strip() and not text.rstrip().endswith("</resultset>"):
        raise ObservationError(f"the client wrote no whole table: {text[:200]!r}")
    found = [tuple(_FIELD.finditer(row)) for row in _ROW.findall(text)]
    rows = tuple(tuple(_cells(row)) for row in found)
    columns = tuple(html.unescape(cell[1]) for cell in found[0]) if found else ()
    return _Table(columns=columns, rows=rows)


def _cells(row: tuple[re.Match[str], ...]) -> Iterator[str | None]:
    for cell in row:
        yield None if cell[2] is None else html.unescape(cell[2])


def _number(value: str | None) -> int | float | None:
    if value is None or not re.fullmatch(r"-?\d+(\.\d+)?([eE][+-]?\d+)?", value):
        return None
    return int(value) if value.lstrip("-").isdecimal() else float(value)
