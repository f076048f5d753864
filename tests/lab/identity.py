"""Makes and keeps what tells one lab from another: UUID, ports, SSH keys."""

import hashlib
import json
import os
import socket
import uuid
from dataclasses import asdict
from pathlib import Path

from tests.lab.domain import Identity, Ports
from tests.lab.shell import LabError, locked, run


def state_folder(name: str) -> Path:
    """Return the folder of the lab of that name."""
    home = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(home) / "tvox-uat" / "lab" / name


def identity_of(name: str, state: Path) -> Identity:
    """Return the identity kept in the folder `state`; make it first if there is none."""
    file = state / "identity.json"
    with locked(state / "identity.lock"):
        if not file.exists():
            make_keys(state)
            made = Identity(domain=f"lab-{name}", uuid=str(uuid.uuid4()), ports=free_ports(name))
            write_known_hosts(state, made.ports.ssh)
            file.write_text(json.dumps(asdict(made), indent=2) + "\n", encoding="ascii")
    kept = json.loads(file.read_text(encoding="ascii"))
    return Identity(domain=kept["domain"], uuid=kept["uuid"], ports=Ports(**kept["ports"]))


def make_keys(state: Path) -> None:
    """Make the key with which root logs in, and the guest's host key."""
    for name, comment in (("key", "tvox-uat lab"), ("host_key", "pbx-lab")):
        for path in (state / name, state / f"{name}.pub"):
            path.unlink(missing_ok=True)
        run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", state / name])


def write_known_hosts(state: Path, port: int) -> None:
    """Write the guest's host key as ssh wants it."""
    kind, key, *_ = (state / "host_key.pub").read_text(encoding="ascii").split()
    (state / "known_hosts").write_text(f"[127.0.0.1]:{port} {kind} {key}\n", encoding="ascii")


def free_ports(name: str) -> Ports:
    """Return four free ports side by side, at a place that depends on the lab's name."""
    start = int.from_bytes(hashlib.sha256(name.encode()).digest()[:2], "big") % 1000
    for step in range(1000):
        first = 20000 + (start + step) % 1000 * 10
        if all(is_free(first + number) for number in range(4)):
            return Ports(ssh=first, https=first + 1, http=first + 2, sip=first + 3)
    raise LabError("no free ports between 20000 and 30000 on 127.0.0.1")


def is_free(port: int) -> bool:
    """Tell whether nobody has the port, neither TCP nor UDP."""
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with socket.socket(socket.AF_INET, kind) as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                return False
    return True
