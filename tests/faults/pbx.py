"""The bench's PBX: a machine made of Linux namespaces, with a disk, a boot id and a real sshd of its own.

Its root is an overlay: what it writes stays in ``upper``, which is its disk. Off means that every process of it is
gone and ``upper`` is there; booting means new processes, a new /run and a new boot id.
"""

from __future__ import annotations

import fcntl
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable
from pathlib import Path

from tests.https import make_certificate
from tests.sshd import fingerprint, make_key

GUEST = Path(__file__).with_name("guest")
MEMORY = Path("/dev/shm")
UNSHARE = ("unshare", "--mount", "--uts", "--ipc", "--pid", "--fork", "--kill-child")
OFF, REBOOT = 0, 3
"""The exit codes of the machine's first process."""
_PORTS = range(20000, 30000)
_SSHD = """\
ListenAddress 127.0.0.1
Port {port}
HostKey /opt/bench/host_key
AuthorizedKeysFile /opt/bench/authorized_keys
PidFile /run/sshd.pid
SetEnv HOME=/srv/root PATH=/opt/bench/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
StrictModes no
UsePAM no
PermitRootLogin yes
PasswordAuthentication no
MaxStartups 100
"""


def missing() -> str:
    """Say why the machine cannot run here; empty when it can."""
    if not sys.platform.startswith("linux") or os.getuid() != 0:
        return "the bench's machine needs Linux and root: namespaces, overlay"
    tools = [name for name in ("unshare", "screen", "script", "flock", "ssh-keygen") if shutil.which(name) is None]
    if tools or not Path("/usr/sbin/sshd").exists():
        return f"the bench's machine needs {', '.join(tools) or 'sshd'}"
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        for name in ("upper", "work", "root"):
            Path(folder, name).mkdir()
        mount = f"mount -t overlay overlay -o lowerdir=/,upperdir={folder}/upper,workdir={folder}/work {folder}/root"
        tried = subprocess.run([*UNSHARE, "sh", "-c", mount], capture_output=True, text=True)
    return f"no namespaces or no overlay here: {tried.stderr.strip()}" if tried.returncode else ""


