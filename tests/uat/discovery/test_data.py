"""Sources that find where the machine's data are."""

from __future__ import annotations

import pytest

from tests.uat.checks.recording import Said
from tests.uat.discovery.machines import abouts, found
from uat.errors import ObservationError

REFUSED = Said(
    stderr="ERROR 1045 (28000): Access denied for user 'root'@'localhost' (using password: NO)\n", exit_code=1
)


def test_folder() -> None:
    """Of each folder of the replicated tree nothing is lost; of large ones the size counts, of recordings loosely."""
    made = found("folder", "24\tconf\n4813\tcustom\n17825792\ttvox\n")
    lost = {"exists": True, "files": {"not_below_before": True}, "names": {"nothing_lost": True}}
    assert {one.about: one.expect for one in made.proposals} == {
        "conf": lost,
        "custom": {**lost, "size_bytes": {"drift": "10%"}},
        "tvox": {"exists": True, "files": {"drift": "50%"}, "size_bytes": {"drift": "50%"}},
    }


def test_no_folder() -> None:
    """A machine without the tree is told of; one whose sizes nobody tells has not been understood."""
    assert "no such folder" in found("folder", "").notes[0]
    with pytest.raises(ObservationError, match="no sizes"):
        found("folder", "du: conf\n")


def mysql(*rows: tuple[str, str, int]) -> str:
    """Write tables as the client does."""
    cells = "".join(
        f'<row><field name="table_schema">{schema}</field><field name="table_name">{table}</field>'
        f'<field name="table_rows">{count}</field></row>'
        for schema, table, count in rows
    )
    return f'<?xml version="1.0"?>\n<resultset>{cells}</resultset>\n'


def test_mysql() -> None:
    """The tables of each database, without what moves by itself, is of one node, or too large to be counted."""
    made = found(
        "database",
        "mysqld\n",
        mysql(
            ("ast_callcenter", "ast_utenti", 40),
            ("ast_callcenter", "ast_param_nosync", 40),
            ("ast_callcenter", "ast_calls_202611", 40),
            ("ast_callcenter", "ast_statoservizi", 40),
            ("ast_callcenter", "cdr", 5_000_000),
            ("tconfig", "customers", 1),
        ),
    )
    assert abouts(made) == ["ast_callcenter", "ast_callcenter.ast_utenti", "tconfig", "tconfig.customers"]
    assert made.texts == {"config_database": "ast_callcenter"}
    assert [one.covered_by for one in made.proposals] == ["config_database", "config_database", "", ""]
    assert {"ast_callcenter.cdr", "ast_callcenter.ast_statoservizi"} < set(made.present)


def test_refused() -> None:
    """A database that lets nobody in is told of, in its own words, and is no failure."""
    made = found("database", "mysqld\n", REFUSED)
    assert abouts(made) == []
    assert "Access denied" in made.notes[0]


def test_no_database() -> None:
    """Where no server runs, no client is started."""
    assert found("database", "").notes == ()


def test_mongo() -> None:
    """MongoDB is proposed where it runs and can be asked."""
    assert abouts(found("mongo", "1\n/usr/bin/mongo\n")) == ["server"]
    assert found("mongo", "1\n").notes == ("mongod: no client (mongosh, mongo)",)
    assert found("mongo", "0\n/usr/bin/mongo\n").proposals == ()
