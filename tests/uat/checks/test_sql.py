"""Questions to a real PostgreSQL and a real MariaDB, through their clients behind a real sshd."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.databases import PASSWORD, Database, has_mariadb, postgresql, running_mariadb, running_postgresql
from tests.sshd import is_available, running_sshd
from uat.checks import sql
from uat.errors import ObservationError
from uat.host import Connection, connect
from uat.model import InvalidRecord, JsonValue, Limits, System
from uat.probe import Probe

QUOTED = PASSWORD.replace("'", "''")
ROWS = [
    "create table words (id int primary key, word varchar(200));",
    "insert into words values (1, 'tab\there'), (2, 'line\nbreak'), (3, null), (4, 'NULL'), (5, ''), "
    "(6, 'perché 😀'), (7, ' <b>\"&amp;\"</b> '), (8, 'bell\x07 \x1e\x1f');",
]
STATEMENTS = {
    "postgresql": [f"create role uat login password '{QUOTED}';", *ROWS, "grant select, insert on words to uat;"],
    "mysql": [
        "create database tvox character set utf8mb4;",
        "use tvox;",
        *ROWS,
        f"create user uat identified by '{QUOTED}';",
        "grant select, insert on tvox.* to uat;",
    ],
}


@dataclass(frozen=True, kw_only=True)
class Asking:
    """One server, and the connection to the machine that it runs on."""

    server: str
    database: Database
    connection: Connection
    limits: Limits = field(default_factory=Limits)

    @property
    def name(self) -> str:
        """The database's name."""
        return "tvox" if self.server == "mysql" else "postgres"

    def probe(self) -> Probe:
        """Make a probe for one look."""
        return Probe(connection=self.connection, system=System(), limits=self.limits)

    def __call__(self, query: str, *, probe: Probe | None = None, **inputs: JsonValue) -> sql.Observed:
        """Ask as ``uat`` with the password, unless the inputs say otherwise."""
        given = {"server": self.server, "database": self.name, "socket": self.database.socket, "query": query}
        login = {"user": "uat", "password": "env:UAT_DB_PASSWORD"}
        return sql.observe(sql.Inputs.model_validate(given | login | inputs), probe or self.probe())


@pytest.fixture(scope="session")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """Log in to a real sshd."""
    if not is_available():
        pytest.skip("no /usr/sbin/sshd or ssh-keygen here (Debian: openssh-server, openssh-client)")
    with (
        running_sshd(tmp_path_factory.mktemp("sshd")) as server,
        connect(server.address, limits=Limits(), known_hosts=server.known_hosts) as connection,
    ):
        yield connection


@pytest.fixture(scope="session")
def postgres(machine: Connection) -> Iterator[Asking]:
    """Run a PostgreSQL for the session."""
    if postgresql() is None:
        pytest.skip("no PostgreSQL here (Debian: postgresql)")
    with running_postgresql(STATEMENTS["postgresql"]) as database:
        yield Asking(server="postgresql", database=database, connection=machine)


@pytest.fixture(scope="session")
def mariadb(machine: Connection) -> Iterator[Asking]:
    """Run a MariaDB for the session."""
    if not has_mariadb():
        pytest.skip("no MariaDB here (Debian: mariadb-server-core, mariadb-client-core)")
    with running_mariadb(STATEMENTS["mysql"]) as database:
        yield Asking(server="mysql", database=database, connection=machine)