class Pbx:
    """One machine. Whoever holds it is its hypervisor: powers it on, pulls its plug, sees it go down."""

    def __init__(self, folder: Path, *, hostname: str = "pbx-bench", release: str = "21.0.26") -> None:
        self.folder = folder
        self.hostname = hostname
        self.uuid = str(uuid.uuid4())
        self.ssh_port, self.web_port = free_ports(2)
        self.last_exit = OFF
        self.was_clean = True
        self.on_exit: Callable[[], None] = lambda: None
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.RLock()
        for name in ("upper", "work", "root", "outside"):
            (folder / name).mkdir(parents=True)
        self._alive = (folder / "outside" / "alive").open("w")
        fcntl.flock(self._alive, fcntl.LOCK_EX)
        self._install(release)

    @property
    def disk(self) -> Path:
        """What the machine wrote: its disk."""
        return self.folder / "upper"

    @property
    def bench(self) -> Path:
        """The folder on the disk with what the bench put there."""
        return self.disk / "opt" / "bench"

    @property
    def events(self) -> Path:
        """Where every effect is written down in its order, outside of the machine."""
        return self.folder / "outside" / "events"

    @property
    def attempts(self) -> Path:
        """What the product keeps on the machine."""
        return self.disk / "var" / "lib" / "tvox-uat"

    @property
    def is_on(self) -> bool:
        """Tell whether it runs."""
        with self._lock:
            return self._process is not None

    def told(self, word: str) -> list[list[str]]:
        """List the events that begin with a word, each as its words."""
        lines = self.events.read_text().splitlines() if self.events.exists() else []
        return [line.split(" ") for line in lines if line.split(" ")[0] == word]

    def note(self, line: str) -> None:
        """Write an effect down, beside those that the machine itself writes."""
        with self.events.open("a") as file:
            file.write(line + "\n")

    def power_on(self) -> None:
        """Boot, unless it runs."""
        with self._lock:
            if self._process is None:
                self._boot()

    def press_button(self) -> None:
        """Ask it to shut down, as a hypervisor does (ACPI)."""
        if not (self.bench / "deaf-to-acpi").exists():
            self._signal(signal.SIGTERM)

    def reset(self) -> None:
        """Reboot it hard, under whatever runs."""
        self.pull_plug()
        self.power_on()

    def pull_plug(self) -> None:
        """End every process at once."""
        with self._lock:
            process, self._process = self._process, None
        if process is not None:
            self.was_clean = False
            process.kill()
            process.wait()

    def wait_until(self, *, on: bool, seconds: float = 20.0) -> None:
        """Wait until it runs and takes logins, or is off."""
        until = time.monotonic() + seconds
        while not (self._answers() if on else not self.is_on):
            if time.monotonic() > until:
                raise TimeoutError(f"the machine is not {'on' if on else 'off'} after {seconds} s")
            time.sleep(0.02)

    def run(self, command: str) -> str:
        """Run a command inside, past sshd and past every link: the hand of the laboratory."""
        pid = self._first_process()
        entered = ["nsenter", f"--target={pid}", "--mount", "--uts", "--ipc", "--pid", f"--root=/proc/{pid}/root"]
        answer = subprocess.run([*entered, "sh", "-c", command], capture_output=True, text=True, check=True)
        return answer.stdout

    def remove(self) -> None:
        """Pull the plug and delete everything."""
        self.pull_plug()
        self._alive.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _boot(self) -> None:
        log = (self.folder / "console").open("ab")
        command = [*UNSHARE, "sh", str(GUEST / "mount.sh"), str(self.folder)]
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", start_new_session=True
        )
        log.close()
        self._process, self.was_clean = process, True
        threading.Thread(target=self._watch, args=(process,), daemon=True).start()

    def _watch(self, process: subprocess.Popen[bytes]) -> None:
        """See it go down by itself: a reboot boots it again."""
        code = process.wait()
        with self._lock:
            if self._process is not process:
                return
            self._process, self.last_exit = None, code
            self.was_clean = code in (OFF, REBOOT)
            if code == REBOOT:
                self._boot()
        self.on_exit()

    def _signal(self, number: int) -> None:
        pid = self._first_process()
        if pid:
            os.kill(pid, number)

    def _first_process(self) -> int:
        with self._lock:
            process = self._process
        if process is None:
            return 0
        path = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        until = time.monotonic() + 5
        while time.monotonic() < until and process.poll() is None:
            if children := path.read_text().split():
                return int(children[0])
            time.sleep(0.01)
        return 0

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.ssh_port), timeout=2) as link:
                return link.recv(4) == b"SSH-"
        except OSError:
            return False

    def _install(self, release: str) -> None:
        bench = self.bench
        (bench / "bin").mkdir(parents=True)
        (self.disk / "srv" / "root").mkdir(parents=True)
        (self.disk / "etc").mkdir()
        (self.disk / "etc" / "hostname").write_text(self.hostname + "\n")
        (self.disk / "etc" / "machine-id").write_text(uuid.uuid4().hex + "\n")
        (self.folder / "product_uuid").write_text(self.uuid + "\n")
        shutil.copy(GUEST / "init.sh", bench)
        shutil.copy(GUEST / "webapi.py", bench)
        for name in ("reboot", "shutdown"):
            (bench / "bin" / name).write_bytes((GUEST / "reboot.sh").read_bytes())
            (bench / "bin" / name).chmod(0o755)
        (bench / "release").write_text(release + "\n")
        python = Path(sys.executable).resolve()
        (bench / "settings").write_text(f"PYTHON={python}\nWEB_PORT={self.web_port}\nBOOT_DELAY=0\n")
        self.certificate = make_certificate(bench)
        make_key(bench / "host_key")
        make_key(self.folder / "id")
        shutil.copy(self.folder / "id.pub", bench / "authorized_keys")
        (bench / "sshd_config").write_text(_SSHD.format(port=self.ssh_port))

    @property
    def fingerprint(self) -> str:
        """The host key's SHA256 fingerprint."""
        return fingerprint(self.bench / "host_key.pub")

    def known_host(self, port: int) -> str:
        """Give the line of known_hosts that trusts the machine behind a port."""
        return f"[127.0.0.1]:{port} {' '.join((self.bench / 'host_key.pub').read_text().split()[:2])}\n"


def free_ports(count: int) -> list[int]:
    """Find ports that nobody listens on, and that no outgoing connection is given (ip_local_port_range)."""
    found: list[int] = []
    while len(found) < count:
        port = random.choice(_PORTS)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0 and port not in found:
                found.append(port)
    return found
