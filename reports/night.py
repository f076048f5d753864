"""The night of an upgrade as a page tells it: the timeline, the proofs, and why it stopped."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from reports.exhibit import Exhibit, exhibit
from reports.formats import Formats
from reports.verdict import stop_of
from reports.visible import Excerpt, excerpt, on_one_line, visible
from uat.model import Contact, Header, JsonValue, Outcome, Phase, Run, Step

WIDTH = 100.0
"""The length of the timeline's bars, in its own units."""

_PROVING_UPGRADE = ("identify", "snapshot", "deliver", "patch", "reboot", "release")
_PROVING = (
    *("authorise", "recognise", "power_off", "revert", "start", "settle", "clock"),
    *("decide", "delete", "tidy"),
)
"""The steps of a rollback and of a close."""
_STOP_TEXTS = ("happened", "known", "todo", "dont")
_QUOTED_BYTES = 12_000


@dataclass(frozen=True, kw_only=True)
class Moment:
    """One line of the timeline; `start` and `length` are in hundredths of the whole night."""

    name: str
    note: str
    outcome: Outcome
    is_step: bool
    began: datetime
    ended: datetime
    seconds: float
    start: float = 0.0
    length: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One thing known of a step: a short value, or the machine's own words, quoted."""

    name: str
    value: str = ""
    quoted: Excerpt | None = None


@dataclass(frozen=True, kw_only=True)
class Proof:
    """What one step leaves behind."""

    title: str
    step: Step
    facts: tuple[Fact, ...]
    exhibits: tuple[Exhibit, ...]


@dataclass(frozen=True, kw_only=True)
class Stop:
    """Why the procedure went no further, and what to do and not to do."""

    code: str
    happened: str
    known: str
    todo: str
    dont: str
    message: str
    contact: Contact | None
    proof: Proof | None


def timeline(run: Run, formats: Formats) -> tuple[Moment, ...]:
    """Put the looks and the steps on one line, in the order of their beginning."""
    told = [*_looks(run, formats), *_steps(run, formats), *_resumptions(run, formats)]
    moments = sorted(told, key=lambda moment: moment.began)
    if not moments:
        return ()
    first = moments[0].began
    whole = max((moment.ended - first).total_seconds() for moment in moments) or 1.0
    return tuple(_placed(moment, first, whole) for moment in moments)


def proofs(run: Run, formats: Formats) -> tuple[Proof, ...]:
    """Give what proves the steps that change the machine, or guard it."""
    proving = _PROVING if run.header.phase is not Phase.UPGRADE else _PROVING_UPGRADE
    return tuple(
        _proof(step, formats) for step in run.steps if step.name in proving and step.outcome is not Outcome.BLOCKED
    )


def looked_words(header: Header, phase: Phase, formats: Formats) -> str:
    """Name the checks of a phase; after a rollback they are not those after an upgrade."""
    if header.phase is Phase.ROLLBACK:
        return formats.language.say("label.looked_rollback")
    return formats.language.say(f"label.looked_{phase}")


def lost_since(run: Run, formats: Formats) -> str:
    """Say since when everything is lost; empty when nothing was gone back to."""
    if not any(step.name == "revert" and step.outcome is Outcome.PASSED for step in run.steps):
        return ""
    facts = next((step.observation for step in run.steps if step.name == "authorise"), {})
    return formats.value("lost_since_at", facts["lost_since_at"]) if facts.get("lost_since_at") else ""


def step_title(step: Step, formats: Formats) -> str:
    """Name a step, with the patch it belongs to."""
    key = f"step_of.{step.name}" if step.release else f"step.{step.name}"
    if key not in formats.language.phrases:
        return visible(" ".join(filter(None, (step.name, step.release))))
    return formats.language.say(key, release=visible(step.release or ""))


def stop(run: Run, formats: Formats) -> Stop | None:
    """Say why the run stopped; None when it did not."""
    code = stop_of(run)
    if code is None:
        return None
    step = next((step for step in run.steps if step.stop), None)
    texts = stop_texts(run, code, step, formats)
    return Stop(
        code=code,
        **dict(zip(_STOP_TEXTS, texts, strict=True)),
        message=visible(run.ending.message) if run.ending and not step else "",
        contact=run.header.checklist.contacts.get("telenia"),
        proof=_proof(step, formats) if step else None,
    )


def stop_texts(run: Run, code: str, step: Step | None, formats: Formats) -> tuple[str, str, str, str]:
    """Give what happened, what is known, what to do and what not to do."""
    language, facts = formats.language, (step.observation if step else {})
    rung = str(facts.get("rung", ""))
    places = {
        "contact": contact_words(run.header.checklist.contacts.get("telenia"), formats),
        "release": visible(step.release or "") if step else "",
        **{name: _in_words(facts.get(name)) for name in ("key_known", "key_shown", "trust_command", "error")},
        "rung": language.name("rung", rung or "unseen"),
    }
    known = code if f"stop.{code}.happened" in language.phrases else "other"
    happened, certain, todo, dont = (language.say(f"stop.{known}.{text}", **places) for text in _STOP_TEXTS)
    if facts.get("started_again") is False:
        certain = f"{language.say('label.left_off', vm=_vm(run))} {certain}"
    return happened, certain, todo, dont


