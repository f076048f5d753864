"""What was seen from outside, as the engineer reads it: a service that went or came back, the outage, the window."""

from __future__ import annotations

from datetime import datetime

from reports.formats import Formats
from reports.terminal import Line, formats_of, wrapped
from reports.verdict import Tone
from reports.visible import on_one_line
from uat.model import Availability, Header, Notice, NoticeKind


def noticed(header: Header, notice: Notice) -> tuple[Line, ...]:
    """Tell what was seen from outside: a service that went or came back, the running outage, the window."""
    formats = formats_of(header)
    made = {
        NoticeKind.SERVICE: _service,
        NoticeKind.OUTAGE: _outage,
        NoticeKind.WINDOW: _window,
        NoticeKind.WAY_BACK: _way_back,
        NoticeKind.PAUSE: _pause,
    }[notice.kind](notice, formats)
    is_good = notice.transition is not None and notice.transition.state is Availability.UP
    is_good = is_good or (notice.pause is not None and notice.pause.ended is not None)
    tone = None if is_good and notice.is_first else Tone.GOOD if is_good else Tone.CAUTION
    return tuple(Line(text=part, tone=tone) for part in wrapped(made, "", rest="          "))


def _service(notice: Notice, formats: Formats) -> str:
    seen = notice.transition
    if seen is None:
        return ""
    language = formats.language
    service = f"{language.name('service', seen.service)} {on_one_line(seen.target)}"
    first = "first_" if notice.is_first else ""
    places = {"clock": formats.clock(seen.at), "service": service, "said": on_one_line(seen.said, limit=80)}
    return language.say(f"seen.{first}{seen.state}", **places)


def _pause(notice: Notice, formats: Formats) -> str:
    pause, say = notice.pause, formats.language.say
    if pause is None:
        return ""
    if pause.ended:
        lasted = formats.duration((pause.ended - pause.began).total_seconds())
        return say("terminal.pause_over", clock=formats.clock(pause.ended), lasted=lasted)
    why = on_one_line(", ".join(pause.full) or pause.reason)
    return say("terminal.pause_full" if pause.full else "terminal.pause", clock=formats.clock(pause.began), why=why)


def _outage(notice: Notice, formats: Formats) -> str:
    say, since, end = formats.language.say, notice.since or notice.at, notice.window_end
    lasted = formats.duration((notice.at - since).total_seconds())
    head = say("terminal.outage", clock=formats.clock(notice.at), since=formats.clock(since), lasted=lasted)
    if end is None:
        return head
    word = "outage_window" if end > notice.at else "outage_over"
    return head + say(f"terminal.{word}", **_about_window(notice, end, formats))


def _window(notice: Notice, formats: Formats) -> str:
    end = notice.window_end or notice.at
    word = "window" if end > notice.at else "window_over"
    return formats.language.say(f"terminal.{word}", **_about_window(notice, end, formats))


def _way_back(notice: Notice, formats: Formats) -> str:
    language, end = formats.language, notice.window_end or notice.at
    parts = (f"{language.say(f'way_back.{part}')} {formats.duration(took)}" for part, took in notice.needed.items())
    needed = formats.duration(sum(notice.needed.values()))
    word = "way_back" if end > notice.at else "way_back_over"
    about = _about_window(notice, end, formats)
    return language.say(f"terminal.{word}", needed=needed, parts=", ".join(parts), **about)


def _about_window(notice: Notice, end: datetime, formats: Formats) -> dict[str, str]:
    seconds = (end - notice.at).total_seconds()
    return {
        "clock": formats.clock(notice.at),
        "end": formats.clock(end)[:5],
        "left": formats.duration(seconds),
        "late": formats.duration(-seconds),
    }
