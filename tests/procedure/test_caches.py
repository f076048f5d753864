"""What was remembered of the machine before a reboot is forgotten after it (testinfra caches hosts and facts)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from procedure.account import Account
from procedure.boot import wait_for_boot
from tests.procedure.machine import TWO
from tests.sshd import Sshd
from uat.model import Checklist, Limits, Phase
from uat.options import make_header
from uat.session import Session, Settings
from uat.ssh.address import Address


@pytest.fixture
def session(sshd: Sshd, tmp_path: Path) -> Iterator[Session]:
    """A session at a real sshd."""
    address = Address(user=sshd.user, host="127.0.0.1", port=sshd.port, identity_files=(str(sshd.key),))
    settings = Settings(
        phase=Phase.UPGRADE, address=address, known_hosts=sshd.known_hosts, evidence=tmp_path, manual="none"
    )
    made = Session(settings, make_header(Checklist(customer="ACME"), Phase.UPGRADE, "Anna"), on_result=print)
    yield made
    made.drop_connection()


def rebooted(session: Session) -> None:
    """Take the boot of this computer for another life than the one before."""
    wait_for_boot(session, TWO, limits=Limits(), account=Account(print), climb=lambda said: {"login": said})


def test_testinfra_does_remember(session: Session) -> None:
    """Within one look a fact is asked for once: there is a cache that could lie."""
    once, twice = session.probe(), session.probe()
    assert once.host.system_info.arch
    for _ in range(2):
        assert twice.host.system_info.arch
    assert 0 < len(once.take_evidence()) == len(twice.take_evidence())


def test_no_fact_outlives_a_reboot(session: Session) -> None:
    """After a reboot the machine is asked anew, over a new connection, by a new testinfra host."""
    before, link = session.probe(), session.connection()
    assert before.host.system_info.arch
    asked = len(before.take_evidence())
    rebooted(session)
    after = session.probe()
    assert session.connection() is not link
    assert after.host is not before.host
    assert after.host.system_info.arch
    assert len(after.take_evidence()) == asked
