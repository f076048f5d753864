"""A check in a customer's words."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from reports.formats import Formats
from reports.plain import expectations, looked_at
from reports.words import speak
from uat.model import Check, Expectation, JsonValue, Phase, Source

ENGLISH = Formats(language=speak("en"), zone=ZoneInfo("Europe/Rome"))


def check(kind: str, inputs: dict[str, JsonValue] | None = None, **expect: tuple[Expectation, ...]) -> Check:
    """Make a check of a kind."""
    by_phase = {Phase(phase): several for phase, several in expect.items()}
    return Check(id="A", title={}, kind=kind, inputs=inputs or {}, expect=by_phase, source=Source(file="acme.yaml"))


def said(*several: Expectation) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Say what is expected of a page, the same in pre and in post."""
    return expectations(check("http", pre=several, post=several), ENGLISH)


def one(property: str, operator: str, operand: JsonValue = None, *mask: str) -> Expectation:
    """Make an expectation."""
    return Expectation(property=property, operator=operator, operand=operand, mask=mask)


@pytest.mark.parametrize(
    ("kind", "inputs", "words"),
    [
        ("service", {"name": "asterisk"}, "System service: asterisk"),
        ("clock", {}, "System clock"),
        ("port", {"number": 5060, "protocol": "udp", "from": "here"},
         "Network port: 5060 · protocol: udp · observed: from the operator’s place"),
        ("tls", {"host": None, "port": 443}, "Certificate · port: 443"),
        ("log", {"path": None, "kernel": True, "matches": "^oops", "since": "before"},
         "Lines of a log · kernel log · begins with “oops” · since the checks before the upgrade"),
        ("command", {"run": "uname -n", "user": None, "deadline": 45.0, "reviewed_by": "M. Rossi"},
         "Command that only reads: uname -n · time limit: 45 s · reviewed by: M. Rossi"),
        ("webapi", {"method": "getX", "params": [], "login": {"user": "uat", "password": "env:SECRET"}},
         "TVOX WebAPI: getX · as user uat"),
        ("http", {"url": "https://a/", "method": "GET", "headers": {"x": "env:SECRET"}, "follow": True},
         "Web page or service: https://a/"),
        ("sql", {"server": "mysql", "database": "ast", "password": "env:SECRET"},
         "Database query: mysql · database: ast"),
        ("fax_queue", {"name": "one"}, "fax queue: one"),
    ],
)  # fmt: skip
def test_what_is_looked_at(kind: str, inputs: dict[str, JsonValue], words: str) -> None:
    """The kind and what tells it apart are said; what goes without saying, and where a secret is kept, are not."""
    assert looked_at(check(kind, inputs), ENGLISH) == words


@pytest.mark.parametrize(
    ("expectation", "line"),
    [
        (one("status", "equals", 200), "HTTP status code: 200"),
        (one("json", "equals", None), "field of the answer: none"),
        (one("seconds", "at_most", 2), "response time: at most 2 s"),
        (one("headers.location", "contains", "x"), "HTTP header “location”: contains x"),
        (one("body", "not", {"matches": "(?i)error"}),
         "text of the answer: not: contains “error” (in upper or lower case)"),
        (one("body", "matches", [r"^21\.", r"a|b"]),
         "text of the answer: begins with “21.”, matches the pattern “a|b”"),
        (one("body", "equals", "x", "[0-9]+"), "text of the answer: x, not counting [0-9]+"),
        (one("free_percent", "at_least", 20), "free space: at least 20 %"),
        (one("trunks_up", "equals", 2), "trunks up: 2"),
    ],
)  # fmt: skip
def test_what_is_expected(expectation: Expectation, line: str) -> None:
    """A property and an operator are said in words, with the unit."""
    assert said(expectation) == ((line,), (), ())


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        (r"22\.0\.17", "contains “22.0.17”"),
        (r"^22\.", "begins with “22.”"),
        (r"\.17$", "ends with “.17”"),
        (r"^22\.0$", "is “22.0”"),
        (r"(?m)^ID=", "has a line that begins with “ID=”"),
        (r"(?m)ID=", "contains “ID=”"),
        (r"^$", "matches the pattern “^$”"),
        (r"\d+", r"matches the pattern “\d+”"),
        ("^a.c", "matches the pattern “^a.c”"),
        (r"price \$", "contains “price $”"),
        ("cost\\\\", "contains “cost\\”"),
        ("a\\\\$", "ends with “a\\”"),
    ],
)
def test_a_regular_expression(expression: str, words: str) -> None:
    """An expression that is a text at a place is said as one; another stands as it is written."""
    assert said(one("body", "matches", expression))[0] == (f"text of the answer: {words}",)


def test_operators_of_one_property_share_a_line() -> None:
    """What is expected of one property stands together."""
    assert said(one("seconds", "at_least", 1), one("status", "equals", 200), one("seconds", "at_most", 2))[0] == (
        "response time: at least 1 s, at most 2 s",
        "HTTP status code: 200",
    )


def test_what_is_compared_is_expected_after() -> None:
    """Before the upgrade a value is only recorded: as before is expected after it."""
    both, before, after = said(one("status", "equals", 200), one("body", "unchanged", True))
    assert (both, before, after) == (("HTTP status code: 200",), (), ("text of the answer: as before",))


def test_what_differs_by_phase() -> None:
    """What holds in one phase only is said of that phase."""
    found = expectations(
        check("webapi", pre=(one("server", "equals", "21"),), post=(one("api", "equals", "3"),)), ENGLISH
    )
    assert found == ((), ("product release: 21",), ("version of the WebAPI: 3",))


def test_a_kind_names_a_property_its_own_way() -> None:
    """What a word means depends on the kind: lines of a log, processes."""
    several = (one("count", "at_most", 5),)
    assert expectations(check("log", pre=several, post=several), ENGLISH)[0] == ("lines found: at most 5",)
    assert expectations(check("process", pre=several, post=several), ENGLISH)[0] == ("running processes: at most 5",)
