"""One lab TVOX: its identity, its life, and how a test talks to it."""

import hashlib
import re
import shutil
import ssl
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.lab import libvirtd, pristine
from tests.lab.acceleration import accelerator
from tests.lab.domain import Identity, xml
from tests.lab.identity import identity_of, state_folder
from tests.lab.image import Image, ensure
from tests.lab.shell import LabError, locked

BOOT_SECONDS = 300
PATCHES = Path(__file__).with_name("patches")
NAME = re.compile(r"[a-z][a-z0-9-]{0,15}")


def silent(_line: str) -> None:
    """Say nothing."""


@dataclass(frozen=True, kw_only=True)
class Status:
    """What a lab is doing: `domain` is libvirt's word or `absent`; what is unknown is empty."""

    libvirtd: bool
    domain: str
    system: str
    release: str


@dataclass(frozen=True, kw_only=True)
class Lab:
    """A lab TVOX by its name. Several live side by side: each has its own folder, ports, keys, UUID and libvirtd."""

    name: str
    state_dir: Path
    identity: Identity

    @classmethod
    def named(cls, name: str = "lab") -> "Lab":
        """Return the lab of that name; its identity is made now if it never was, its machine is not started."""
        if not NAME.fullmatch(name):
            raise LabError(f"{name!r} is no name for a lab: up to 16 lower-case letters, digits and dashes")
        state = state_folder(name)
        return cls(name=name, state_dir=state, identity=identity_of(name, state))

    @property
    def domain(self) -> str:
        """The name of the virtual machine in libvirt."""
        return self.identity.domain

    @property
    def uuid(self) -> str:
        """The UUID in libvirt, which is the guest's product_uuid too."""
        return self.identity.uuid

    @property
    def uri(self) -> str:
        """What `libvirt.open` takes."""
        return libvirtd.uri(self.state_dir)

    @property
    def ssh_port(self) -> int:
        """The port on 127.0.0.1 that leads to the guest's sshd."""
        return self.identity.ports.ssh

    @property
    def https_port(self) -> int:
        """The port on 127.0.0.1 that leads to the guest's 443."""
        return self.identity.ports.https

    @property
    def http_port(self) -> int:
        """The port on 127.0.0.1 that leads to the guest's 80."""
        return self.identity.ports.http

    @property
    def sip_port(self) -> int:
        """The port on 127.0.0.1, TCP and UDP, that leads to the guest's 5060."""
        return self.identity.ports.sip

    @property
    def key(self) -> Path:
        """The private SSH key with which root logs in."""
        return self.state_dir / "key"

    @property
    def known_hosts(self) -> Path:
        """A known_hosts file with the guest's host key at `[127.0.0.1]:<ssh_port>`."""
        return self.state_dir / "known_hosts"

    @property
    def root_password(self) -> str:
        """The password with which root can log in as well (guest/setup.sh)."""
        return "lab-password"

    @property
    def console(self) -> Path:
        """The log of the serial console."""
        return self.state_dir / "console.log"

    @property
    def patches(self) -> Path:
        """The folder of tvox-22.0.0.run and tvox-22.0.17.run."""
        return PATCHES

    @property
    def certificate(self) -> Path:
        """The web certificate, PEM, as it is since the lab was last brought up; its name is pbx.lab.example."""
        return self.state_dir / "web.crt"

    @property
    def ca_or_cert_sha256(self) -> str:
        """The SHA-256 of the web certificate (self-signed), lower-case hexadecimal without colons."""
        pem = self.certificate.read_text(encoding="ascii")
        return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest()

    def up(self, say: Callable[[str], None] = silent) -> None:
        """Bring the lab up; one that runs is left as it is, any other starts in the pristine state."""
        with locked(self.state_dir / "lock"):
            libvirtd.start(self.state_dir)
            if self._domain_state() != "running":
                self._start_pristine(say)

    def reset(self, say: Callable[[str], None] = silent) -> None:
        """Bring the lab up in the pristine state: release 21.0.26, no snapshots, no patch variants, today's clock."""
        with locked(self.state_dir / "lock"):
            libvirtd.start(self.state_dir)
            self._start_pristine(say)

    def down(self) -> None:
        """Turn the lab off, hard, and stop its libvirtd; identity and pristine state are kept."""
        with locked(self.state_dir / "lock"):
            if libvirtd.is_running(self.state_dir):
                self._turn_off()
                libvirtd.stop(self.state_dir)

    def status(self) -> Status:
        """Return what the lab is doing."""
        if not libvirtd.is_running(self.state_dir):
            return Status(libvirtd=False, domain="absent", system="", release="")
        state = self._domain_state()
        if state != "running":
            return Status(libvirtd=True, domain=state, system="", release="")
        code, output = self.run("systemctl is-system-running; cat /etc/lab-tvox/release", deadline=20)
        system, _, release = (output.strip() if code == 0 else "").partition("\n")
        return Status(libvirtd=True, domain=state, system=system, release=release)

    def run(self, command: str, *, deadline: float = 120) -> tuple[int, str]:
        """Run a command as root in the guest; return its exit code (255: no connection) and all that it printed."""
        try:
            done = subprocess.run(
                [*self.ssh(), command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                text=True, errors="replace", timeout=deadline,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return 255, f"no end after {deadline:.0f} s"
        return done.returncode, done.stdout

    def ssh(self) -> list[str]:
        """Return the command line that logs in to the guest; words after it are the command there."""
        options = ["BatchMode=yes", "IdentitiesOnly=yes", "StrictHostKeyChecking=yes", "ConnectTimeout=10",
                   "LogLevel=ERROR", f"UserKnownHostsFile={self.known_hosts}"]  # fmt: skip
        words = [word for option in options for word in ("-o", option)]
        return ["ssh", "-F", "/dev/null", *words, "-i", str(self.key), "-p", str(self.ssh_port), "root@127.0.0.1"]

    def variant(self, release: str, name: str, *, seconds: int | None = None) -> None:
        """Choose how the patch to `release` goes: one of the words in patches/README.md, or `none`.

        The word is written in the guest, so that it holds wherever the patch is copied to; `seconds` is for `slow`.
        """
        words = name if seconds is None else f"{name} {seconds}"
        file = f"/etc/lab-tvox/variant-{release}"
        code, output = self.run(f"rm -f {file}" if name == "none" else f"echo '{words}' > {file} && sync")
        if code != 0:
            raise LabError(f"cannot write {file} in the guest: {output}")

    def wait(self, *, deadline: float = BOOT_SECONDS) -> None:
        """Return when the guest has finished booting; raise LabError when it has not by the deadline."""
        end = time.monotonic() + deadline
        while time.monotonic() < end:
            code, output = self.run("systemctl is-system-running --wait", deadline=deadline)
            if code != 255:
                break
            time.sleep(1)
        if output.strip() != "running":
            _, failed = self.run("systemctl --failed --no-legend --plain", deadline=20)
            raise LabError(f"the lab did not boot: {output.strip()}\n{failed}see {self.console}")

    def shut_down(self, *, deadline: float = 90) -> None:
        """Ask the guest to power off (ACPI) and return when it is off; the domain and its disk stay."""
        libvirtd.virsh(self.state_dir, "shutdown", self.domain, "--mode", "acpi")
        end = time.monotonic() + deadline
        while self._domain_state() != "shut off":
            if time.monotonic() > end:
                raise LabError(f"{self.domain} is still on after {deadline:.0f} s")
            time.sleep(0.2)

    def reboot(self) -> None:
        """Reboot the guest and return when it has finished booting."""
        _, before = self.run("cat /proc/sys/kernel/random/boot_id")
        self.run("systemctl reboot", deadline=30)
        end = time.monotonic() + BOOT_SECONDS
        while time.monotonic() < end:
            code, after = self.run("cat /proc/sys/kernel/random/boot_id", deadline=20)
            if code == 0 and after != before:
                self.wait()
                return
            time.sleep(1)
        raise LabError(f"{self.domain} did not come back after a reboot; see {self.console}")

    def _domain_state(self) -> str:
        """Return libvirt's word for the state of the virtual machine, or `absent`."""
        try:
            return libvirtd.virsh(self.state_dir, "domstate", self.domain)
        except LabError:
            return "absent"

    def _turn_off(self) -> None:
        """Pull the plug, and make libvirt forget the virtual machine and what it knows of snapshots."""
        if self._domain_state() not in ("absent", "shut off"):
            libvirtd.virsh(self.state_dir, "destroy", self.domain)
        if self._domain_state() != "absent":
            libvirtd.virsh(self.state_dir, "undefine", self.domain, "--snapshots-metadata")

    def _start_pristine(self, say: Callable[[str], None]) -> None:
        """Start the virtual machine as it was at the end of its first boot; boot it once to get there."""
        image = ensure(say)
        description = xml(self.identity, image, self.state_dir, accelerator(image))
        self._turn_off()
        shutil.copyfile(image.certificate, self.certificate)
        if not self._restore(description, say):
            self._first_boot(image, description, say)
            self._restore(description, say)
        self._set_clock()

    def _restore(self, description: str, say: Callable[[str], None]) -> bool:
        """Let the machine go on from its pristine state; return False when there is none that this QEMU can read."""
        if not pristine.exists(self.state_dir, description):
            return False
        say("restoring the pristine state")
        try:
            pristine.restore(self.state_dir, self.domain, description)
        except LabError as error:
            say(f"the pristine state is of no use: {error}")
            self._turn_off()
            pristine.forget(self.state_dir)
            return False
        return True

    def _first_boot(self, image: Image, description: str, say: Callable[[str], None]) -> None:
        """Boot from the image and keep what is there then, disk and memory, as the pristine state."""
        say("booting for the first time")
        pristine.define(self.state_dir, description, backing=image.disk)
        libvirtd.virsh(self.state_dir, "start", self.domain)
        self.wait()
        self.run("sync; echo 3 > /proc/sys/vm/drop_caches")
        say("keeping the pristine state")
        pristine.keep(self.state_dir, self.domain, description)
        self._turn_off()

    def _set_clock(self) -> None:
        """Set the guest's clock, which stood still since the pristine state was kept."""
        synchronise = "chronyc -n burst 2/2 > /dev/null; chronyc -n waitsync 100 0 0 0.1 > /dev/null"
        end = time.monotonic() + 60
        while time.monotonic() < end:
            code, output = self.run(f"date -u -s @{time.time():.3f} > /dev/null && {{ {synchronise}; }}")
            if code == 0:
                return
            time.sleep(0.5)
        raise LabError(f"the lab does not answer over SSH: {output}; see {self.console}")
