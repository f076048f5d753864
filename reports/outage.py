"""The outage as a page tells it: the customer's sentence, the chart's measures, the table with the same numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from reports.formats import Formats
from reports.night import step_title
from reports.visible import on_one_line
from uat.availability import Outages, Span, Watched, outages, total
from uat.model import Availability, Outcome, Pause, Run, Step

_SERVICES = ("machine", "web", "webapi", "sip")
_TICKS = (5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600)
"""Seconds between two ticks of the axis; the first that gives no more than so many ticks is taken."""
_MOST_TICKS = 5
_MARGIN = 0.04
_NUMBERED_PERCENT = 2.5
_THINNEST_PERCENT = 0.35
"""An outage of a second in a night of hours is still to be seen."""
_ROW = 40
_TOP = 4


@dataclass(frozen=True, kw_only=True)
class Bar:
    """A span on the chart; ``x`` and ``width`` are percent of its length."""

    state: Availability
    x: float
    width: float
    title: str


@dataclass(frozen=True, kw_only=True)
class Row:
    """One service: on the chart from ``y`` downwards, in the table with its periods."""

    name: str
    target: str
    y: int
    bars: tuple[Bar, ...]
    periods: tuple[Period, ...]
    note: str
    is_counted: bool


@dataclass(frozen=True, kw_only=True)
class Period:
    """One time in which a service was out, or nobody can tell; ``ended`` is None when it still was at the end."""

    state: Availability
    began: datetime
    ended: datetime | None
    seconds: float
    said: str


@dataclass(frozen=True, kw_only=True)
class Band:
    """One step below the rows; its number stands in it where there is room."""

    number: int
    name: str
    x: float
    width: float
    is_numbered: bool


@dataclass(frozen=True, kw_only=True)
class Tick:
    """One mark of the time axis."""

    x: float
    label: str


@dataclass(frozen=True, kw_only=True)
class Shown:
    """Everything that a page says of the outage."""

    sentence: str
    pauses: tuple[str, ...]
    rows: tuple[Row, ...]
    bands: tuple[Band, ...]
    ticks: tuple[Tick, ...]
    height: int
    bands_y: int
    axis_y: int


def shown(run: Run, formats: Formats) -> Shown | None:
    """Say what the looks from outside came to; None when there were none."""
    found = outages(run)
    if found is None:
        return None
    axis = _Axis.of(found, run.steps)
    services = sorted(found.services, key=lambda one: (_SERVICES.index(one.service), one.target))
    bands_y = _TOP + _ROW * len(services)
    return Shown(
        sentence=sentence(found, formats),
        pauses=tuple(_pause(one, formats) for one in run.pauses),
        rows=tuple(_row(one, axis, number, formats) for number, one in enumerate(services)),
        bands=tuple(_bands(run.steps, axis, formats)),
        ticks=tuple(_ticks(axis, formats)),
        height=bands_y + 44,
        bands_y=bands_y,
        axis_y=bands_y + 22,
    )


def sentence(found: Outages, formats: Formats) -> str:
    """Say from when to when the system was out of service, and for how long telephony was."""
    return " ".join(filter(None, (_whole(found, formats), _telephony(found, formats), _unclear(found, formats))))


def _pause(pause: Pause, formats: Formats) -> str:
    say = formats.language.say
    why = on_one_line(say("outage.full", disks=", ".join(pause.full)) if pause.full else pause.reason)
    if pause.ended is None:
        return say("outage.paused_still", **{"from": formats.clock(pause.began), "why": why})
    lasted = formats.duration((pause.ended - pause.began).total_seconds())
    places = {"from": formats.clock(pause.began), "to": formats.clock(pause.ended), "lasted": lasted, "why": why}
    return say("outage.paused", **places)


def _whole(found: Outages, formats: Formats) -> str:
    language = formats.language
    if not any(one.is_counted for one in found.services):
        return language.say("outage.not_measured")
    if not found.whole:
        return language.say("outage.none")
    places = {
        "from": formats.clock(found.whole[0].began),
        "to": formats.clock(found.whole[-1].ended),
        "lasted": formats.duration(found.seconds),
        "n": len(found.whole),
    }
    if found.since:
        return language.say("outage.open", **places)
    return language.say("outage.once" if len(found.whole) == 1 else "outage.several", **places)


def _telephony(found: Outages, formats: Formats) -> str:
    seconds = found.seconds_of("sip")
    if seconds is None or not found.whole:
        return ""
    return formats.language.say("outage.telephony", lasted=formats.duration(seconds))


def _unclear(found: Outages, formats: Formats) -> str:
    if found.unknown_seconds < 1:
        return ""
    return formats.language.say("outage.unclear", lasted=formats.duration(found.unknown_seconds))


@dataclass(frozen=True, kw_only=True)
class _Axis:
    """From when to when the chart goes."""

    began: datetime
    ended: datetime

    @classmethod
    def of(cls, found: Outages, steps: Sequence[Step]) -> _Axis:
        """Begin with the looking; end a little after the last that happened: hours of nothing tell nothing."""
        happened = [span.began for one in found.services for span in one.spans if span.began > found.began]
        happened += [step.started_at + timedelta(seconds=step.seconds) for step in steps]
        last = min(max([found.began, *happened]), found.ended)
        margin = max((last - found.began) * _MARGIN, timedelta(seconds=5))
        return cls(began=found.began, ended=max(min(last + margin, found.ended), found.began + timedelta(seconds=1)))

    def percent(self, at: datetime) -> float:
        """Place a moment, within the chart."""
        whole = (self.ended - self.began).total_seconds()
        return round(min(max((at - self.began).total_seconds() / whole, 0), 1) * 100, 2)

    def place(self, began: datetime, ended: datetime) -> tuple[float, float]:
        """Place a span: where it begins and how wide it is."""
        x = self.percent(began)
        width = max(self.percent(ended) - x, _THINNEST_PERCENT)
        return min(x, 100 - width), round(width, 2)


def _row(one: Watched, axis: _Axis, number: int, formats: Formats) -> Row:
    language = formats.language
    periods = tuple(
        Period(
            state=span.state,
            began=span.began,
            ended=None if span.is_open else span.ended,
            seconds=span.seconds,
            said=on_one_line(span.said, limit=200),
        )
        for span in one.spans
        if span.state is not Availability.UP
    )
    return Row(
        name=language.name("service", one.service),
        target=on_one_line(one.target),
        y=_TOP + _ROW * number,
        bars=tuple(_bar(span, axis, formats) for span in one.spans if span.began < axis.ended),
        periods=periods if one.is_counted else (),
        note=_note(one, periods, formats),
        is_counted=one.is_counted,
    )


def _note(one: Watched, periods: tuple[Period, ...], formats: Formats) -> str:
    say = formats.language.say
    if not one.is_counted:
        return say("outage.never", said=periods[0].said)
    return say("outage.altogether", lasted=formats.duration(total(one.out))) if periods else say("outage.always")


def _bar(span: Span, axis: _Axis, formats: Formats) -> Bar:
    x, width = axis.place(span.began, span.ended)
    state = formats.language.say(f"availability.{span.state}")
    title = f"{state}: {formats.clock(span.began)} – {formats.clock(span.ended)} ({formats.duration(span.seconds)})"
    return Bar(state=span.state, x=x, width=width, title=title)


def _bands(steps: Sequence[Step], axis: _Axis, formats: Formats) -> Iterator[Band]:
    done = [step for step in steps if step.outcome in (Outcome.PASSED, Outcome.FAILED)]
    seen = [(step, step.started_at + timedelta(seconds=step.seconds)) for step in done]
    for step, ended in ((step, ended) for step, ended in seen if ended > axis.began):
        x, width = axis.place(step.started_at, ended)
        yield Band(
            number=step.number,
            name=step_title(step, formats),
            x=x,
            width=width,
            is_numbered=width >= _NUMBERED_PERCENT,
        )


def _ticks(axis: _Axis, formats: Formats) -> Iterator[Tick]:
    """Mark round times of the wall clock."""
    whole = (axis.ended - axis.began).total_seconds()
    pause = next((one for one in _TICKS if whole / one <= _MOST_TICKS), _TICKS[-1])
    offset = (axis.began.astimezone(formats.zone).utcoffset() or timedelta()).total_seconds()
    first = -(-(axis.began.timestamp() + offset) // pause) * pause - offset
    for number in range(int((axis.ended.timestamp() - first) // pause) + 1):
        at = datetime.fromtimestamp(first + number * pause, UTC)
        local = at.astimezone(formats.zone)
        yield Tick(x=axis.percent(at), label=local.strftime("%H:%M:%S" if pause < 60 else "%H:%M"))
