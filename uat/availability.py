"""When which service was out, and the whole: pure arithmetic over what the looks from outside wrote down."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from uat.model import Availability, Record, Run, Transition

_MACHINE = "machine"


class Span(Record):
    """A time in which nothing changed; ``is_open``: it was still so when the looking ended."""

    state: Availability
    began: datetime
    ended: datetime
    said: str = ""
    is_open: bool = False

    @property
    def seconds(self) -> float:
        """How long."""
        return (self.ended - self.began).total_seconds()


class Watched(Record):
    """One service as it was seen; the spans follow each other without a gap."""

    service: str
    target: str
    spans: tuple[Span, ...]

    @property
    def is_counted(self) -> bool:
        """Tell whether it answered at all: what never did was not reached, which is no outage."""
        return any(span.state is Availability.UP for span in self.spans)

    @property
    def out(self) -> tuple[Span, ...]:
        """The spans in which it did not answer."""
        return tuple(span for span in self.spans if span.state is Availability.DOWN)

    @property
    def unknown(self) -> tuple[Span, ...]:
        """The spans in which nobody can tell."""
        return tuple(span for span in self.spans if span.state is Availability.UNKNOWN)


class Outages(Record):
    """What a night of looking comes to.

    ``whole`` is when at least one service that the customer uses was out (the machine alone, where none of them
    was reached); ``unknown_seconds`` how long nobody can tell, beyond that.
    """

    began: datetime
    ended: datetime
    services: tuple[Watched, ...]
    whole: tuple[Span, ...]
    unknown_seconds: float

    @property
    def seconds(self) -> float:
        """How long the system was out, all in all."""
        return total(self.whole)

    @property
    def since(self) -> datetime | None:
        """Since when it is out now; None when it is not."""
        return self.whole[-1].began if self.whole and self.whole[-1].is_open else None

    def seconds_of(self, service: str) -> float | None:
        """Give how long a service was out; None when it was not reached."""
        found = [one for one in self.services if one.service == service and one.is_counted]
        return total(_merged([span for one in found for span in one.out])) if found else None


def outages(run: Run) -> Outages | None:
    """Say when which service of a run was out; None when nobody looked from outside."""
    until = run.ending.ended_at if run.ending else _last_moment(run)
    breaks = [(_last_moment(run, before=one.at), one.at) for one in run.resumptions]
    return measure(run.transitions, until=until, breaks=breaks)


def measure(
    transitions: Sequence[Transition], *, until: datetime, breaks: Sequence[tuple[datetime, datetime]] = ()
) -> Outages | None:
    """Turn transitions into spans.

    :param until: when the looking ended, or now.
    :param breaks: from when to when nobody looked at all, since the session was interrupted.
    """
    if not transitions:
        return None
    services = tuple(
        Watched(service=service, target=target, spans=_spans(found, _utc(until), breaks))
        for (service, target), found in _by_target(transitions).items()
    )
    counted = _that_matter(services)
    whole = _merged([span for one in counted for span in one.out])
    unclear = _merged([span for one in counted for span in (*one.out, *one.unknown)])
    return Outages(
        began=min(_utc(one.at) for one in transitions),
        ended=_utc(until),
        services=services,
        whole=whole,
        unknown_seconds=total(unclear) - total(whole),
    )


def total(spans: Iterable[Span]) -> float:
    """Add up spans that do not overlap."""
    return sum(span.seconds for span in spans)


def _by_target(transitions: Sequence[Transition]) -> dict[tuple[str, str], list[Transition]]:
    found: dict[tuple[str, str], list[Transition]] = {}
    for one in transitions:
        found.setdefault((one.service, one.target), []).append(one)
    return found


def _that_matter(services: Sequence[Watched]) -> tuple[Watched, ...]:
    """Choose what the customer would miss: the machine alone serves nobody."""
    counted = tuple(one for one in services if one.is_counted)
    return tuple(one for one in counted if one.service != _MACHINE) or counted


def _spans(
    transitions: Sequence[Transition], until: datetime, breaks: Sequence[tuple[datetime, datetime]]
) -> tuple[Span, ...]:
    """Let each state hold until the next one was seen; while nobody looked, nobody can tell."""
    seen = [(_utc(one.at), one.state, one.said) for one in transitions]
    for last, again in breaks:
        if any(at <= last for at, _, _ in seen) and any(at >= again for at, _, _ in seen):
            seen.append((_utc(last), Availability.UNKNOWN, ""))
    seen.sort(key=lambda one: one[0])  # stable: what was written later reaches back over what was written before
    ends = [at for at, _, _ in seen[1:]] + [until]
    made: list[Span] = []
    for (began, state, said), ended in zip(seen, ends, strict=True):
        if ended <= began and ended != until:
            continue
        if made and made[-1].state is state:
            made[-1] = made[-1].model_copy(update={"ended": ended})
        else:
            made.append(Span(state=state, began=began, ended=max(began, ended), said=said))
    made[-1] = made[-1].model_copy(update={"is_open": True})
    return tuple(made)


def _merged(spans: Sequence[Span]) -> tuple[Span, ...]:
    """Join spans that overlap or touch."""
    made: list[Span] = []
    for span in sorted(spans, key=lambda one: one.began):
        if made and span.began <= made[-1].ended:
            last = made[-1]
            ended, is_open = max(last.ended, span.ended), last.is_open or span.is_open
            made[-1] = last.model_copy(update={"ended": ended, "is_open": is_open})
        else:
            made.append(span.model_copy(update={"state": Availability.DOWN, "said": ""}))
    return tuple(made)


def _last_moment(run: Run, before: datetime | None = None) -> datetime:
    """Give the last moment of which a run knows anything."""
    known = [run.header.started_at, *(one.at for one in run.transitions)]
    known += [step.started_at + timedelta(seconds=step.seconds) for step in run.steps]
    known += [result.started_at + timedelta(seconds=result.seconds) for result in run.results]
    return max(at for at in known if before is None or at <= before)


def _utc(at: datetime) -> datetime:
    """Bring to UTC: two times of one zone are otherwise subtracted as the wall clock shows them."""
    return at.astimezone(UTC)
