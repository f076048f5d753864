"""What the engineer reads at the end: what the run came to, what to do, how to go on, where the pages are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from reports import night, sides
from reports.formats import Formats
from reports.terminal import WIDTH, Line, formats_of, plain, wrapped
from reports.verdict import Tone, judge, stop_of
from reports.visible import on_one_line
from uat.model import VENDOR_FIRST, Phase, Run


def summary(run: Run, written: tuple[Path, ...]) -> tuple[Line, ...]:
    """Say at the end what the run came to, how to go on if it stopped, and where the reports are."""
    formats = formats_of(run.header)
    say = formats.language.say
    verdict = judge(run, run.header.phase)
    lines = [Line(text="=" * WIDTH)]
    lines += [
        Line(text=text, tone=verdict.tone, is_strong=True)
        for text in wrapped(say(f"verdict.{verdict.code}.title"), "")
    ]
    lines += [Line(text=text) for text in _counted(run, formats)]
    lines += _stopped(run, formats)
    lines += [Line(text=text) for text in _upgraded(run, formats)]
    if stop_of(run) and written:
        number = say("terminal.run_number", run=run.header.id, folder=written[0].parent)
        lines += [Line(text=text) for text in (*wrapped(number, ""), "")]
    lines += _going_on(run, formats)
    lines.append(Line(text=plain(say("terminal.reports"))))
    lines += [Line(text=f"  {path}") for path in written]
    return tuple(lines)


def unwritten(run: Run, folder: Path, error: Exception) -> tuple[Line, ...]:
    """Say that the pages could not be made, that nothing is lost, and how to make them later."""
    say = formats_of(run.header).language.say
    why = on_one_line(f"{type(error).__name__}: {error}")
    text = say("terminal.unwritten", why=why, command=f'python -m reports "{folder}"')
    return tuple(Line(text=part, tone=Tone.BAD, is_strong=True) for part in wrapped(text, ""))


def _going_on(run: Run, formats: Formats) -> Iterator[Line]:
    """Give the line to be typed that goes on with a run that did not come to its end."""
    if run.is_open:
        word = "resume_after_call" if stop_of(run) in VENDOR_FIRST else "resume"
        yield Line(text=plain(formats.language.say(f"terminal.{word}")), is_strong=True)
        yield Line(text=f"  {run.header.command} --resume", is_strong=True)
        yield Line(text="")


def _counted(run: Run, formats: Formats) -> Iterator[str]:
    """Count the outcomes of each phase that was looked at."""
    for phase in (Phase.PREFLIGHT, Phase.PRE, Phase.POST):
        found = Counter(result.outcome for result in run.of(phase).values())
        if not found:
            continue
        words = (
            f"{number} {formats.language.count(f'tally.{outcome}', number)}"
            for outcome, number in found.most_common()
        )
        yield from wrapped(f"{night.looked_words(run.header, phase, formats)}: {', '.join(words)}", "")
    yield from _compared(run, formats)


def _compared(run: Run, formats: Formats) -> Iterator[str]:
    """Count what became of the checks between before and after, and name the run that was compared with."""
    found = sides.counts(sides.side_rows(run, formats))
    if not found:
        return
    words = (
        f"{number} {formats.language.count(f'comparison_tally.{verdict}', number)}"
        for verdict, number in found.items()
    )
    place = f" ({run.header.baseline})" if run.header.baseline else ""
    yield from wrapped(f"{formats.language.say('label.comparison')}{place}: {', '.join(words)}", "")


def _upgraded(run: Run, formats: Formats) -> Iterator[str]:
    """Say of an upgrade that came to its end what the machine was and is, and how long its way back is kept."""
    if run.header.phase is not Phase.UPGRADE or run.is_open or stop_of(run):
        return
    before, after = (run.identities.get(phase) for phase in (Phase.PRE, Phase.POST))
    if before and after and after.release:
        places = {"system": after.hostname, "before": before.release or "?", "after": after.release}
        yield from wrapped(formats.language.say("terminal.upgraded", **places), "")
    taken = next((step.observation for step in run.steps if step.name == "snapshot"), {})
    if until := taken.get("kept_until"):
        places = {"name": str(taken.get("name", "")), "until": formats.value("kept_until", until)}
        yield from wrapped(formats.language.say("terminal.way_back_kept", **places), "")


def _stopped(run: Run, formats: Formats) -> Iterator[Line]:
    """Say, when the run stopped, what happened, what is known, what to do and what not to do."""
    stop = night.stop(run, formats)
    if stop is None:
        return
    say = formats.language.say
    yield Line(text="")
    yield Line(text=say("terminal.stop"), tone=Tone.BAD, is_strong=True)
    known = " ".join(filter(None, (stop.known, on_one_line(stop.message, limit=1000))))
    for name, text in (("happened", stop.happened), ("known", known), ("todo", stop.todo), ("dont", stop.dont)):
        yield Line(text=plain(f"{say(f'label.stop_{name}')}:"), is_strong=name in ("todo", "dont"))
        for part in wrapped(text, "  "):
            yield Line(text=part, tone=Tone.BAD if name == "dont" else None, is_strong=name in ("todo", "dont"))
    yield Line(text="")
