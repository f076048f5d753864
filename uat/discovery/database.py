"""Databases of MySQL, MariaDB and PostgreSQL on the machine: their tables, and how many rows the tables hold.

Asked is as the client logs in by itself, without a password of ours. What belongs to a moment (who is logged in, a
queue's state, calls of the running month) and what belongs to one node is left out, and so are tables too large to be
counted on a live machine.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from uat.checks._shell import ask
from uat.checks.sql import Inputs, ask_database
from uat.errors import ObservationError
from uat.model import JsonValue
from uat.probe import Probe
from uat.proposal import Found, Proposal

VARIABLES = ("config_database", "calendar_database")
"""What it gives the standard list."""

_QUESTION = "ps -A -o comm= | grep -E '^(mysqld|mariadbd|postgres|postmaster)$' | sort -u; true"
_MYSQL = (
    "select table_schema, table_name, coalesce(table_rows, 0) from information_schema.tables "
    "where table_type = 'BASE TABLE' and table_schema not in "
    "('mysql', 'information_schema', 'performance_schema', 'sys') order by 1, 2"
)
_DATABASES = "select datname from pg_database where not datistemplate and datallowconn order by 1"
_POSTGRESQL = (
    "select schemaname || '.' || relname, n_live_tup from pg_stat_user_tables order by n_live_tup desc, relname"
)

_ROWS_AT_MOST = 100_000
_TABLES_AT_MOST = 40
"""Counted in each database: those with the most rows of those that may be counted at all."""

_MOVES = re.compile(
    r".*(_nosync|_\d{6}|log|logs|session|sessions|history|queue|cache|lock|locks|tmp|temp)|ast_stato.*|"
    r"ast_user_exten_status",
    re.IGNORECASE,
)
_NAME = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)?")

_KNOWN = {"ast_callcenter": "config_database", "davical_administrators": "calendar_database"}
"""Databases that the vendor's pages name, and the variables of the standard list that they are the value of."""

_Tables = dict[str, list[tuple[str, int]]]
"""The tables of each database, and about how many rows each has."""


def discover(probe: Probe) -> Found:
    """Ask each server that runs; one that refuses is told of, and is no failure."""
    running = set(ask(probe, _QUESTION).text.split())
    found: list[Found] = []
    if running & {"mysqld", "mariadbd"}:
        found.append(_asked("mysql", probe))
    if running & {"postgres", "postmaster"}:
        found.append(_asked("postgresql", probe))
    return Found(
        proposals=tuple(one for each in found for one in each.proposals),
        present=tuple(one for each in found for one in each.present),
        texts={name: value for each in found for name, value in each.texts.items()},
        notes=tuple(note for each in found for note in each.notes),
    )


def _asked(server: str, probe: Probe) -> Found:
    login: dict[str, JsonValue] = {"run_as": "postgres"} if server == "postgresql" else {}
    try:
        tables = _of_postgresql(login, probe) if login else _of_mysql(probe)
    except ObservationError as error:
        return Found(notes=(f"{server}: {error}",))
    return Found(
        proposals=tuple(one for name in tables for one in _proposals(server, name, tables[name], login)),
        present=tuple(f"{name}.{_shown(table)}" for name in tables for table, _ in tables[name]),
        texts={_KNOWN[name]: name for name in tables if name in _KNOWN},
    )


def _of_mysql(probe: Probe) -> _Tables:
    found: _Tables = {}
    for database, table, rows in _ask("mysql", "information_schema", _MYSQL, {}, probe):
        found.setdefault(database, []).append((table, int(rows)))
    return found


def _of_postgresql(login: dict[str, JsonValue], probe: Probe) -> _Tables:
    names = [row[0] for row in _ask("postgresql", "postgres", _DATABASES, login, probe)]
    return {
        name: [(table, int(rows)) for table, rows in _ask("postgresql", name, _POSTGRESQL, login, probe)]
        for name in names
        if _NAME.fullmatch(name)
    }


def _ask(
    server: str, database: str, query: str, login: dict[str, JsonValue], probe: Probe
) -> tuple[tuple[str, ...], ...]:
    inputs = Inputs.model_validate({"server": server, "database": database, "query": query, **login})
    table, _ = ask_database(inputs, probe)
    return tuple(tuple(cell or "" for cell in row) for row in table.rows)


def _proposals(
    server: str, database: str, tables: list[tuple[str, int]], login: dict[str, JsonValue]
) -> Iterator[Proposal]:
    """Propose the number of tables, which may grow, and the rows of those that can be counted, which are not lost."""
    if not tables or not _NAME.fullmatch(database):
        return
    schema = "table_catalog = current_database() and table_schema not in ('pg_catalog', 'information_schema')"
    which = schema if server == "postgresql" else f"table_schema = '{database}'"
    yield _proposal(
        database,
        {
            "it": f"Il database {database} ha tutte le sue tabelle",
            "en": f"The database {database} has all its tables",
        },
        {"server": server, "database": database, **login},
        f"select count(*) from information_schema.tables where {which}",
    )
    countable = [one for one in tables if one[1] <= _ROWS_AT_MOST and _is_kept(one[0])]
    for table, _ in sorted(countable, key=lambda one: (-one[1], one[0]))[:_TABLES_AT_MOST]:
        shown = _shown(table)
        yield _proposal(
            f"{database}.{shown}",
            {"it": f"La tabella {shown} non ha perso righe", "en": f"The table {shown} has lost no rows"},
            {"server": server, "database": database, **login},
            f"select count(*) from {table}",
        )


def _shown(table: str) -> str:
    return table.removeprefix("public.")


def _is_kept(table: str) -> bool:
    return bool(_NAME.fullmatch(table)) and not _MOVES.fullmatch(table)


def _proposal(about: str, title: dict[str, str], inputs: dict[str, JsonValue], query: str) -> Proposal:
    return Proposal(
        about=about,
        title=title,
        area="machine_data",
        kind="sql",
        inputs={**inputs, "query": query},
        expect={"number": {"not_below_before": True}},
        retry_for="1m",
        covered_by=_KNOWN.get(str(inputs["database"]), ""),
    )
