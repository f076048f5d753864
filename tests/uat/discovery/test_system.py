"""Sources that find what the system is made of."""

from __future__ import annotations

import pytest

from tests.uat.checks.tables.mount import CENTOS6, CENTOS7, DEBIAN, SNAP
from tests.uat.discovery.machines import abouts, found
from uat.errors import ObservationError

RPM = """\
asterisk
asterisk-sounds-core-en
bash
centos-release
java-1.8.0-openjdk-headless
kernel
mariadb-server
mongodb-org-server
nginx
nginx-filesystem
openvpn
postgresql-server
postgresql-libs
screen
tvox-client-proxy
telenia-common
"""


def test_package() -> None:
    """What the telephone system is made of may go up, what is the operating system's stays; the rest is left out."""
    made = found("package", RPM)
    stays = [one.about for one in made.proposals if one.expect["version"] == {"unchanged": True}]
    assert stays == ["centos-release", "screen"]
    assert [name for name in abouts(made) if name not in stays] == [
        "asterisk", "java-1.8.0-openjdk-headless", "mariadb-server", "mongodb-org-server", "nginx", "openvpn",
        "postgresql-server", "telenia-common", "tvox-client-proxy",
    ]  # fmt: skip


def test_no_package() -> None:
    """A machine without packages has not been understood."""
    with pytest.raises(ObservationError, match="neither rpm nor dpkg"):
        found("package", "")


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        (DEBIAN, ["rootfs"]),
        (SNAP, ["rootfs", "/boot"]),
        (CENTOS7, ["rootfs", "/mnt/daily backup"]),
        (CENTOS6, ["rootfs", "/opt/telenia_data"]),
    ],
)
def test_mount(text: str, paths: list[str]) -> None:
    """What keeps data is proposed twice: as a mount, and for its room."""
    made = found("mount", text)
    assert abouts(made) == [about for path in paths for about in (path, f"room-{path}")]
    assert {one.kind for one in made.proposals} == {"mount", "disk"}


PASSWD = """\
root:x:0:0:root:/root:/bin/bash
daemon:x:1:1:daemon:/usr/sbin:/sbin/nologin
tamadmin:x:500:500::/home/tamadmin:/bin/sh
sync:x:5:0:sync:/sbin:/bin/sync
nobody:x:99:99:Nobody:/:/usr/bin/false
"""


def test_user() -> None:
    """Users who have a shell."""
    assert abouts(found("user", PASSWD)) == ["root", "tamadmin"]


def test_no_user() -> None:
    """What is no list of users is not read as one."""
    with pytest.raises(ObservationError, match="something else"):
        found("user", "getent: not found\n")


SYSCTL = (
    "# comment = 1\nnet.core.rmem_max = 16777216\n-net/ipv4/ip_forward=1\nkernel.shmmax=68719476736\nnonsense\n= 1\n"
)


def test_kernel() -> None:
    """The kernel, its name, forwarding, and what somebody has set on purpose, by either way of writing it."""
    assert abouts(found("kernel", SYSCTL)) == [
        "kernel.osrelease", "kernel.hostname", "net.ipv4.ip_forward", "kernel.shmmax", "net.core.rmem_max",
    ]  # fmt: skip


def test_clock() -> None:
    """The clock is proposed without a question: the look tells."""
    assert abouts(found("clock")) == ["clock"]
