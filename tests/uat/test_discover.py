"""What is proposed is looked at first, over a real sshd."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sshd import Sshd
from uat import observe
from uat.desk import open_desk
from uat.discover import Looked, covered, entry, look
from uat.language.check_entry import KEYS
from uat.model import JsonValue
from uat.proposal import Proposal
from uat.session import Session


@pytest.fixture
def customer(tmp_path: Path) -> Path:
    """A customer's file."""
    path = tmp_path / "acme.yaml"
    path.write_text("customer: ACME\n", "utf-8")
    return path


@pytest.fixture
def session(sshd: Sshd, customer: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    """A desk before a machine."""
    monkeypatch.setenv("HOME", str(customer.parent))
    made = open_desk(
        customer,
        host=str(sshd.address),
        identity=str(sshd.key),
        known_hosts=sshd.known_hosts,
        evidence=customer.parent / "evidence",
    )
    yield made
    made.drop_connection()


def proposal(kind: str, inputs: dict[str, JsonValue], expect: dict[str, JsonValue], **more: str) -> Proposal:
    """Propose something."""
    fields = {"about": "x", "title": {"it": "X"}, "area": "a", "kind": kind, "inputs": inputs, "expect": expect}
    return Proposal.model_validate({**fields, **more})


def looked(session: Session, customer: Path, *proposals: Proposal) -> list[Looked]:
    """Look at proposals."""
    named = [("word", f"DISC-{number}", one) for number, one in enumerate(proposals)]
    return list(look(session, customer, named, ssh=str(session.settings.address), variables={}))


def test_what_holds(session: Session, customer: Path) -> None:
    """A proposal that holds is kept as it is, with what was seen; {host} is the machine."""
    inputs = {"number": session.settings.address.port, "address": "{host}"}
    (one,) = looked(
        session, customer, proposal("port", inputs, {"listening": True, "addresses": {"unchanged": True}})
    )
    assert (one.refused, one.seen) == ("", "listening: true, addresses: [127.0.0.1]")
    assert (one.proposal.inputs, list(one.proposal.expect)) == (inputs, ["listening", "addresses"])


def test_what_does_not_hold_is_left_out(session: Session, customer: Path) -> None:
    """A property that is otherwise now is left out, and the rest is kept."""
    (one,) = looked(session, customer, proposal("file", {"path": "/etc/hosts"}, {"exists": True, "mode": "0000"}))
    assert (one.refused, list(one.proposal.expect)) == ("", ["exists"])
    assert "mode: 0" in one.seen


def test_what_it_is_about_does_not_hold(session: Session, customer: Path) -> None:
    """A check whose first property does not hold is refused whole, with what was seen."""
    (one,) = looked(
        session, customer, proposal("file", {"path": "/no/such"}, {"exists": True, "mode": {"unchanged": True}})
    )
    assert "exists: false" in one.refused


def test_unable(session: Session, customer: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be looked at is refused with the reason, and the others go on; nothing is tried again and again."""

    def waits(seconds: float) -> None:
        raise AssertionError("it is tried again")

    monkeypatch.setattr(observe.time, "sleep", waits)
    wrong = proposal("disk", {"path": "/no/such"}, {"free_percent": {"at_least": 1}}, retry_for="10m")
    one, other = looked(session, customer, wrong, proposal("file", {"path": "/etc"}, {"exists": True}))
    assert "No such file" in one.refused
    assert other.refused == ""


def test_a_name_that_no_kind_takes(session: Session, customer: Path) -> None:
    """A thing whose name a kind does not take is refused, and the others go on."""
    one, braces, other = looked(
        session,
        customer,
        proposal("service", {"name": "a b"}, {"running": True}),
        proposal("directory", {"path": "/etc/{web}/{folder}"}, {"exists": True}),
        proposal("file", {"path": "/etc"}, {"exists": True}),
    )
    assert "is not a name" in one.refused
    assert braces.refused == "{folder} would be taken for a variable"
    assert other.refused == ""


def test_texts_of_files_are_not_shown(session: Session, customer: Path) -> None:
    """What stands in a file gets into no comment: there may be a password in it."""
    content = {"exists": True, "content": {"unchanged": True}}
    (one,) = looked(session, customer, proposal("file", {"path": "/etc/passwd"}, content))
    assert one.seen == "exists: true"
    assert set(one.proposal.expect) == {"exists", "content"}


def test_covered(customer: Path) -> None:
    """Variables whose rows a list goes through, or that a check names, are known, its bases' too."""
    (customer.parent / "base.yaml").write_text(
        "variables: {units: {description: d}, base: x, other: y}\nchecks:\n"
        "  - {id: A, each: units, service: {name: '{unit}'}, expect: {running: true}}\n"
        "  - {id: B, each: [1, 2], file: {path: '/{base}/{row}'}, expect: {exists: true}}\n",
        "utf-8",
    )
    customer.write_text("extends: base\ncustomer: ACME\n", "utf-8")
    assert covered(customer, ssh="", variables={}) == {"units", "unit", "base", "row"}


def test_entry() -> None:
    """A check is written with the language's own words, in their order, and nothing that is empty."""
    written = entry("DISC-X", proposal("file", {"path": "/etc"}, {"exists": True}))
    assert list(written) == ["id", "title", "area", "severity", "file", "expect"]
    assert set(written) - {"file"} <= set(KEYS)
