"""The steps of an upgrade: plain functions; each takes what it needs, does one thing, and looks whether it holds."""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from procedure import proof, screen
from procedure.account import Account
from procedure.again import STARTED
from procedure.attempt import directory_of, screen_of, staged_path
from procedure.boot import QUESTION, Climb, boot_id, wait_for_boot
from procedure.host_key import stop_for
from procedure.identity import require_same
from procedure.lifeline import Lifeline, Link
from procedure.output import decode
from procedure.patience import Patience
from procedure.proof import CompletionProof
from procedure.upload import upload
from uat.errors import ChangedKeyError, ExitCode, ObservationError, ProcedureError, UnreachableError
from uat.model import Check, Evidence, Identity, Limits, NewsKind, Outcome, Patch, Result, Severity, Viewpoint

_CLOSING = (Outcome.FAILED, Outcome.ERROR, Outcome.UNANSWERED, Outcome.NOT_RUN)
_HOLDS = (Outcome.PASSED, Outcome.WAIVED)
_LETS_PASS = (*_HOLDS, Outcome.NOT_APPLICABLE)
_LOOKS_WHILE_STABLE = 6
_REBOOT = "PATH=$PATH:/usr/sbin:/sbin reboot"


def gate(
    checks: Sequence[Check],
    results: Mapping[str, Result],
    *,
    account: Account,
    conditions: Mapping[str, Result | None],
) -> None:
    """See that nothing that matters was wrong, unclear or left out before the upgrade.

    :param checks: what was planned for pre.
    :param results: what came of it, by check id.
    :param conditions: what came of each condition of the preflight; None: it was not looked at.
    :raises ProcedureError: ``gate_closed``, with the ids of the checks and the names of the conditions.
    """
    found = {check.id: results[check.id].outcome if check.id in results else Outcome.NOT_RUN for check in checks}
    matters = {check.id for check in checks if check.severity in (Severity.BLOCKER, Severity.MAJOR)}
    failing = [id for id, outcome in found.items() if id in matters and outcome in _CLOSING]
    closing = [name for name, one in conditions.items() if one is None or one.outcome not in _LETS_PASS]
    account.saw(checks=len(found))
    if failing or closing or not found:
        facts = {"failing": failing, "conditions": closing}
        raise ProcedureError("gate_closed", facts=facts, exit_code=ExitCode.GATE_CLOSED)


def see_patches(patches: Iterable[Patch], folder: Path, *, account: Account) -> None:
    """See, before anything is touched, that the patches to be copied lie here and are the right ones.

    :param folder: what the patches' paths are relative to.
    :raises ProcedureError: ``patch_missing`` or ``patch_hash``; nothing was changed yet.
    """
    for patch in patches:
        if patch.file is None:
            continue
        path = folder / patch.file
        if not path.is_file():
            raise ProcedureError("patch_missing", facts={"file": str(path)}, exit_code=ExitCode.GATE_CLOSED)
        with path.open("rb") as file:
            _compare_hash(hashlib.file_digest(file, "sha256").hexdigest(), patch, exit_code=ExitCode.GATE_CLOSED)
    account.saw(patches=[patch.release for patch in patches])


def _compare_hash(found: str, patch: Patch, *, exit_code: ExitCode = ExitCode.STOPPED) -> None:
    if found.lower() != patch.sha256.lower():
        facts = {"release": patch.release, "expected": patch.sha256, "found": found}
        raise ProcedureError("patch_hash", facts=facts, exit_code=exit_code)


def deliver(link: Link, patch: Patch, *, folder: Path, limits: Limits, account: Account) -> str:
    """Bring a patch onto the machine, or find it there, and see on the machine that it is the right one.

    :returns: its path on the machine.
    :raises ProcedureError: ``patch_missing``, ``patch_hash``, ``link_lost``.
    """
    lifeline = Lifeline(link, limits=limits, account=account)
    if patch.on_target is None:
        return _upload(lifeline, patch, folder=folder, account=account)
    path = patch.on_target
    answer = lifeline.run(f"sha256sum < {shlex.quote(path)}", deadline=limits.hash)
    if answer.exit_code != 0:
        raise ProcedureError("patch_missing", facts={"path": path, "errors": answer.errors.strip()})
    found = answer.text.split(" ")[0].strip()
    account.saw(path=path, sha256=found)
    _compare_hash(found, patch)
    return path