@pytest.fixture(params=["postgres", "mariadb"])
def asking(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Asking:
    """Ask each of the two."""
    monkeypatch.setenv("UAT_DB_PASSWORD", PASSWORD)
    found: Asking = request.getfixturevalue(request.param)
    return found


def test_count(asking: Asking) -> None:
    """A count is one row, and a value that is also a number."""
    observed = asking("select count(*) as many from words")
    assert (observed.value, observed.number, observed.rows, observed.columns) == ("8", 8, 1, ("many",))


@pytest.mark.parametrize(
    ("id", "word"),
    [
        (1, "tab\there"),
        (2, "line\nbreak"),
        (3, None),
        (4, "NULL"),
        (5, ""),
        (6, "perché 😀"),
        (7, ' <b>"&amp;"</b> '),
        (8, "bell\x07 \x1e\x1f"),
    ],
)
def test_values(asking: Asking, id: int, word: str | None) -> None:
    """Tabs, line ends, NULL, the text NULL, emptiness, any letter and control characters come back as they are."""
    observed = asking(f"select word, id from words where id >= {id} order by id")
    assert (observed.value, observed.rows, observed.columns) == (word, 9 - id, ("word", "id"))


def test_same_names(asking: Asking) -> None:
    """Two columns may have one name, and an order holds."""
    observed = asking("select a.id, b.id from words a, words b where a.id = 2 and b.id > 5 order by b.id desc")
    assert (observed.value, observed.rows, observed.columns) == ("2", 3, ("id", "id"))


def test_long_value(asking: Asking) -> None:
    """Of a value that nobody can read the beginning is kept."""
    assert asking("select repeat('ab', 100000)").value == "ab" * 32768


def test_no_row(asking: Asking) -> None:
    """An empty answer is no error: no row, no value."""
    observed = asking("select id from words where id > 99;")
    assert (observed.rows, observed.value, observed.number) == (0, None, None)


@pytest.mark.parametrize(("written", "number"), [("-12.50", -12.5), ("7", 7), ("'7a'", None)])
def test_numbers(asking: Asking, written: str, number: float | None) -> None:
    """A value counts as a number only when all of it is one."""
    assert asking(f"select {written}").number == number


def test_show(asking: Asking) -> None:
    """What the server tells about itself can be asked too."""
    query = "show server_version" if asking.server == "postgresql" else "show variables like 'version'"
    assert asking(query).rows == 1


def test_read_only(asking: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server itself refuses to write, even for a user who may, when a query got past the checklist."""
    monkeypatch.setattr(sql, "_READS", sql.re.compile(""))
    monkeypatch.setattr(sql, "_DOES", sql.re.compile("(?!)"))
    with pytest.raises(ObservationError, match=r"(?i)read.only transaction"):
        asking("insert into words values (99, 'x')")
    assert asking("select count(*) from words").number == 8


def test_wrong_query(asking: Asking) -> None:
    """A query that the server does not understand is an error in the server's own words."""
    with pytest.raises(ObservationError, match=r"no_such_column"):
        asking("select no_such_column from words")


def test_absent_table(asking: Asking) -> None:
    """A table that is not there is seen as such: another release may have it."""
    absent, present = asking("select count(*) from no_such_table"), asking("select count(*) from words")
    assert (absent.exists, absent.number, absent.rows) == (False, None, 0)
    assert present.exists


def test_refused_login(asking: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong password is an error, and nobody is asked for another."""
    monkeypatch.setenv("UAT_DB_PASSWORD", "wrong")
    with pytest.raises(ObservationError, match=r"(?i)authentication failed|Access denied"):
        asking("select 1")


def test_password_in_no_process_list(asking: Asking) -> None:
    """While the client runs, no process on the machine has the password among its arguments."""
    seen: list[bytes] = []
    over = threading.Event()

    def watch() -> None:
        while not over.is_set():
            for path in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    seen.append(path.read_bytes())
                except OSError:
                    continue
            time.sleep(0.02)

    watching = threading.Thread(target=watch)
    watching.start()
    slow = "select count(*) from words a, words b, words c, words d, words e, words f, words g"
    probe = asking.probe()
    try:
        asking(slow, probe=probe)
    finally:
        over.set()
        watching.join()
    assert any(slow.encode() in line for line in seen)
    assert not any(PASSWORD.encode() in line for line in seen)
    assert PASSWORD not in probe.take_evidence()[-1].model_dump_json()


def test_too_many_rows(asking: Asking) -> None:
    """More rows than anybody reads are refused with what to do, and the server sends only what it takes to know."""
    probe = asking.probe()
    with pytest.raises(ObservationError, match="let the database count"):
        asking("select 1 from words a, words b, words c, words d, words e, words f", probe=probe)
    assert probe.take_evidence()[0].size_bytes < 800_000


def test_slow_query(asking: Asking) -> None:
    """A query that takes too long is ended by the server, not only forgotten here."""
    hurried = Asking(
        server=asking.server, database=asking.database, connection=asking.connection, limits=Limits(command=3.0)
    )
    joins = ", ".join(f"words t{number}" for number in range(12))
    with pytest.raises(ObservationError, match=r"due to statement timeout|max_statement_time exceeded"):
        hurried(f"select count(*) from {joins}")


@pytest.mark.skipif(os.name != "posix" or os.getuid() != 0, reason="only root becomes another user without sudo")
def test_peer_login(postgres: Asking) -> None:
    """Without a password the client runs as the machine's user that the server knows."""
    observed = postgres("select current_user", user=None, password=None, run_as="postgres")
    assert observed.value == "postgres"


def test_no_client(machine: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without the client is an error that names it."""

    class Bare:
        def run(self, command: str, *, deadline: float | None = None, stdin: bytes = b"") -> object:
            return machine.run(f"PATH=/nowhere; {command}", deadline=deadline, stdin=stdin)

    inputs = sql.Inputs.model_validate({"server": "postgresql", "database": "tvox", "query": "select 1"})
    with pytest.raises(ObservationError, match="psql"):
        sql.observe(inputs, Probe(connection=Bare(), system=System(), limits=Limits()))


WRONG = [
    ("drop table words", "begins with select"),
    ("insert into words values (1)", "begins with select"),
    ("selects", "begins with select"),
    ("select 1; drop table words", "one statement only"),
    ("select ';'", "one statement only"),
    ("select 1 -- x", "no comment"),
    ("select /*! 1 */ 2", "no comment"),
    ("select 1 \\! reboot", "no backslash"),
    ("select * from words into outfile '/tmp/x'", "'into' does something"),
    ("SELECT * INTO copy FROM words", "'INTO' does something"),
    ("select * from words for\nupdate", "does something"),
    ("with gone as (delete from words returning *) select * from gone", "'delete' does something"),
    ("select pg_terminate_backend(1)", "'pg_terminate_backend' does something"),
    ("select * from pg_logical_slot_get_changes('s', null, null)", "does something"),
    ("select nextval('x')", "'nextval' does something"),
    ("""select "'" into outfile "'" """, "does something"),
]


@pytest.mark.parametrize(("query", "said"), WRONG, ids=[query for query, _ in WRONG])
@pytest.mark.parametrize("server", ["postgresql", "mysql"])
def test_refused(server: str, query: str, said: str) -> None:
    """A query that could do more than read is refused when the checklist is loaded."""
    with pytest.raises(InvalidRecord, match=said):
        sql.Inputs.model_validate({"server": server, "database": "tvox", "query": query})


@pytest.mark.parametrize(
    "query",
    [
        "select count(*) from calls where outcome = 'into the queue for update'",
        "SELECT updated_at, deleted FROM words WHERE `id` = 1;",
        "with recent as (select 1) select * from recent",
        "explain select 1",
        "select count(*) from pg_stat_replication",
        "describe words",
    ],
)
def test_accepted(query: str) -> None:
    """A query that only reads is taken, whatever words its texts and names contain."""
    assert sql.Inputs.model_validate({"server": "mysql", "database": "tvox", "query": query})


def test_one_place() -> None:
    """A host and a socket at once cannot be meant."""
    with pytest.raises(InvalidRecord, match="one of them"):
        sql.Inputs.model_validate(
            {"server": "mysql", "database": "a", "query": "select 1", "host": "db", "socket": "/s"}
        )


@given(st.lists(st.lists(st.none() | st.text(), min_size=2, max_size=2), max_size=4))
def test_xml_is_read_back(rows: list[list[str | None]]) -> None:
    """Whatever the client writes as XML is read back as it was."""
    meta = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}

    def cell(value: str | None) -> str:
        if value is None:
            return '\t<field name="a" xsi:nil="true" />\n'
        return f'\t<field name="a">{"".join(meta.get(letter, letter) for letter in value)}</field>\n'

    lines = "".join(f"  <row>\n{''.join(map(cell, row))}  </row>\n" for row in rows)
    table = sql._read_xml(f'<?xml version="1.0"?>\n\n<resultset statement="x"\n>{lines}</resultset>\n')
    assert [list(row) for row in table.rows] == rows


def test_cut_xml() -> None:
    """An answer that ends in the middle is no answer."""
    with pytest.raises(ObservationError, match="no whole table"):
        sql._read_xml('<resultset statement="x"><row><field name="a">1')
