"""A libvirtd of the lab's own: configuration, state, logs and socket all lie in the lab's folder."""

import os
import time
from pathlib import Path

from tests.lab.shell import LabError, run

QEMU_CONF = """\
stdio_handler = "file"
security_driver = "none"
remember_owner = 0
cgroup_controllers = []
"""
LIBVIRTD_CONF = """\
auth_unix_rw = "none"
log_outputs = "2:file:{state}/libvirtd.log"
"""
LONGEST_SOCKET = 107  # unix(7): sun_path has 108 bytes


def socket(state: Path) -> Path:
    """Return the path of the daemon's socket."""
    return state / "run" / "libvirt" / "libvirt-sock"


def uri(state: Path) -> str:
    """Return the address at which any libvirt client of this user opens the lab's libvirtd."""
    return f"qemu:///session?socket={socket(state)}"


def virsh(state: Path, *words: str | Path) -> str:
    """Run one virsh command against the lab's libvirtd and return what it printed."""
    return run(["virsh", "--quiet", "--connect", uri(state), *words]).strip()


def is_running(state: Path) -> bool:
    """Tell whether the daemon that this lab started still lives (and is no other process with its number)."""
    try:
        number = int((state / "libvirtd.pid").read_text(encoding="ascii"))
        command = Path(f"/proc/{number}/cmdline").read_bytes()
    except (OSError, ValueError):
        return False
    return str(state / "libvirtd.conf").encode() in command


def start(state: Path) -> None:
    """Start the daemon, unless it runs; return when it answers."""
    if is_running(state):
        return
    check_paths(state)
    write_configuration(state)
    run(command(state), environment=environment(state), deadline=60)


def command(state: Path) -> list[str]:
    """Return the daemon's command line.

    libvirtd works for the whole machine, in /etc/libvirt and /run/libvirt, as soon as it sees user 0. Root therefore
    gives it a user namespace in which it sees user 1, `daemon`, whom every Debian knows (base-passwd); whatever it
    writes still belongs to root.
    """
    daemon = ["libvirtd", "--daemon", "--config", f"{state}/libvirtd.conf", "--pid-file", f"{state}/libvirtd.pid"]
    return ["unshare", "--user", "--map-user=1", "--map-group=1", *daemon] if os.geteuid() == 0 else daemon


def environment(state: Path) -> dict[str, str]:
    """Return the daemon's environment: every folder that it may use is the lab's."""
    folders = {"XDG_CONFIG_HOME": state, "XDG_RUNTIME_DIR": state / "run", "XDG_CACHE_HOME": state / "cache",
               "XDG_DATA_HOME": state / "data", "HOME": state}  # fmt: skip
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "DBUS_", "LIBVIRT_"))}
    paths = kept.get("PATH", "") + ":/usr/sbin:/sbin"
    return kept | {name: str(folder) for name, folder in folders.items()} | {"PATH": paths}


def check_paths(state: Path) -> None:
    """Raise LabError where the sockets of a virtual machine would get too long a path."""
    longest = state / "libvirt/qemu/lib/domain-99-12345678901234567890/monitor.sock"
    if len(str(longest)) > LONGEST_SOCKET:
        raise LabError(f"{state} is too long a path for sockets: point XDG_STATE_HOME to a shorter one")


def write_configuration(state: Path) -> None:
    """Write the configuration of the daemon and of its virtual machines."""
    for folder in (state / "libvirt", state / "run", state / "cache", state / "data"):
        folder.mkdir(parents=True, exist_ok=True)
    (state / "run").chmod(0o700)
    (state / "libvirt" / "qemu.conf").write_text(QEMU_CONF, encoding="ascii")
    (state / "libvirtd.conf").write_text(LIBVIRTD_CONF.format(state=state), encoding="utf-8")


def stop(state: Path) -> None:
    """Stop the daemon that this lab started, if it runs."""
    if is_running(state):
        number = int((state / "libvirtd.pid").read_text(encoding="ascii"))
        os.kill(number, 15)
        end = time.monotonic() + 10
        while is_running(state) and time.monotonic() < end:
            time.sleep(0.1)
    (state / "libvirtd.pid").unlink(missing_ok=True)
