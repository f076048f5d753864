"""A patch that does as it is told: how long, which exit code, which marker, and what it does to the machine."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

STAMP = "2026-11-24 23:10:05,123 [main:217] "
FRAME = STAMP + "*" * 40
COMPLETED = STAMP + "*          Update completed!           *"
PLEASE = STAMP + "*      Please REBOOT the machine!      *"
WHOLE = (FRAME, COMPLETED, FRAME, STAMP + "Syncronizing cluster files", FRAME, PLEASE, FRAME)

MARKERS: dict[str, tuple[str, ...]] = {
    "whole": WHOLE,
    "none": (STAMP + "Syncronizing cluster files",),
    "half": (FRAME, COMPLETED, FRAME),
    "other half": (FRAME, PLEASE, FRAME),
    "twice": (*WHOLE, *WHOLE),
    "wrong order": (PLEASE, COMPLETED),
    "quoted": ('At the end it says "Update completed!" and', 'then it says "Please REBOOT the machine!" twice'),
    "echoed": ("+ echo Update completed!", "+ echo Please REBOOT the machine!"),
    "traceback": (*WHOLE, "Traceback (most recent call last):", '  File "updater.py", line 12, in <module>'),
    "text after": (*WHOLE, STAMP + "restoring the previous configuration"),
    "failed": (STAMP + "The update execution has failed", STAMP + "Contact the service desk. Do not reboot."),
    "failed with marker": (STAMP + "An error occurred during the update", *WHOLE),
    "far apart": (COMPLETED, *(STAMP + f"step {number}" for number in range(2000)), PLEASE),
}
"""What the patch prints at its end, by name."""


@dataclass(frozen=True, kw_only=True)
class Patch:
    """One patch; ``during`` and ``after`` are shell, run before and behind what it prints at its end.

    ``is_good`` says that the vendor would call it completed: then, and only then, a reboot is right.
    """

    release: str
    seconds: float = 0.3
    exit_code: int = 0
    marker: str = "whole"
    during: str = ""
    after: str = ""

    @property
    def is_good(self) -> bool:
        """Tell whether it completes as the vendor says."""
        return self.exit_code == 0 and self.marker == "whole" and not self.after

    def write(self, folder: Path) -> dict[str, str]:
        """Write the script and give its entry in the checklist."""
        path = folder / f"tvox-{self.release}.run"
        path.write_text(self._script())
        return {
            "release": self.release,
            "file": path.name,
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
            "run": "sh {patch}",
        }

    def _script(self) -> str:
        lines = "\n".join(MARKERS[self.marker])
        done = f'echo "completed {self.release} $boot" >> /run/outside/events' if self.is_good else ":"
        return f"""#!/bin/sh
# A patch of the bench, for release {self.release}.
boot=$(cat /proc/sys/kernel/random/boot_id)
echo "patch {self.release} $boot" >> /run/outside/events
echo "Updating to {self.release}"
sleep {self.seconds}
{self.during}
echo {self.release} > /opt/bench/release
cat <<'END'
{lines}
END
{self.after}
{done}
exit {self.exit_code}
"""


def sshd_again() -> str:
    """Give the shell that stops the machine's sshd and starts it anew; who is logged in stays so."""
    return "kill $(cat /run/sshd.pid); sleep 0.2; /usr/sbin/sshd -E /var/log/bench-sshd.log -f /opt/bench/sshd_config"


NEW_HOST_KEY = f"rm /opt/bench/host_key*; ssh-keygen -q -t ed25519 -N '' -f /opt/bench/host_key; {sshd_again()}"
NO_SSHD = "touch /opt/bench/no-sshd; kill $(cat /run/sshd.pid)"
NO_LOGIN = f"sed -i 's/^PermitRootLogin.*/PermitRootLogin no/' /opt/bench/sshd_config; {sshd_again()}"
ATTEMPTS_GONE = "rm -rf /var/lib/tvox-uat/*"
SCREEN_KILLED = "kill -9 $(pgrep -f '^SCREEN')"
WRAPPER_KILLED = "kill -9 $(pgrep -f 'wrapper outer')"
SCREEN_REPLACED = "rm -rf /run/screen/*"
PROMPT = "printf 'Do you want to continue? [y/N] '; read answer; echo \"answer $answer\" >> /run/outside/events"
"""What a patch may do to the machine, in shell."""
