"""Which machine this is, and which of its lives: the facts that guard against the wrong machine."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime

from uat.checks import webapi
from uat.errors import ObservationError
from uat.host import Connection
from uat.model import Identity, Phase
from uat.probe import Probe

_QUESTIONS = {
    "hostname": "hostname",
    "machine_id": "cat /etc/machine-id 2>/dev/null || cat /var/lib/dbus/machine-id",
    "product_uuid": "cat /sys/class/dmi/id/product_uuid",
    "boot_id": "cat /proc/sys/kernel/random/boot_id",
    "system": '. /etc/os-release 2>/dev/null && echo "$PRETTY_NAME" || cat /etc/redhat-release',
    "clock": "date +%s.%N",
}
"""CentOS 6 has no /etc/os-release and keeps the machine id with D-Bus; product_uuid is readable by root only."""

_BOOT_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def identify(connection: Connection, phase: Phase, probe: Probe) -> Identity:
    """Ask the machine who it is, in one command.

    What it does not tell stays empty; the procedure refuses to change a machine whose identity is incomplete.
    """
    began = time.time()
    script = "\n".join(f'echo "{name}=$({question})"' for name, question in _QUESTIONS.items())
    text = connection.run(script).text
    middle = (began + time.time()) / 2
    answers = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
    clock = answers.pop("clock", "")
    return Identity(
        phase=phase,
        address=str(connection.address),
        host_key=connection.host_key,
        host_key_replaced=connection.host_key_replaced,
        clock_offset=round(float(clock) - middle, 3) if re.fullmatch(r"\d+\.\d+", clock) else None,
        release=release(probe),
        taken_at=datetime.now(UTC),
        **{name: answers.get(name, "").strip() for name in _QUESTIONS if name != "clock"},
    )


def is_boot_id(text: str) -> bool:
    """Tell whether this is a well-formed boot id (proc(5): random/boot_id, a UUID in lower case)."""
    return _BOOT_ID.fullmatch(text) is not None


def release(probe: Probe) -> str:
    """Ask the product for its release (WebAPI ``getVersion``, no login); empty when it does not answer."""
    if not probe.system.web:
        return ""
    try:
        return webapi.observe(webapi.Inputs(method="getVersion"), probe).server or ""
    except ObservationError:
        return ""
