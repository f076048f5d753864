"""A hypervisor's password: where it comes from, that a refused one is not tried again, and that nobody reads it."""

from __future__ import annotations

import pytest

from procedure.credential import Password
from uat.errors import ExitCode, ProcedureError
from uat.secret import Secrets


def password(secrets: Secrets) -> Password:
    return Password("env:VCENTER_PASSWORD", secret=secrets.get, purpose="uat, vCenter")


def test_it_is_fetched_when_it_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the reference points at is given, and kept out of the session's evidence from then on."""
    secrets = Secrets()
    made = password(secrets)
    monkeypatch.setenv("VCENTER_PASSWORD", "hunter22")
    assert made.get() == "hunter22"
    assert secrets.redactor.clean("login with hunter22") == "login with [redacted]"


def test_a_refused_one_is_not_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a refusal the password is not given any more: whoever asks again gets the same stop."""
    monkeypatch.setenv("VCENTER_PASSWORD", "hunter22")
    made = password(Secrets())
    made.get()
    refusal = made.refused("Cannot complete login")
    with pytest.raises(ProcedureError) as stop:
        made.get()
    assert stop.value is refusal
    assert (refusal.stop, refusal.exit_code) == ("hypervisor_login", ExitCode.UNREACHABLE)


def test_it_is_not_in_the_hypervisors_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hypervisor that repeats the password in its error does not bring it into the journal."""
    monkeypatch.setenv("VCENTER_PASSWORD", "hunter22")
    made = password(Secrets())
    made.get()
    assert made.refused("no user uat with hunter22").facts == {"error": "uat, vCenter: no user uat with [redacted]"}


def test_none_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable that is not set is the same stop, and names the variable."""
    monkeypatch.delenv("VCENTER_PASSWORD", raising=False)
    with pytest.raises(ProcedureError, match="VCENTER_PASSWORD is not set") as stop:
        password(Secrets()).get()
    assert stop.value.stop == "hypervisor_login"
