"""Collects the logs that Telenia asks for before anybody goes back: of this run, read-only on the machine."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from procedure import bundle
from procedure.attempt import ROOT, directory_of
from procedure.bundle import Bundle, Manifest, Missing
from uat import journal
from uat.checks import webapi
from uat.errors import ExitCode, ObservationError, ProcedureError, TvoxError, UnreachableError
from uat.identity import identify
from uat.journal import NAME
from uat.model import Identity, Phase, Run
from uat.secret import is_reference
from uat.session import Session

_CALLING = (ExitCode.STOPPED, ExitCode.UNREACHABLE)
_LEFT = ("interrupted",)
"""Who interrupts a session wants to have the terminal back."""
_LINES = 20_000

COMMANDS = {
    "time.txt": "date -u; uptime",
    "system.log": f"journalctl --no-pager -o short-iso -n {_LINES} || cat /var/log/messages || cat /var/log/syslog",
    "kernel.log": "dmesg",
    "screens.txt": "screen -ls; ls -lR /var/run/screen /run/screen 2>/dev/null; true",
    "processes.txt": "ps -e -o pid,ppid,user,lstart,etime,stat,args",
    "disks.txt": "df -h; df -hi; cat /proc/mounts",
    "memory.txt": "cat /proc/meminfo",
    "network.txt": "ip addr; ip route; ss -lntu || netstat -lntu",
    "services.txt": "systemctl --no-pager list-units --type=service --all || service --status-all",
    "packages.txt": "rpm -qa --last || dpkg -l",
    "system-release.txt": "cat /etc/os-release || cat /etc/redhat-release; uname -a",
    "our-files.txt": f"ls -lR {ROOT}",
}  # fmt: skip
"""What is asked of the machine, by name in the bundle; nothing of it changes anything."""

_SECRETS = (
    re.compile(rb"(?i)((?:proxy-)?authorization\s*[:=]\s*(?:basic|digest|bearer)?\s*)[^\s\"',;]+"),
    re.compile(rb"(?i)((?:password|passwd|pwd|secret|api_?key|token)[\"']?\s*[:=]\s*[\"']?)[^\s\"',;&]+"),
    re.compile(rb"(?i)(response=[\"']?)[0-9a-f]{32}"),
    re.compile(rb"(-----BEGIN [A-Z ]*PRIVATE KEY-----).*?(?=-----END|\Z)", re.DOTALL),
)
"""What looks like a secret in other programs' logs: HTTP and SIP credentials, assignments, private keys."""


class _Collected:
    """What was collected so far, and what was not."""

    def __init__(self, clean: Callable[[bytes], tuple[bytes, int]]) -> None:
        self.files: dict[str, bytes] = {}
        self.missing: list[Missing] = []
        self.redacted = 0
        self._clean = clean

    def add(self, name: str, raw: bytes) -> None:
        """Keep a log without its secrets."""
        kept, number = self._clean(raw)
        for pattern in _SECRETS:
            kept, more = pattern.subn(rb"\1[redacted]", kept)
            number += more
        self.files[name], self.redacted = kept, self.redacted + number

    def lack(self, name: str, reason: str) -> None:
        """Name what is not there."""
        self.missing.append(Missing(name=name, reason=reason.strip() or "nothing was answered"))


def collect(session: Session, run: Run, folder: Path) -> Bundle:
    """Make a bundle of a run's logs in its evidence folder; what cannot be had is named in it with the reason.

    :param session: the way to the machine; nothing is written to its journal.
    :param folder: the evidence of that run.
    :raises OSError: the bundle cannot be written here.
    """
    _know_secrets(session)
    collected = _Collected(session.secrets.redactor.clean_bytes)
    _take_ours(folder, collected, session)
    try:
        reached = _is_same_machine(session, run, collected)
        if reached:
            _take_theirs(session, run, collected)
    except (UnreachableError, ObservationError) as error:
        reached = False
        collected.lack("machine", str(error))
    checklist = run.header.checklist
    manifest = Manifest(
        run=run.header.id,
        customer=checklist.customer,
        change=checklist.change,
        made_at=datetime.now(UTC).replace(microsecond=0),
        made_by=session.header.operator,
        tool=session.header.tool,
        reached=reached,
        missing=tuple(collected.missing),
        redacted=collected.redacted,
    )
    return bundle.write(folder, manifest, collected.files)


def run_of(session: Session, named: str | None) -> tuple[Run, Path]:
    """Find a run of the checklist's change: the one that is named, else its newest upgrade.

    :raises ValueError: there is none; the message lists those that there are.
    """
    paths = sorted(session.folder.parent.glob(f"*/{NAME}"), reverse=True)
    runs = [(journal.read(path), path.parent) for path in paths]
    for run, folder in runs:
        if run.header.id == named or (named is None and run.header.phase is Phase.UPGRADE):
            return run, folder
    listed = "".join(f"\n  {run.header.id}  {folder.name}" for run, folder in runs) or " none"
    raise ValueError(f"which run? Name it with --run ID. Runs in {session.folder.parent}:{listed}")


