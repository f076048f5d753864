"""Fixtures for the kinds that ask the machine: one real sshd on this computer, and a probe through it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sshd import Sshd, is_available, running_sshd
from uat.host import Connection, connect
from uat.model import Limits, System
from uat.probe import Probe
from uat.ssh.address import Address


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    """Run one sshd for all looks of a file of tests."""
    if not is_available():
        pytest.skip("no /usr/sbin/sshd or ssh-keygen here (Debian: openssh-server, openssh-client)")
    with running_sshd(tmp_path_factory.mktemp("sshd")) as running:
        yield running


@pytest.fixture(scope="module")
def connection(server: Sshd) -> Iterator[Connection]:
    """Log in to it."""
    address = Address(user=server.user, host="127.0.0.1", port=server.port, identity_files=(str(server.key),))
    opened = connect(address, limits=Limits(), known_hosts=server.known_hosts)
    yield opened
    opened.close()


@pytest.fixture
def probe(connection: Connection) -> Probe:
    """Make a probe for one look."""
    return Probe(connection=connection, system=System(ssh=str(connection.address)), limits=Limits())
