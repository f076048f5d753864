"""Believable runs of a customer's night, made by hand: what the tests of the reports read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from tests.reports.acme import AFTER, BEGAN, checklist, checks
from tests.reports.looks import evidence, result, results
from uat.model import (
    Availability,
    Ending,
    Evidence,
    Header,
    Identity,
    JsonValue,
    Mismatch,
    Outcome,
    Phase,
    Result,
    Run,
    Step,
    Transition,
)

BOOTS = (
    "5f0c3c1e-97c4-4b5e-8a57-0b8f5d1a77c1",
    "0d6a9a6b-6a2f-4d2e-b0f3-1c9a2f64e0aa",
    "b81e54a3-35d5-4c0b-9a0d-67d2f0a9f613",
)
MARKER = (
    "2026-11-28 22:32:25,398 [main:682] ************************\n"
    "2026-11-28 22:32:25,398 [main:683] *   Update completed!  *\n"
    "2026-11-28 22:32:25,398 [main:684] ************************\n"
    "2026-11-28 22:32:25,399 [main:699] \n\n"
    "2026-11-28 22:32:25,399 [main:700] **********************************\n"
    "2026-11-28 22:32:25,399 [main:701] *   Please REBOOT the machine!   *\n"
    "2026-11-28 22:32:25,399 [main:702] **********************************\n"
)
PATCH_LOG = (
    "2026-11-28 22:21:02,114 [main:101] Updating to version: 22.0.17\n"
    "2026-11-28 22:21:02,120 [main:120] Stopping Services\n"
    "2026-11-28 22:21:41,377 [main:188] Syncing file system\n"
    "2026-11-28 22:26:10,002 [main:240] Copying system configuration files\n"
    "2026-11-28 22:26:44,518 [main:301] Fixing file permissions\n"
    "2026-11-28 22:27:30,900 [main:377] Executing update script\n"
    "2026-11-28 22:31:58,013 [main:402] Fixing file permissions post update\n"
    "2026-11-28 22:32:10,745 [main:455] Updating all configs\n"
)


def header(phase: Phase = Phase.UPGRADE, **changes: object) -> Header:
    """Make the head of a run."""
    ids = tuple(check.id for check in checks())
    phases = (Phase.PRE, Phase.POST) if phase is Phase.UPGRADE else (phase,)
    fields: dict[str, object] = {
        "id": "20261128T210211Z-upgrade-7f3a",
        "phase": phase,
        "started_at": BEGAN,
        "operator": "Luca Bianchi (lbianchi@LAPTOP7)",
        "tool": "tvox-uat 0.1.0",
        "checklist": checklist(),
        "planned": dict.fromkeys(phases, ids),
    }
    return Header.model_validate(fields | changes)


def identity(phase: Phase, boot: str, release: str) -> Identity:
    """Make what the machine said of itself."""
    return Identity(
        phase=phase,
        address="root@10.20.30.40:22",
        hostname="tvox1",
        host_key="SHA256:Qd3L5m0k0mJmQe0H7rZ7cQ8m3b3m1f0Uq8yW2o1x9aA",
        machine_id="4d0c2f7b1f1e4a0b9b3e5d3a6c1d2e3f",
        product_uuid="4212a8d0-6c1f-4c55-9d7e-0d3f4b1c2a10",
        boot_id=boot,
        system="CentOS Linux 7 (Core)",
        release=release,
        clock_offset=0.41,
        taken_at=BEGAN if phase is Phase.PRE else AFTER,
    )


def _snapshot() -> dict[str, JsonValue]:
    name = "tvox-uat-20261128T210211Z-upgrade-7f3a"
    return {
        "others": ["prima-consegna"],
        "name": name,
        "id": name,
        "taken_at": "2026-11-28T21:06:40+00:00",
        "powered_off": True,
        "memory": False,
        "disks": ["vda"],
        "disks_left_out": [],
        "attested_by": "",
        "kept_until": "2026-12-05T21:06+00:00",
    }


def _patch(release: str) -> dict[str, JsonValue]:
    directory = f"/var/lib/tvox-uat/7f3a-{release}"
    return {
        "command": f"sh /var/lib/tvox-uat/7f3a-patches/tvox-{release}.run",
        "directory": directory,
        "screen": f"tvox-uat-{release}",
        "log_file": f"patch-{release}.log",
        "longest_silence_seconds": 71.5,
        "links_lost": 0,
        "state": "ended",
        "exit_code": 0,
        "boot_id": BOOTS[0],
        "marker_lines": [line for line in MARKER.splitlines() if "!" in line],
        "log_sha256": "7c1f" * 16,
    }


def _patch_log(release: str, *, marker: str = MARKER) -> Evidence:
    text = PATCH_LOG.replace("22.0.17", release) + marker
    return evidence(f"/var/lib/tvox-uat/7f3a-{release}/log", text, kind="file", status="")


_PLAN: tuple[tuple[str, str | None, float, dict[str, JsonValue]], ...] = (
    ("gate", None, 0.1, {"checks": 30, "patches": ["22.0.0", "22.0.17"]}),
    ("identify", None, 4.2, {"hostname": "tvox1", "product_uuid": "4212a8d0-6c1f-4c55-9d7e-0d3f4b1c2a10"}),
    ("shutdown", None, 38.0, {"way": "acpi", "power": "off", "reason": "shutdown", "seconds_to_off": 37.6}),
    ("snapshot", None, 6.4, _snapshot()),
    ("start", None, 71.0, {"boot_id_after": BOOTS[0], "boot_seconds": 70.8}),
    ("settle", None, 44.0, {"boot_id": BOOTS[0], "blockers": ["PLT-01", "PLT-02"]}),
    ("deliver", "22.0.0", 22.0, {"sha256": "9" * 64, "path": "/var/lib/tvox-uat/7f3a-patches/tvox-22.0.0.run"}),
    ("patch", "22.0.0", 612.0, _patch("22.0.0")),
    ("reboot", "22.0.0", 95.0, {"boot_id_before": BOOTS[0], "boot_id_after": BOOTS[1]}),
    ("settle", "22.0.0", 61.0, {"boot_id": BOOTS[1]}),
    ("release", "22.0.0", 0.4, {"expected": "22.0.0", "found": "22.0.0"}),
    ("deliver", "22.0.17", 24.0, {"sha256": "c" * 64, "path": "/var/lib/tvox-uat/7f3a-patches/tvox-22.0.17.run"}),
    ("patch", "22.0.17", 872.0, _patch("22.0.17")),
    ("reboot", "22.0.17", 101.0, {"boot_id_before": BOOTS[1], "boot_id_after": BOOTS[2]}),
    ("settle", "22.0.17", 74.0, {"boot_id": BOOTS[2]}),
    ("release", "22.0.17", 0.4, {"expected": "22.0.17", "found": "22.0.17"}),
)


def steps(up_to: int = len(_PLAN)) -> tuple[Step, ...]:
    """Make the steps of a good night, or the first so many."""
    made, at = [], BEGAN + timedelta(seconds=90)
    for number, (name, release, seconds, seen) in enumerate(_PLAN[:up_to], 1):
        made.append(
            Step(
                number=number,
                name=name,
                release=release,
                outcome=Outcome.PASSED,
                observation=seen,
                evidence=(_patch_log(release),) if name == "patch" and release else (),
                started_at=at,
                seconds=seconds,
            )
        )
        at += timedelta(seconds=seconds + 1)
    return tuple(made)


SSH, PAGE = "ssh 10.20.30.40:22", "https://pbx.acme.it/occ"
WEBAPI, SIP = "https://pbx.acme.it/tvox/webapi", "sip:10.20.30.40:5060;transport=udp"
_GONE = {"machine": "timed out", "web": "HTTP 502", "webapi": "HTTP 502, and no version", "sip": "no answer"}
_THERE = {
    "machine": "SSH-2.0-OpenSSH_7.4",
    "web": "HTTP 200",
    "webapi": "getVersion: ['21.0.26', '3.1']",
    "sip": "401 Unauthorized",
}


def sight(service: str, target: str, state: Availability, seconds: float, said: str | None = None) -> Transition:
    """Make a transition, so many seconds after the night began."""
    words = _THERE if state is Availability.UP else _GONE
    at = BEGAN + timedelta(seconds=seconds)
    return Transition(
        service=service, target=target, state=state, at=at, said=words[service] if said is None else said
    )


def transitions() -> tuple[Transition, ...]:
    """Make what was seen from outside in a good night: off for the snapshot, and at each patch with its reboot."""
    began = steps()[2].started_at
    places = {step.number: (step.started_at - BEGAN).total_seconds() for step in steps()}
    made = [sight(*one, Availability.UP, (began - BEGAN).total_seconds()) for one in _WATCHED]
    for service, target in _WATCHED:
        slow = {"machine": 0, "web": 21, "webapi": 34, "sip": 48}[service]
        for down, up in ((places[3] + 4, places[5] + 62), (places[8] + 7, places[9] + 81)):
            late = down if service != "machine" else places[9] + 3 if down > places[5] else down + 22
            made.append(sight(service, target, Availability.DOWN, late + slow / 20))
            made.append(sight(service, target, Availability.UP, up + slow))
        gone = places[14] + 2 if service == "machine" else places[13] + 9 + slow / 20
        made.append(sight(service, target, Availability.DOWN, gone))
        made.append(sight(service, target, Availability.UP, places[14] + 84 + slow))
    return tuple(sorted(made, key=lambda one: one.at))


_WATCHED = (("machine", SSH), ("web", PAGE), ("webapi", WEBAPI), ("sip", SIP))


def clean_run() -> Run:
    """Make a night on which all went well."""
    return Run(
        header=header(),
        identities={
            Phase.PRE: identity(Phase.PRE, BOOTS[0], "21.0.26"),
            Phase.POST: identity(Phase.POST, BOOTS[2], "22.0.17"),
        },
        results=results(Phase.PRE) + results(Phase.POST),
        steps=steps(),
        transitions=transitions(),
        ending=Ending(exit_code=0, ended_at=AFTER + timedelta(minutes=6)),
    )


def preflight(outcomes: Mapping[str, Outcome], phase: Phase = Phase.PREFLIGHT, **fields: object) -> Run:
    """Make a preflight of these conditions; ``fields`` are those of every result."""
    results = tuple(
        Result.model_validate(
            {"check_id": name, "phase": Phase.PREFLIGHT, "outcome": outcome, "started_at": BEGAN, "seconds": 0.4}
            | fields
        )
        for name, outcome in outcomes.items()
    )
    return Run(
        header=header(phase, planned={}),
        identities={Phase.PREFLIGHT: identity(Phase.PREFLIGHT, BOOTS[0], "21.0.26")},
        results=results,
        ending=Ending(exit_code=0, ended_at=BEGAN + timedelta(minutes=1)),
    )


def whole_preflight() -> Run:
    """Make a preflight with one condition of each outcome, and every kind of fact."""
    told: dict[str, JsonValue] = {
        "offset_seconds": -312.5,
        "free_bytes": 3_000_000_000,
        "processes": ["1414 mrossi, Tue Nov  3 22:10:11 2026: sh /root/tvox-22.0.17.run"],
        "attempts": [],
        "expected": {"22.0.0": "9" * 64, "22.0.17": "c" * 64},
        "answer": "stand_alone",
        "self_approved": True,
        "opens_at": "2026-11-28T22:00:00+01:00",
        "hindrance": None,
    }
    names = ("identity", "clock", "patch", "datastore", "console", "rehearsal", "mains", "release", "keep")
    every = [outcome for outcome in Outcome if outcome is not Outcome.RUNNING]
    said = (evidence("date +%s.%N", "1795555555.1\n"),)
    return preflight(dict(zip(names, every, strict=True)), observed=told, evidence=said, reason="not_told")


def _dead() -> dict[str, object]:
    stopped = {"exists": True, "running": False, "enabled": True}
    wrong = Mismatch(property="running", operator="equals", expected=True, observed=False)
    body = "Id=asterisk.service\nLoadState=loaded\nActiveState=failed\nSubState=failed\nResult=exit-code\n"
    return {
        "outcome": Outcome.FAILED,
        "observed": stopped,
        "mismatches": (wrong,),
        "attempts": 90,
        "seconds": 180.2,
        "evidence": (evidence("systemctl show asterisk", body, at=AFTER),),
    }


def _troubles() -> dict[str, dict[str, object]]:
    """Give one check of each kind of trouble."""
    fewer = Mismatch(property="value", operator="unchanged", expected=3120, observed=3098)
    answer: dict[str, JsonValue] = {
        "answer": "failed",
        "note": "Squilla a vuoto, nessun derivato risponde",
        "answered_by": "Anna Verdi",
        "files": [],
    }
    denied = Mismatch(property="answer", operator="equals", expected="passed", observed="failed")
    blank: dict[str, object] = {"observed": None, "evidence": (), "seconds": 0.0, "attempts": 0}
    gone = Mismatch(property="exists", operator="equals", expected=True, observed=False)
    return {
        "PLT-02": _dead(),
        "DAT-03": {"outcome": Outcome.FAILED, "observed": {"value": 3098}, "mismatches": (fewer,)},
        "TEL-06": {"outcome": Outcome.FAILED, "observed": answer, "mismatches": (denied,)},
        "ACME-01": {
            "outcome": Outcome.ERROR,
            "error": "crm.acme.local: no answer within 15 s (GET https://crm.acme.local/tvox/health)",
            **blank,
        },
        "TEL-05": {"outcome": Outcome.UNANSWERED, **blank},
        "ACME-03": {"outcome": Outcome.FAILED, "observed": {"exists": False}, "mismatches": (gone,)},
        "MSG-06": {"observed": {"listening": True, "addresses": ["127.0.0.1"], "process": "dovecot"}},
    }


def regression_run() -> Run:
    """Make a night after which the telephony engine does not run, and more is wrong."""
    clean = clean_run()
    return clean.model_copy(
        update={
            "results": results(Phase.PRE) + results(Phase.POST, _troubles()),
            "ending": Ending(exit_code=1, ended_at=AFTER + timedelta(minutes=9)),
        }
    )


def stopped_run(stop: str = "no_marker", **facts: JsonValue) -> Run:
    """Make a night that stopped at the second patch."""
    done = steps(12)
    seen = {name: value for name, value in _patch("22.0.17").items() if name not in ("marker_lines", "log_sha256")}
    lines: list[JsonValue] = [f"{number}: {line}" for number, line in enumerate(PATCH_LOG.splitlines(), 1)]
    last = Step(
        number=13,
        name="patch",
        release="22.0.17",
        outcome=Outcome.FAILED,
        observation=seen | {"last_lines": lines} | facts,
        evidence=(_patch_log("22.0.17", marker=""),),
        stop=stop,
        started_at=done[-1].started_at + timedelta(seconds=25),
        seconds=655.0,
    )
    waiting = tuple(
        Step(
            number=14 + place,
            name=name,
            release="22.0.17",
            outcome=Outcome.BLOCKED,
            started_at=BEGAN + timedelta(minutes=31),
        )
        for place, name in enumerate(("reboot", "settle", "release"))
    )
    blocked = tuple(
        result(
            check,
            Phase.POST,
            outcome=Outcome.BLOCKED,
            reason=stop,
            attempts=0,
            observed=None,
            evidence=(),
            seconds=0.0,
        )
        for check in checks()
    )
    return clean_run().model_copy(
        update={
            "identities": {Phase.PRE: identity(Phase.PRE, BOOTS[0], "21.0.26")},
            "results": results(Phase.PRE) + blocked,
            "steps": (*done, last, *waiting),
            "transitions": (
                *(one for one in transitions() if one.at < last.started_at + timedelta(seconds=600)),
                *(
                    sight(*one, Availability.UNKNOWN, (last.started_at - BEGAN).total_seconds() + 300, "timed out")
                    for one in _WATCHED
                ),
                sight("machine", SSH, Availability.UP, (last.started_at - BEGAN).total_seconds() + 480),
                *(
                    sight(*one, Availability.DOWN, (last.started_at - BEGAN).total_seconds() + 481)
                    for one in _WATCHED[1:]
                ),
            ),
            "ending": Ending(
                exit_code=10, stop=stop, message=f"{stop}: {facts}", ended_at=last.started_at + timedelta(seconds=660)
            ),
        }
    )


def closed_run() -> Run:
    """Make a night that ended at the gate."""
    gate = Step(
        number=1,
        name="gate",
        outcome=Outcome.FAILED,
        stop="gate_closed",
        observation={"checks": 30, "failing": ["PLT-02"]},
        started_at=BEGAN + timedelta(seconds=90),
        seconds=0.1,
    )
    return clean_run().model_copy(
        update={
            "results": results(Phase.PRE, {"PLT-02": _dead()}),
            "steps": (gate,),
            "transitions": (),
            "identities": {Phase.PRE: identity(Phase.PRE, BOOTS[0], "21.0.26")},
            "ending": Ending(exit_code=12, stop="gate_closed", ended_at=BEGAN + timedelta(seconds=95)),
        }
    )


def large_run(size: int = 300) -> Run:
    """Make a run of so many checks, each with as much output as is kept."""
    check = checks()[1]
    many = tuple(
        check.model_copy(update={"id": f"BIG-{number:03d}", "area": f"Area {number % 9}"}) for number in range(size)
    )
    proof = evidence("journalctl -u asterisk", "tvox1 asterisk[812]: line of the log\n" * 1700)
    found = tuple(
        result(check, phase, position=position, evidence=(proof,))
        for phase in (Phase.PRE, Phase.POST)
        for position, check in enumerate(many)
    )
    plan = tuple(check.id for check in many)
    list_ = checklist().model_copy(update={"checks": many})
    head = header(checklist=list_, planned={Phase.PRE: plan, Phase.POST: plan})
    return clean_run().model_copy(update={"header": head, "results": found})
