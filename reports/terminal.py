"""The words that the engineer reads while it runs: plain lines of at most 80 columns, ready to be written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from textwrap import wrap
from zoneinfo import ZoneInfo

from reports import night, preflight
from reports.formats import Formats
from reports.rows import CheckRow, check_row, expired_waivers
from reports.verdict import Tone
from reports.visible import on_one_line
from reports.words import speak
from uat.model import (
    HELD_FROM,
    Check,
    Header,
    News,
    NewsKind,
    Outcome,
    Phase,
    Progress,
    Result,
    Run,
    Step,
)

WIDTH = 80

_LOUD = (Outcome.FAILED, Outcome.ERROR, Outcome.UNANSWERED, Outcome.WAIVED)
_MARKS = {
    "’": "'",
    "‘": "'",
    "“": '"',
    "”": '"',
    "«": '"',
    "»": '"',
    "–": "-",
    "—": "-",
    "·": "-",
    "…": "...",
    "⏎": "/",
}
_PLAIN = str.maketrans(_MARKS | {"⟨": "<", "⟩": ">"})
"""An old Windows console knows no typographic marks; one of them would turn a whole line into escapes."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line on the screen; `tone` may colour it, and the words never depend on that."""

    text: str
    tone: Tone | None = None
    is_strong: bool = False


def formats_of(header: Header) -> Formats:
    """Give the language and the time zone of the checklist."""
    return Formats(language=speak(header.checklist.language), zone=ZoneInfo(header.checklist.timezone))


def started(header: Header, folder: Path, *, begun: Step | None = None) -> tuple[Line, ...]:
    """Say for whom, what, where and with how much this session begins.

    :param begun: the step at which the session was interrupted that this one goes on with.
    """
    say, checklist = formats_of(header).language.say, header.checklist
    number = max((len(ids) for ids in header.planned.values()), default=0)
    pairs = {
        "system": checklist.system.ssh,
        "phase": say(f"terminal.phase_{header.phase}"),
        "checks": str(number or ""),
        "evidence": str(folder),
        "ssh_ignored": ", ".join(header.ssh_ignored),
    }
    shown = {say(f"terminal.{name}"): value for name, value in pairs.items() if value}
    width = max(map(len, shown)) + 2
    title = Line(
        text=plain(say("terminal.title", customer=checklist.customer, change=checklist.change)), is_strong=True
    )
    resumed = _resuming(header, begun) if begun else []
    about = (Line(text=plain(f"  {name:<{width}}{value}")) for name, value in shown.items())
    return title, *about, *_expired(header), *(Line(text=text, is_strong=True) for text in resumed)


def _expired(header: Header) -> Iterator[Line]:
    """Say loudly which waivers are over."""
    formats = formats_of(header)
    for text in expired_waivers(header, formats):
        yield from (Line(text=part, tone=Tone.BAD, is_strong=True) for part in wrapped(text, "  "))


def _resuming(header: Header, begun: Step) -> list[str]:
    formats = formats_of(header)
    places = {"run": header.id, "step": _name(begun, formats), "since": formats.clock(begun.started_at)}
    return wrapped(formats.language.say("terminal.resuming", **places), "  ")


def looking(header: Header, phase: Phase) -> Line:
    """Head the results of a phase."""
    return Line(text=plain(night.looked_words(header, phase, formats_of(header))), is_strong=True)


def progressed(header: Header, progress: Progress) -> str:
    """Say on one line how far the looking is, and which check takes longest."""
    formats = formats_of(header)
    say = formats.language.say
    places = {
        "done": str(progress.done),
        "total": str(progress.total),
        "running": str(progress.running),
        "elapsed": formats.duration(round(progress.elapsed)),
    }
    slowest = say("terminal.slowest", id=progress.slowest, took=formats.duration(round(progress.slowest_seconds)))
    text = say("terminal.progress", **places) + (slowest if progress.slowest else "")
    return plain(on_one_line(f"  {text}"))[: WIDTH - 1]


def resulted(header: Header, check: Check, result: Result, before: Mapping[str, Result]) -> tuple[Line, ...]:
    """Tell of a result that matters: what is wrong, what was expected and observed; nothing of the others."""
    if result.outcome not in _LOUD:
        return ()
    formats = formats_of(header)
    if result.phase is Phase.PREFLIGHT:
        return _condition(result, formats)
    row = check_row(header, check, result, before=before, formats=formats)
    words = formats.language.say(f"outcome.{result.outcome}").upper()
    tone = Tone.CAUTION if result.outcome in (Outcome.WAIVED, Outcome.UNANSWERED) else Tone.BAD
    head = Line(text=plain(f"  {words}  {row.id}  {row.title}")[:WIDTH], tone=tone)
    return head, *(Line(text=text) for text in _details(row, formats))


def failure(header: Header, check: Check, result: Result, before: Mapping[str, Result]) -> str:
    """Say at length what is wrong, for pytest's list of failures."""
    formats = formats_of(header)
    row = check_row(header, check, result, before=before, formats=formats)
    words = formats.language.say(f"outcome.{result.outcome}")
    head = f"{row.id}  {row.title}: {words} ({formats.language.say(f'severity.{row.severity}')})"
    proof = [plain(f"    {one.label}") for one in (result.evidence or ())]
    source = str(check.source)
    return "\n".join([plain(head), *_details(row, formats), *proof, f"    {source}"])


