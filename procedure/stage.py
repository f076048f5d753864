"""Brings the patches of a checklist onto the machine days before, where the upgrade's ``deliver`` step finds them."""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Callable
from pathlib import Path

from procedure.account import Account
from procedure.attempt import ROOT, staged_path
from procedure.lifeline import Lifeline, Link
from procedure.progress import Meter, size_of
from procedure.upload import upload
from uat.errors import ObservationError
from uat.model import Checklist, News, NewsKind, Patch

Say = Callable[[str], None]
"""Takes a line for the person who waits."""

_WORDS = {
    NewsKind.LINK_LOST: "  connection lost: trying again, from where it stopped",
    NewsKind.LINK_BACK: "  connection restored",
}

_REMOVE = r"""
there=$1; folder=${there%/*}
if [ ! -e "$there" ] && [ ! -e "$there.part" ]; then echo none; exit 0; fi
used=$(grep -lF -- "$there" "$2"/*/command 2>/dev/null | head -n 1)
if [ -n "$used" ]; then echo "used $used"; exit 0; fi
rm -f "$there" "$there.part" && { rmdir "$folder" "${folder%/*}" 2>/dev/null; echo removed; }
"""


def stage(checklist: Checklist, link: Link, *, say: Say, every: float) -> bool:
    """Bring every patch of a checklist onto the machine and verify it there; tell whether all are.

    :param every: seconds between two lines of progress.
    :raises UnreachableError: the machine does not answer at the beginning.
    :raises ProcedureError: ``link_lost``: it was away for ``limits.unreachable``.
    """
    lifeline, folder = _lifeline(checklist, link, say=say), Path(checklist.path).parent
    meter = Meter(say, every=every)
    patches = checklist.upgrade.patches
    done = [_stage(lifeline, patch, folder=folder, say=say, meter=meter) for patch in patches]
    return all(done)


def remove(checklist: Checklist, link: Link, *, say: Say) -> bool:
    """Take away what was staged and no upgrade has run; tell whether that went well.

    :raises UnreachableError: as of `stage`.
    :raises ProcedureError: as of `stage`.
    """
    lifeline = _lifeline(checklist, link, say=say)
    done = [_remove(lifeline, patch, say=say) for patch in checklist.upgrade.patches]
    return all(done)


def _lifeline(checklist: Checklist, link: Link, *, say: Say) -> Lifeline:
    def tell(news: News) -> None:
        if news.kind in _WORDS:
            say(_WORDS[news.kind])

    link.connection()  # whoever cannot be reached at the beginning is not waited for
    return Lifeline(link, limits=checklist.limits, account=Account(tell))


def _stage(lifeline: Lifeline, patch: Patch, *, folder: Path, say: Say, meter: Meter) -> bool:
    """Bring one patch to its place, or see that it is there; tell whether it is.

    :param folder: what the patch's path is relative to.
    """
    if patch.on_target is not None:
        return _see(lifeline, patch.on_target, patch, say=say)
    here = folder / (patch.file or "")
    there = staged_path(here.name, patch.sha256)
    try:
        size = here.stat().st_size
        found = _hash(here)
        say(f"{patch.release}: {here}, {size_of(size)}")
        if found != patch.sha256.lower():
            say(f"  NOT the patch of the checklist: its sha256 is {found},\n  expected is {patch.sha256}")
            return False
        sent = upload(lifeline, here, there, sha256=patch.sha256, on_progress=meter.tell)
    except (ObservationError, OSError) as error:
        say(f"  NOT staged: {error}")
        return False
    say("  arrived; its sha256 was verified on the machine" if sent else "  is there already; its sha256 is right")
    say(f"  {there}\n  The upgrade's step 'deliver' finds it there.")
    return True


def _see(lifeline: Lifeline, path: str, patch: Patch, *, say: Say) -> bool:
    """Verify a patch that the checklist says lies on the machine."""
    say(f"{patch.release}: on the machine, {path}")
    answer = lifeline.run(f"sha256sum < {shlex.quote(path)}", deadline=lifeline.limits.hash)
    found = answer.text.split(" ")[0]
    if answer.exit_code:
        say(f"  NOT there: {answer.errors.strip()}")
    elif found != patch.sha256.lower():
        say(f"  NOT the patch of the checklist: its sha256 is {found},\n  expected is {patch.sha256}")
    else:
        say("  its sha256 is right; the upgrade's step 'deliver' finds it there.")
    return answer.exit_code == 0 and found == patch.sha256.lower()


def _remove(lifeline: Lifeline, patch: Patch, *, say: Say) -> bool:
    """Take a staged patch away again, whole or in part, unless an upgrade has run it; tell whether that went well."""
    if patch.on_target is not None:
        say(f"{patch.release}: {patch.on_target} was not staged by this program: left as it is")
        return True
    there = staged_path(Path(patch.file or "").name, patch.sha256)
    answer = lifeline.run(shlex.join(["sh", "-c", _REMOVE, "tvox-uat", there, ROOT]))
    word, _, command = answer.text.strip().partition(" ")
    said = {
        "none": "nothing is staged",
        "removed": "removed",
        "used": f"an upgrade has run it: left as it is ({command})",
    }
    say(f"{patch.release}: {said.get(word, f'NOT removed: {answer.errors.strip()}')}\n  {there}")
    return word in said


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