def _upload(lifeline: Lifeline, patch: Patch, *, folder: Path, account: Account) -> str:
    """Bring a patch to where its hash says, unless it lies there already; its hash was then seen there."""
    here = folder / (patch.file or "")
    there = staged_path(here.name, patch.sha256)
    try:
        sent = upload(lifeline, here, there, sha256=patch.sha256)
    except (ObservationError, OSError) as error:
        facts = {"file": str(here), "path": there, "errors": str(error)}
        raise ProcedureError("patch_missing", facts=facts) from error
    account.saw(path=there, sha256=patch.sha256, sent_bytes=sent)
    return there


def patch(
    link: Link,
    patch: Patch,
    *,
    path: str,
    run_id: str,
    log: Path,
    limits: Limits,
    account: Account,
    is_begun: bool = False,
) -> CompletionProof:
    """Run a patch in screen, follow it to its end, and prove that it completed. It is never run twice.

    :param path: of the patch on the machine.
    :param is_begun: an earlier session started it, so that it is only followed.
    :param log: where its log is kept here; written while it runs, so that it is there whatever happens.
    :raises ProcedureError: it did not start, was lost, asks something, or ended without the proof.
    """
    directory, name = directory_of(run_id, patch.release), screen_of(patch.release)
    account.saw(directory=directory, screen=name, log_path=f"{directory}/log", log_file=log.name)
    lifeline = Lifeline(link, limits=limits, account=account)
    began = account.elapsed
    if is_begun:
        account.tell(NewsKind.WAITING, "follow")
    else:
        command = patch.run.replace("{patch}", shlex.quote(path))
        account.saw(command=command)
        screen.start(lifeline, directory, screen=name, command=command, limits=limits)
    account.mark(**{STARTED: True})
    try:
        ended = screen.follow(lifeline, directory, log=log, limits=limits, account=account)
        account.tell(NewsKind.WAITING, "proof")
        whole = screen.fetch_log(lifeline, directory, log)
    finally:
        if is_begun:  # what was seen of it is its end only
            account.facts.pop("longest_silence_seconds", None)
        else:
            account.saw(patch_seconds=round(account.elapsed - began, 1))
        account.keep(_log_evidence(log, directory, limits=limits, seconds=account.elapsed - began))
    account.saw(
        state=ended.state.value, exit_code=ended.exit_code, boot_id=ended.boot_id, log_bytes=whole.stat().st_size
    )
    proven = proof.prove(ended, whole, release=patch.release)
    account.saw(marker_lines=[str(proven.completed), str(proven.reboot)], log_sha256=proven.log_sha256)
    return proven


def _log_evidence(log: Path, directory: str, *, limits: Limits, seconds: float) -> Evidence:
    """Make evidence of a log: its end, where what matters stands; the whole is the file beside the journal."""
    size = log.stat().st_size if log.exists() else 0
    end, sha256 = b"", hashlib.sha256().hexdigest()
    if size:
        with log.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            file.seek(max(0, size - limits.evidence_bytes))
            end = file.read()
    return Evidence(
        kind="file",
        label=f"{directory}/log",
        body=decode(end),
        sha256=sha256,
        size_bytes=size,
        truncated=len(end) < size,
        taken_at=datetime.now(UTC),
        seconds=round(seconds, 3),
        viewpoint=Viewpoint.MACHINE,
    )


def reboot(
    proven: CompletionProof,
    link: Link,
    *,
    release: str,
    limits: Limits,
    account: Account,
    climb: Climb,
    may_be_done: bool = False,
) -> str:
    """Reboot after a patch; only with its completion proof.

    :param proven: from ``procedure.proof.prove``; nothing else opens this.
    :param may_be_done: an earlier session may have sent the reboot: another life of the machine proves it.
    :returns: the new boot id.
    :raises ProcedureError: ``boot_id_same``, ``not_back``; ``patch_lost``: it is no longer the life of the
        machine in which the patch ran.
    """
    proof.require(proven, release)
    before = boot_id(Lifeline(link, limits=limits, account=account).run(QUESTION))
    if before != proven.boot_id and may_be_done:
        account.saw(boot_id_before=proven.boot_id, boot_id_after=before, found_done=True)
        return before
    account.saw(boot_id_before=before)
    if before != proven.boot_id:
        raise ProcedureError("patch_lost", facts={"boot_id_of_patch": proven.boot_id, "boot_id": before})
    began = account.elapsed
    try:
        said = link.connection().run(_REBOOT, changes=True)
        account.saw(command="reboot", exit_code=said.exit_code, errors=said.errors.strip())
    except (UnreachableError, ObservationError) as error:  # as it should be: the machine hung up
        account.saw(command="reboot", hung_up=str(error))
    after = wait_for_boot(link, before, limits=limits, account=account, climb=climb)
    account.saw(boot_id_after=after, boot_seconds=round(account.elapsed - began, 1))
    return after


