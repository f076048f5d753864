"""The CHECK UAT as the customer approves it before the run: what its document says, however it is written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from reports.formats import Formats
from reports.plain import area_title, expectations, looked_at, property_name
from reports.visible import on_one_line, visible
from reports.words import speak
from uat.model import Check, Checklist, Contact, ExpectedChange, JsonValue, Severity, Waiver, spoken

ADDITIONAL = 8
"""Empty rows for the checks that the customer adds."""

_MANUAL = "manual"
_DIGEST_SHOWN = 16


@dataclass(frozen=True, kw_only=True)
class Group:
    """What is expected, or done, under one heading; ``is_ordered``: a line after the other."""

    title: str
    lines: tuple[str, ...]
    is_ordered: bool = False


@dataclass(frozen=True, kw_only=True)
class Item:
    """One check that is looked at."""

    id: str
    title: str
    severity: Severity
    why: str
    is_manual: bool
    how: str
    groups: tuple[Group, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Chapter:
    """The checks of one area."""

    title: str
    items: tuple[Item, ...]

    @property
    def manual(self) -> int:
        """How many a person carries out."""
        return sum(item.is_manual for item in self.items)

    @property
    def blocking(self) -> int:
        """How many keep the system from being handed back."""
        return sum(item.severity is Severity.BLOCKER for item in self.items)


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """One check that is not looked at, and why."""

    id: str
    title: str
    area: str
    severity: Severity
    state: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """A waiver, and the checks that it speaks of."""

    ids: tuple[str, ...]
    reason: str
    approved_by: str
    until: str
    ticket: str
    is_over: bool


@dataclass(frozen=True, kw_only=True)
class Change:
    """What the upgrade is meant to change."""

    ids: tuple[str, ...]
    what: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """The whole document; every text is in its language, and safe to look at."""

    formats: Formats
    customer: str
    change: str
    digest: str
    facts: tuple[tuple[str, str], ...]
    chapters: tuple[Chapter, ...]
    left_out: tuple[LeftOut, ...]
    waivers: tuple[Accepted, ...]
    changes: tuple[Change, ...]
    contacts: tuple[Contact, ...]

    @property
    def short_digest(self) -> str:
        """The beginning of the digest, as it stands on every page."""
        return self.digest[:_DIGEST_SHOWN]

    @property
    def items(self) -> tuple[Item, ...]:
        """All checks that are looked at."""
        return tuple(item for chapter in self.chapters for item in chapter.items)

    @property
    def manual(self) -> int:
        """How many a person carries out."""
        return sum(chapter.manual for chapter in self.chapters)

    @property
    def blocking(self) -> int:
        """How many keep the system from being handed back."""
        return sum(chapter.blocking for chapter in self.chapters)


def make(checklist: Checklist, *, at: datetime, language: str | None = None) -> Sheet:
    """Make the sheet of a checklist.

    :param at: the moment at which it is made; it decides which waivers are over.
    :param language: a code of `languages/`; the checklist's own when not given.
    """
    formats = Formats(language=speak(language or checklist.language), zone=ZoneInfo(checklist.timezone))
    maker = _Maker(checklist=checklist, formats=formats, at=at)
    return Sheet(
        formats=formats,
        customer=on_one_line(checklist.customer),
        change=on_one_line(checklist.change),
        digest=checklist.sha256,
        facts=tuple((name, text) for name, text in maker.facts() if text),
        chapters=maker.chapters(),
        left_out=tuple(maker.left_out()),
        waivers=tuple(map(maker.waiver, checklist.waivers)),
        changes=tuple(map(maker.change, checklist.expected_changes)),
        contacts=tuple(_contact(role, one, formats) for role, one in checklist.contacts.items()),
    )


@dataclass(frozen=True, kw_only=True)
class _Maker:
    """What the parts of one sheet have in common."""

    checklist: Checklist
    formats: Formats
    at: datetime

    def facts(self) -> Iterator[tuple[str, str]]:
        """Give what the change is about, as names and texts."""
        say, plan = self.formats.language.say, self.checklist.upgrade
        yield say("label.system"), " · ".join(map(on_one_line, self._system()))
        if plan.release:
            before, after = on_one_line(plan.release.pre), on_one_line(plan.release.post)
            yield say("label.release"), say("sheet.from_to", before=before, after=after)
        yield say("sheet.patches"), on_one_line(", ".join(patch.release for patch in plan.patches))
        if plan.window:
            start, end = self.formats.minute(plan.window.start), self.formats.minute(plan.window.end)
            yield say("label.window"), f"{start} – {end} ({self.checklist.timezone})"
        yield say("sheet.made_on"), self.formats.day(self.at.astimezone(self.formats.zone).date())
        yield say("label.checklist_sha256"), self.checklist.sha256

    def _system(self) -> Iterator[str]:
        """Name the machine: its web name, its address, its virtual machine."""
        system = self.checklist.system
        inputs = next(iter(system.hypervisor.values()), {})
        if system.web:
            yield system.web
        if system.ssh:
            yield system.ssh.rpartition("@")[2]
        if inputs.get("vm"):
            yield self.formats.language.say("sheet.virtual_machine", name=inputs["vm"])

    def chapters(self) -> tuple[Chapter, ...]:
        """Group what is looked at by area; areas stand in the order in which they first come."""
        found: dict[str, list[Item]] = {}
        for check in self.checklist.checks:
            if not self._why_not(check):
                found.setdefault(area_title(check, self.checklist.areas, self.formats), []).append(self._item(check))
        return tuple(Chapter(title=title, items=tuple(items)) for title, items in found.items())

    def left_out(self) -> Iterator[LeftOut]:
        """Give what is not looked at."""
        for check in self.checklist.checks:
            if found := self._why_not(check):
                state, reason = found
                yield LeftOut(
                    id=visible(check.id),
                    title=visible(check.words(self.formats.language.code)),
                    area=area_title(check, self.checklist.areas, self.formats),
                    severity=check.severity,
                    state=self.formats.language.say(f"sheet.left_out_{state}"),
                    reason=visible(reason),
                )

    def waiver(self, waiver: Waiver) -> Accepted:
        """Write a waiver."""
        return Accepted(
            ids=self._ids(waiver),
            reason=visible(waiver.reason),
            approved_by=visible(waiver.approved_by),
            until=self.formats.day(waiver.until),
            ticket=visible(waiver.ticket),
            is_over=not waiver.holds_on(self.at.astimezone(self.formats.zone).date()),
        )

    def change(self, change: ExpectedChange) -> Change:
        """Write what the upgrade is meant to change."""
        meant = next(check for check in self.checklist.checks if change.covers(check.id))
        name = property_name(meant, change.property, self.formats)
        before, after = (self.formats.value(change.property, one) for one in (change.before, change.after))
        word = _change_word(change.before, change.after)
        what = self.formats.language.say(f"sheet.change_{word}", name=name, before=before, after=after)
        return Change(ids=self._ids(change), what=what, reason=visible(change.reason))

    def _why_not(self, check: Check) -> tuple[str, str] | None:
        """Tell why a check is not looked at: in which way, and the reason."""
        language = self.formats.language
        if skip := next((one for one in self.checklist.skips if one.covers(check.id)), None):
            return "skipped", skip.reason
        if check.disabled:
            return "disabled", str(spoken(check.disabled, language.code))
        if check.absent:
            return "absent", language.say(f"absent.{check.absent.lack}", name=check.absent.name)
        return None

    def _item(self, check: Check) -> Item:
        code = self.formats.language.code
        is_manual = check.kind == _MANUAL
        return Item(
            id=visible(check.id),
            title=visible(check.words(code)),
            severity=check.severity,
            why=visible(spoken(check.why, code)),
            is_manual=is_manual,
            how=looked_at(check, self.formats),
            groups=self._steps(check) if is_manual else self._expected(check),
            notes=tuple(self._notes(check)),
        )

    def _steps(self, check: Check) -> tuple[Group, ...]:
        say, code = self.formats.language.say, self.formats.language.code
        steps: Sequence[str] = spoken(check.inputs["do"], code)
        see = visible(str(spoken(check.inputs["see"], code)))
        done = Group(title=say("sheet.steps"), lines=tuple(map(visible, steps)), is_ordered=len(steps) > 1)
        return done, Group(title=say("sheet.see"), lines=(see,))

    def _expected(self, check: Check) -> tuple[Group, ...]:
        say = self.formats.language.say
        titles = say("sheet.both"), say("sheet.before"), say("sheet.after")
        parts = zip(titles, expectations(check, self.formats), strict=True)
        return tuple(Group(title=title, lines=lines) for title, lines in parts if lines)

    def _notes(self, check: Check) -> Iterator[str]:
        """Say what else there is to know of a check."""
        say = self.formats.language.say
        if check.retry_for:
            yield say("sheet.retry", time=_time(check.retry_for, self.formats))
        if check.licence:
            yield say("sheet.licence", name=visible(check.licence))
        if reference := spoken(check.reference, self.formats.language.code):
            yield say("sheet.reference", text=visible(reference))
        for waiver in (self.waiver(one) for one in self.checklist.waivers if one.covers(check.id)):
            key = "label.waiver_expired" if waiver.is_over else "label.waived"
            yield say(key, reason=waiver.reason, by=waiver.approved_by, until=waiver.until)

    def _ids(self, about: Waiver | ExpectedChange) -> tuple[str, ...]:
        return tuple(visible(check.id) for check in self.checklist.checks if about.covers(check.id))


def _change_word(before: JsonValue, after: JsonValue) -> str:
    if before is None:
        return "other" if after is None else "to"
    return "from" if after is None else "between"


def _contact(role: str, contact: Contact, formats: Formats) -> Contact:
    said = {name: on_one_line(str(value)) for name, value in contact.model_dump().items()}
    return Contact(**said | {"name": said["name"] or on_one_line(formats.language.name("contact", role))})


def _time(seconds: float, formats: Formats) -> str:
    """Write how long at most, without seconds that nobody counts."""
    return f"{formats.number(seconds / 60, 1)} min" if seconds >= 60 else formats.duration(seconds)
