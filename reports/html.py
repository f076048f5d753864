"""The pages a person reads and signs: pure functions of a run, one self-contained file each."""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from functools import cache, partial
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from reports import night, outage, preflight, sides
from reports.formats import Formats
from reports.junit import junit
from reports.rows import CheckRow, anchor, by_area, check_rows, exhibits, expired_waivers, observed
from reports.verdict import judge
from reports.visible import visible
from reports.words import speak
from uat.compare import Verdict
from uat.journal import write_file
from uat.model import Outcome, Phase, Run, Severity

Page = Literal["preflight", "pre", "post", "upgrade", "rollback", "close"]

_HERE = Path(__file__).parent
_SHOWN_BYTES = 4096
_PAGE_BYTES = 1_200_000
"""Output on one page: 300 checks with full output stay below 2 MB."""

_CHANGING = {Phase.UPGRADE: Phase.POST, Phase.ROLLBACK: Phase.POST, Phase.CLOSE: Phase.CLOSE}
"""The pages that tell of steps, and the checks that they tell of."""

_URGENCY = (Outcome.FAILED, Outcome.ERROR, Outcome.UNANSWERED, Outcome.WAIVED, Outcome.NOT_RUN)


def render(run: Run, page: Page, language: str | None = None) -> str:
    """Make one page of a run.

    :param language: a code of `languages/`; the checklist's own when not given.
    """
    speech = speak(language or run.header.checklist.language)
    formats = Formats(language=speech, zone=ZoneInfo(run.header.checklist.timezone))
    phase = Phase(page)
    content = _common(run, phase, formats) | _content(run, phase, formats)
    return fill(f"{page}.html.j2", content, formats, style=style_sheet("style.css"))


def pages(run: Run) -> tuple[Page, ...]:
    """List the pages that a run has something to say on."""
    if run.header.phase in (Phase.ROLLBACK, Phase.CLOSE):
        return ("rollback",) if run.header.phase is Phase.ROLLBACK else ("close",)
    several: tuple[Page, ...] = ("preflight", "pre", "post")
    looked = [page for page in several if page in run.header.planned or run.of(Phase(page))]
    return (*looked, "upgrade") if run.header.phase is Phase.UPGRADE else tuple(looked)


def write(run: Run, folder: Path, language: str | None = None) -> tuple[Path, ...]:
    """Write every page of a run, and its JUnit file; give their paths, the most telling first."""
    written = []
    for page in reversed(pages(run)):
        path = folder / f"{page}.html"
        write_file(path, render(run, page, language).encode())
        written.append(path)
    write_file(folder / "junit.xml", junit(run, speak(language or run.header.checklist.language)))
    return tuple(written)


def fill(template: str, content: dict[str, Any], formats: Formats, *, style: str) -> str:
    """Fill in a template: what it shows, the words of a language, and a style that the page's own policy allows."""
    return _environment().get_template(template).render(_spoken(formats, style) | content)


def style_sheet(name: str) -> str:
    """Read a style."""
    return (_HERE / name).read_text(encoding="utf-8")


def _spoken(formats: Formats, style: str) -> dict[str, Any]:
    """Give the templates what has nothing to do with a run: the words, the formats, the style."""
    return {
        "language": formats.language.code,
        "say": formats.language.say,
        "count": formats.language.count,
        "formats": formats,
        "visible": visible,
        "anchor": anchor,
        "style": Markup(style),
        "style_sha256": base64.b64encode(sha256(style.encode()).digest()).decode(),
    }


def _common(run: Run, phase: Phase, formats: Formats) -> dict[str, Any]:
    """Give the templates what every page of a run needs."""
    return {
        "run": run,
        "header": run.header,
        "checklist": run.header.checklist,
        "page": phase.value,
        "pages": pages(run),
        "identities": run.identities,
        "span": _span(run, phase),
        "expired_waivers": expired_waivers(run.header, formats),
        "contact": partial(night.contact_words, formats=formats),
    }


def _span(run: Run, phase: Phase) -> tuple[datetime, datetime | None]:
    """Give from when to when a page tells: the looks of its phase, else the whole run."""
    whole = run.header.started_at, run.ending.ended_at if run.ending else None
    return whole if phase in _CHANGING else night.looked(run, phase) or whole


def _content(run: Run, phase: Phase, formats: Formats) -> dict[str, Any]:
    """Give the template of a phase what it shows."""
    if phase is Phase.PREFLIGHT:
        return preflight.content(run, formats)
    looked = _CHANGING.get(phase, phase)
    rows = check_rows(run, looked, formats)
    compared = () if phase is Phase.PRE else sides.side_rows(run, formats)
    verdict = judge(run, phase)
    stopped = night.stop(run, formats)
    shown = rows if any(_was_looked_at(row) for row in rows) else check_rows(run, Phase.PRE, formats)
    return {
        "verdict": verdict,
        "tally": Counter(row.outcome for row in (shown if verdict.code == "upgrade_not_started" else rows)),
        "rows": rows,
        "areas": by_area(rows),
        "is_looked_at": any(_was_looked_at(row) for row in rows),
        "attention": _attention(shown if verdict.code == "upgrade_not_started" else rows),
        "changes": [row for row in compared if _is_surprising(row)],
        "compared": sides.by_area(compared),
        "compared_counts": sides.counts(compared),
        "moments": night.timeline(run, formats),
        "outage": outage.shown(run, formats),
        "lost_since": night.lost_since(run, formats),
        "proofs": [proof for proof in night.proofs(run, formats) if not proof.step.stop],
        "stop": stopped,
        "observed": partial(observed, formats=formats),
        "exhibits": partial(exhibits, limit_bytes=_share(rows)),
        "rows_page": "pre.html" if phase is Phase.UPGRADE and not compared else "",
    }


def _share(rows: Sequence[CheckRow]) -> int:
    """Divide the page's room among its proofs."""
    several = sum(len(row.result.evidence) for row in rows if row.result) or 1
    return max(256, min(_SHOWN_BYTES, _PAGE_BYTES // several))


def _attention(rows: Sequence[CheckRow]) -> list[CheckRow]:
    """Pick what a person must look at, the worst first."""
    severities = list(Severity)
    picked = [row for row in rows if row.outcome in _URGENCY]
    return sorted(
        picked,
        key=lambda row: (row.outcome is Outcome.WAIVED, severities.index(row.severity), _URGENCY.index(row.outcome)),
    )


def _is_surprising(row: sides.SideRow) -> bool:
    """Tell whether the comparison says something that the outcome alone does not."""
    if row.verdict is Verdict.UNEXPECTED_CHANGE:
        return True
    return row.verdict in (Verdict.NOT_COMPARABLE, Verdict.MISSING_CHANGE) and row.after is Outcome.PASSED


def _was_looked_at(row: CheckRow) -> bool:
    return row.outcome not in (Outcome.BLOCKED, Outcome.NOT_RUN)


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