def settle(
    link: Link,
    guest: Identity,
    *,
    boot_id: str,
    identify: Callable[[], Identity],
    limits: Limits,
    account: Account,
) -> None:
    """See that the machine stays for ``limits.stable``: login works, it is the confirmed one, in the same life.

    :param guest: the machine as it was confirmed.
    :param boot_id: the life in which it came back.
    :param identify: asks the machine anew who it is.
    :raises ProcedureError: ``not_settled``: no login, or it started again; ``wrong_machine``.
    """
    patience = Patience(limits.settle, longest=limits.connect + limits.command, account=account)
    account.tell(NewsKind.WAITING, "settle")
    since, said = None, ""
    while since is None or patience.spent - since < limits.stable:
        if patience.is_over:
            raise ProcedureError("not_settled", facts={"error": said}, exit_code=ExitCode.UNREACHABLE)
        if since is not None or said:
            patience.pause(max(limits.poll, limits.stable / _LOOKS_WHILE_STABLE))
        try:
            _require_same_life(guest, identify(), boot_id)
            since = patience.spent if since is None else since
        except ChangedKeyError as error:
            raise stop_for(error) from error
        except (UnreachableError, ObservationError) as error:
            since, said = None, str(error)
            link.drop_connection()
    account.saw(boot_id=boot_id, hostname=guest.hostname, machine_id=guest.machine_id)


def _require_same_life(guest: Identity, now: Identity, boot_id: str) -> None:
    require_same(guest, now)
    if now.boot_id != boot_id:
        raise ProcedureError("not_settled", facts={"boot_id": boot_id, "now": now.boot_id})


def blockers_hold(look: Callable[[], Iterable[Result]], *, limits: Limits, account: Account) -> None:
    """See that the blockers that held in pre hold again after the mere restart, before anything is patched.

    :param look: looks at those blockers again.
    :raises ProcedureError: ``restart_broke_it`` with the ids, when they do not hold within ``limits.settle``.
    """
    patience = Patience(limits.settle, longest=limits.settle, account=account)
    account.tell(NewsKind.WAITING, "blockers")
    while True:
        seen = tuple(look())
        bad = {result.check_id: result for result in seen if result.outcome not in _HOLDS}
        if not bad:
            account.saw(blockers=[result.check_id for result in seen])
            return
        if patience.is_over:
            account.keep(*(piece for result in bad.values() for piece in result.evidence))
            raise ProcedureError("restart_broke_it", facts={"failing": sorted(bad)})
        patience.pause(limits.poll)


def release(ask: Callable[[], str], *, expected: str, limits: Limits, account: Account) -> None:
    """See that the product says the release of the patch that was just applied.

    :param ask: asks the product for its release; empty when it does not answer.
    :raises ProcedureError: ``wrong_release`` after ``limits.settle``, with what was expected and found.
    """
    patience = Patience(limits.settle, longest=limits.web + limits.connect, account=account)
    account.saw(expected=expected)
    account.tell(NewsKind.WAITING, "release")
    while not is_same_release(found := ask(), expected):
        if patience.is_over:
            raise ProcedureError("wrong_release", facts={"expected": expected, "found": found})
        patience.pause(limits.poll)
    account.saw(found=found)


def is_same_release(one: str, other: str) -> bool:
    """Compare two releases part by part, as numbers where they are: ``22.0.07`` is ``22.0.7``."""

    def parts(text: str) -> list[str]:
        return [part.lstrip("0") or part[:1] for part in text.strip().split(".")]

    return parts(one) == parts(other)
