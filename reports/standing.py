"""Where a change stands, in the engineer's words: lines of at most 80 columns."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from reports.formats import Formats
from reports.night import contact_words, step_title
from reports.terminal import Line, plain, wrapped
from reports.verdict import Tone
from reports.visible import on_one_line
from reports.words import speak
from uat.model import PatchStanding, SnapshotStanding, Standing

_BAD = ("call", "off_after_patch", "damaged", "replaced", "resume_off", "paused", "paused_full")


def lines(standing: Standing, *, language: str, timezone: str) -> tuple[Line, ...]:
    """Say where the run stands, what the machine and the hypervisor show, and what to do next."""
    formats = Formats(language=speak(language), zone=ZoneInfo(timezone))
    pairs = {name: value for name, value in _facts(standing, formats).items() if value}
    width = max(map(len, pairs)) + 2
    said: list[Line] = []
    for name, value in pairs.items():
        first, *rest = wrapped(value, " " * width) or [""]
        said += [Line(text=f"{plain(name):<{width}}{first.strip()}"), *(Line(text=text) for text in rest)]
    return (*said, *_next(standing, formats))


def _next(standing: Standing, formats: Formats) -> Iterator[Line]:
    say = formats.language.say
    yield Line(text="")
    yield Line(text=plain(say("status.next")), is_strong=True)
    contact = standing.run.header.checklist.contacts.get("telenia") if standing.run else None
    places = {
        "holder": _holder(standing, formats),
        "active": standing.active,
        "damage": standing.damage,
        "full": ", ".join(standing.full),
        "contact": contact_words(contact, formats),
    }
    for text in wrapped(say(f"next.{standing.next}", **places), "  "):
        yield Line(text=text, tone=Tone.BAD if standing.next in _BAD else None)
    if standing.command:
        yield Line(text=f"  {standing.command}", is_strong=True)


def _facts(standing: Standing, formats: Formats) -> dict[str, str]:
    say = formats.language.say
    return {
        say("status.run"): _run(standing, formats),
        say("status.step"): _step(standing, formats),
        say("status.evidence"): standing.folder,
        say("status.system"): _system(standing, formats),
        say("status.holder"): _holder(standing, formats) or ("" if standing.unreachable else say("status.nobody")),
        say("status.patches"): "; ".join(_patch(one, formats) for one in standing.patches),
        say("status.hypervisor"): _hypervisor(standing, formats),
        say("status.snapshot"): "; ".join(_snapshot(one, standing, formats) for one in standing.snapshots),
    }


def _holder(standing: Standing, formats: Formats) -> str:
    if standing.held_since is None:
        return ""
    return formats.language.say(
        "status.held",
        operator=standing.held_by,
        computer=standing.held_on,
        run=standing.held_run,
        since=formats.minute(standing.held_since),
    )


def _run(standing: Standing, formats: Formats) -> str:
    if standing.run is None:
        return formats.language.say("status.no_run")
    header = standing.run.header
    began = formats.minute(header.started_at)
    return formats.language.say("status.run_of", run=header.id, operator=header.operator, since=began)


def _step(standing: Standing, formats: Formats) -> str:
    begun = [step for step in standing.run.steps if step.was_begun] if standing.run else []
    if not begun:
        return ""
    if standing.active:
        return formats.language.say("status.under_way", step=step_title(begun[-1], formats))
    outcome = formats.language.say(f"step_outcome.{begun[-1].outcome}").lower()
    return f"{step_title(begun[-1], formats)}: {outcome}"


def _system(standing: Standing, formats: Formats) -> str:
    if standing.unreachable:
        return formats.language.say("status.unreachable", why=on_one_line(standing.unreachable))
    return formats.language.say("status.answers", hostname=standing.hostname, release=standing.release or "?")


def _patch(one: PatchStanding, formats: Formats) -> str:
    state = formats.language.say(f"patch_state.{one.state}", code=one.exit_code, screen=one.screen)
    if not one.log_bytes:
        return f"{one.release}: {state}"
    silent, last = formats.duration(one.silent_seconds), on_one_line(one.last_line)
    quoted = formats.language.say("status.log", last=last, silent=silent)
    return f"{one.release}: {state} {quoted}"


def _hypervisor(standing: Standing, formats: Formats) -> str:
    if standing.unanswered:
        return formats.language.say("status.unreachable", why=on_one_line(standing.unanswered))
    if not standing.power:
        return ""
    power = formats.language.say(f"status.power_{standing.power}")
    return power if standing.free_bytes is None else f"{power}, {_free(standing.free_bytes, formats)}"


def _free(free_bytes: int, formats: Formats) -> str:
    return formats.language.say("status.free", size=formats.value("free_bytes", free_bytes))


def _snapshot(one: SnapshotStanding, standing: Standing, formats: Formats) -> str:
    say = formats.language.say
    parts = [one.name, say("status.ours") if one.is_ours else say("status.foreign")]
    if one.taken_at:
        parts.append(say("status.old", age=formats.duration((standing.at - one.taken_at).total_seconds())))
    if one.size_bytes is not None:
        parts.append(formats.value("size_bytes", one.size_bytes))
    return ", ".join(parts)