def failed_condition(header: Header, result: Result) -> str:
    """Say what does not hold and what to do, for pytest's list of failures."""
    return "\n".join(line.text.strip() for line in _condition(result, formats_of(header)))


def failed_step(header: Header, step: Step) -> str:
    """Say why a step stopped, for pytest's list of failures."""
    formats = formats_of(header)
    run = Run(header=header, steps=(step,))
    happened, known, *_ = night.stop_texts(run, step.stop or "", step, formats)
    return "\n".join([plain(_name(step, formats)), *wrapped(happened, "    "), *wrapped(known, "    ")])


def told(header: Header, step: Step, news: News) -> tuple[Line, ...]:
    """Tell what a step does just now; the machine's own words stand behind a bar."""
    if news.kind is NewsKind.OUTPUT:
        minutes, seconds = divmod(int(news.elapsed), 60)
        return (Line(text=plain(f"{minutes:6}:{seconds:02} | {on_one_line(news.text)}")),)
    if news.kind is NewsKind.ENDED and step.outcome is Outcome.BLOCKED:
        return ()
    formats = formats_of(header)
    say, elapsed = formats.language.say, formats.duration(news.elapsed)
    if news.kind is NewsKind.BEGAN:
        return (
            Line(
                text=plain(say("terminal.began", clock=formats.clock(step.started_at), step=_name(step, formats))),
                is_strong=True,
            ),
        )
    if news.kind is NewsKind.RECALLED:
        at = formats.clock(step.started_at + timedelta(seconds=step.seconds))
        return (Line(text=plain(say("terminal.recalled", clock=at, step=_name(step, formats)))),)
    if news.kind is NewsKind.ENDED:
        return (*_ended(step, formats), *(_held(header, formats) if _takes_hold(step) else ()))
    if news.kind is NewsKind.WAITING:
        return tuple(Line(text=text) for text in wrapped(f"{formats.language.name('waiting', news.text)}...", "    "))
    slept = news.kind is NewsKind.SLEPT and news.text.replace(".", "", 1).isdecimal()
    words = formats.duration(float(news.text)) if slept else on_one_line(news.text)
    text = say(f"terminal.{news.kind}", text=words, elapsed=elapsed)
    tone = None if news.kind is NewsKind.LINK_BACK else Tone.CAUTION
    return tuple(Line(text=part, tone=tone) for part in wrapped(text, "    "))


def _condition(result: Result, formats: Formats) -> tuple[Line, ...]:
    """Tell of a condition that does not hold: what was found, and what to do."""
    tone = Tone.CAUTION if result.outcome in (Outcome.WAIVED, Outcome.UNANSWERED) else Tone.BAD
    head, *rest = preflight.texts(result, formats)
    return (
        *(Line(text=text, tone=tone) for text in wrapped(head, "  ")),
        *(Line(text=part) for text in rest for part in wrapped(text, "    ")),
    )


def _details(row: CheckRow, formats: Formats) -> Iterator[str]:
    say = formats.language.say
    for line in row.lines:
        if not line.holds and line.observed:
            name = f"{line.property}: " if line.property else ""
            words = f"{say('terminal.expected')} {line.expected}, {say('terminal.observed')} {line.observed}"
            yield from wrapped(f"{name}{words}", "    ")
    for text in (row.error, row.reason):
        if text:
            yield from wrapped(on_one_line(text), "    ")


def _ended(step: Step, formats: Formats) -> Iterator[Line]:
    """Say how a step ended, and at what o'clock; why it stopped stands in the summary."""
    at = formats.clock(step.started_at + timedelta(seconds=step.seconds))
    outcome = formats.language.say(f"step_outcome.{step.outcome}").lower()
    text = formats.language.say(
        "terminal.ended", clock=at, step=_name(step, formats), outcome=outcome, elapsed=formats.duration(step.seconds)
    )
    yield Line(text=plain(text), tone=Tone.GOOD if step.outcome is Outcome.PASSED else Tone.BAD)


def _takes_hold(step: Step) -> bool:
    return step.name == HELD_FROM and step.outcome is Outcome.PASSED


def _held(header: Header, formats: Formats) -> Iterator[Line]:
    """Say, as long as somebody can read it, how one goes on after whatever may happen to this window."""
    for text in wrapped(formats.language.say("terminal.held"), "    "):
        yield Line(text=text)
    yield Line(text=f"    {header.command} --resume", is_strong=True)


def _name(step: Step, formats: Formats) -> str:
    return night.step_title(step, formats)


def wrapped(text: str, indent: str, *, rest: str | None = None) -> list[str]:
    below = indent if rest is None else rest
    return wrap(plain(text), WIDTH, initial_indent=indent, subsequent_indent=below, break_on_hyphens=False)


def plain(text: str) -> str:
    return text.translate(_PLAIN)