def after_stop(session: Session, *, show: Callable[..., None]) -> None:
    """Make the bundle of an upgrade that stopped where the vendor says to contact Telenia; never hides the stop.

    :param show: writes a text of the languages' ``ask`` table to the terminal.
    """
    stop, upgrade = session.stop, session.header.phase is Phase.UPGRADE
    if not upgrade or not isinstance(stop, ProcedureError) or stop.exit_code not in _CALLING or stop.stop in _LEFT:
        return
    show("logs_collecting")
    try:
        made = collect(session, journal.read(session.folder), session.folder)
    except (TvoxError, OSError) as error:
        show("logs_failed", error=str(error))
        return
    finally:
        session.drop_connection()
    show("logs_made", file=made.path.name, sha256=made.sha256)
    if made.manifest.missing:
        show("logs_missing", names=", ".join(one.name for one in made.manifest.missing))


def _know_secrets(session: Session) -> None:
    """Fetch every secret that the checklist names without asking anybody, so that it is taken out of all logs."""
    for text in _texts(session.checklist.model_dump(mode="json")):
        if text != "ask" and is_reference(text):
            try:
                session.secrets.get(text)
            except ObservationError:
                continue  # a secret that is not there cannot be in a log either


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _texts(inner)


def _take_ours(folder: Path, collected: _Collected, session: Session) -> None:
    """Take what lies here: the journal, byte by byte since its lines are sealed, and the patches' logs."""
    for path in sorted([*folder.glob(NAME), *folder.glob("patch-*.log")]):
        if path.is_symlink() or not path.is_file():
            collected.lack(f"here/{path.name}", "no plain file")
        elif path.name == NAME:
            kept, number = session.secrets.redactor.clean_bytes(path.read_bytes())
            collected.files[f"here/{path.name}"] = kept
            collected.redacted += number
        else:
            collected.add(f"here/{path.name}", path.read_bytes())


def _is_same_machine(session: Session, run: Run, collected: _Collected) -> bool:
    """Tell whether the machine of that run answers: another one's logs would mislead."""
    now = identify(session.connection(), Phase.PRE, session.probe())
    then = run.identities.get(Phase.UPGRADE) or run.identities.get(Phase.PRE)
    collected.add("machine/identity.json", f"{now.model_dump_json(indent=2)}\n".encode())
    if then is None or _names(then) == _names(now):
        return True
    collected.lack("machine", f"another machine answers: {now.hostname}, {now.machine_id}, {now.product_uuid}")
    return False


def _names(identity: Identity) -> tuple[str, str]:
    return identity.machine_id, identity.product_uuid


def _take_theirs(session: Session, run: Run, collected: _Collected) -> None:
    most = session.checklist.limits.log_bytes
    for name, command in COMMANDS.items():
        _take(session, f"machine/{name}", _ended(command, most), collected)
    releases = [step.release for step in run.steps if step.name == "patch" and step.release]
    own = [f"{directory_of(run.header.id, release)}/*" for release in releases]
    paths = _list(session, (*own, *session.checklist.upgrade.logs))
    limit = session.checklist.limits.log_files
    for path in paths[:limit]:
        if bundle.is_legal(path.lstrip("/")) and path.startswith("/"):
            _take(session, f"machine{path}", _ended(f"cat -- {shlex.quote(path)}", most), collected)
        else:
            collected.lack(repr(path), "its name leads out of the bundle")
    if len(paths) > limit:
        collected.lack("machine", f"{len(paths) - limit} more files; raise limits.log_files")
    _take_webapi(session, collected)


def _take(session: Session, name: str, command: str, collected: _Collected) -> None:
    """Keep the end of what a command says; its last line is its exit code."""
    try:
        text = session.run(command).stdout
    except ObservationError as error:
        collected.lack(name, str(error))
        return
    body, _, code = text.removesuffix(b"\n").rpartition(b"\n")
    if code != b"exit code 0":
        collected.lack(name, f"{code.decode(errors='replace')} {body[-200:].decode(errors='replace')}")
    if body:
        collected.add(name, body)


def _ended(command: str, most: int) -> str:
    """Bound what a command says, and have its exit code said last."""
    return f"LC_ALL=C; export LC_ALL; {{ {{ {command}; }} 2>&1; c=$?; echo; echo exit code $c; }} | tail -c {most}"


def _list(session: Session, patterns: tuple[str, ...]) -> list[str]:
    """List the plain files that patterns mean, no links; a name with a line's end in it falls into two."""
    words = " ".join(_pattern(one) for one in patterns)
    test = '[ -f "$f" ] && [ ! -L "$f" ] && [ -r "$f" ] && printf "%s\\n" "$f"'
    answer = session.run(f"for f in {words}; do {test}; done; true")
    return sorted(set(answer.text.splitlines()))


def _pattern(pattern: str) -> str:
    """Quote all of a pattern but ``*`` and ``?``."""
    return "".join(part if part in "*?" else shlex.quote(part) for part in re.split(r"([*?])", pattern) if part)


def _take_webapi(session: Session, collected: _Collected) -> None:
    """Keep what the product says of itself (WebAPI ``getVersion``, no login)."""
    if not session.checklist.system.web:
        collected.lack("webapi.json", "the checklist has no system.web")
        return
    probe = session.probe()
    try:
        seen = webapi.observe(webapi.Inputs(method="getVersion"), probe)
    except ObservationError as error:
        collected.lack("webapi.json", str(error))
        return
    asked = [one.model_dump(mode="json") for one in probe.take_evidence()]
    told: dict[str, object] = {"observed": seen.model_dump(mode="json"), "evidence": asked}
    collected.add("webapi.json", f"{json.dumps(told, indent=2, ensure_ascii=False)}\n".encode())