def _vm(run: Run) -> str:
    """Give the machine's name in the hypervisor."""
    return visible(str(next((one.get("vm", "") for one in run.header.checklist.system.hypervisor.values()), "")))


def _in_words(fact: JsonValue) -> str:
    """Write a fact in a sentence."""
    return on_one_line(", ".join(map(str, fact)) if isinstance(fact, list) else str(fact or ""))


def contact_words(contact: Contact | None, formats: Formats) -> str:
    """Say whom to call: name, number, hours."""
    if contact is None:
        return "Telenia"
    parts = [contact.name or "Telenia", contact.phone, contact.email]
    if contact.hours:
        parts.append(f"({contact.hours})")
    return visible(" ".join(part for part in parts if part))


def looked(run: Run, phase: Phase) -> tuple[datetime, datetime] | None:
    """Give from when to when a phase's checks were looked at; None when none was."""
    found = [one for one in run.of(phase).values() if one.attempts]
    if not found:
        return None
    return (
        min(one.started_at for one in found),
        max(one.started_at + timedelta(seconds=one.seconds) for one in found),
    )


def _looks(run: Run, formats: Formats) -> Iterator[Moment]:
    for phase in (Phase.PRE, Phase.POST):
        if (span := looked(run, phase)) is None:
            continue
        began, ended = span
        yield Moment(
            name=looked_words(run.header, phase, formats),
            note=formats.language.count("label.checks", len(run.of(phase))),
            outcome=Outcome.PASSED,
            is_step=False,
            began=began,
            ended=ended,
            seconds=(ended - began).total_seconds(),
        )


def _resumptions(run: Run, formats: Formats) -> Iterator[Moment]:
    """Say when somebody went on with the run, and who: an interruption is never hidden."""
    say = formats.language.say
    for one in run.resumptions:
        word = "adopted" if one.adopted else "concluded" if one.concluded else "resumed"
        places = {"reason": one.reason, "case": one.case or say("units.nothing")}
        who = one.operator if one.computer in one.operator else f"{one.operator} ({one.computer})"
        yield Moment(
            name=visible(say(f"label.{word}", who=who)),
            note=visible(say(f"label.note_{word}", **places)) if one.reason else "",
            outcome=Outcome.PASSED,
            is_step=False,
            began=one.at,
            ended=one.at,
            seconds=0.0,
        )


def _steps(run: Run, formats: Formats) -> Iterator[Moment]:
    for step in run.steps:
        yield Moment(
            name=step_title(step, formats),
            note=stop_texts(run, step.stop, step, formats)[0] if step.stop else "",
            outcome=step.outcome,
            is_step=True,
            began=step.started_at,
            ended=step.started_at + timedelta(seconds=step.seconds),
            seconds=step.seconds,
        )


def _placed(moment: Moment, first: datetime, whole: float) -> Moment:
    start = (moment.began - first).total_seconds() / whole * WIDTH
    length = max(moment.seconds / whole * WIDTH, 0.8)
    return replace(moment, start=round(min(start, WIDTH - length), 2), length=round(length, 2))


def _proof(step: Step, formats: Formats) -> Proof:
    facts = {
        name: value for name, value in (step.intent | step.observation).items() if value not in (None, "", [], {})
    }
    return Proof(
        title=step_title(step, formats),
        step=step,
        facts=tuple(_fact(name, value, formats) for name, value in facts.items()),
        exhibits=tuple(exhibit(one, limit_bytes=_QUOTED_BYTES) for one in step.evidence),
    )


def _fact(name: str, value: JsonValue, formats: Formats) -> Fact:
    """Quote what has several lines or is a list of texts; say the rest."""
    label = formats.language.name("fact", name)
    if isinstance(value, list) and name.endswith(("_lines", "text_after")):
        value = "\n".join(map(str, value))
    if isinstance(value, str) and ("\n" in value or name.endswith(("_lines", "command"))):
        return Fact(name=label, quoted=excerpt(value.strip("\n"), limit_bytes=_QUOTED_BYTES))
    return Fact(name=label, value=coded(name, value, formats) or formats.value(name, value, limit=1000))


def coded(name: str, value: JsonValue, formats: Formats) -> str:
    """Put a fact that is a code word into words; empty when it is none."""
    phrases = formats.language.phrases
    if name == "upgrade_ended" and f"stop.{value}.happened" in phrases:
        return " ".join(formats.language.say(f"stop.{value}.happened", release="").split())
    return phrases.get(f"rung.{value}" if name == "rung" else f"code.{name}.{value}", "")
