"""What was seen at ACME's machine, made by hand: right answers, exceptions, evidence."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256

from tests.reports.acme import AFTER, BEGAN, checks, waiver
from uat.model import Check, Evidence, JsonValue, Mismatch, Outcome, Phase, Result, Viewpoint

_RIGHT: dict[str, dict[str, JsonValue]] = {
    "PLT-01": {"server": "21.0.26", "api": "3.1", "result": None, "error": None, "seconds": 0.112},
    "PLT-06": {"offset_seconds": 0.004, "synchronised": True, "source": "10.20.30.1"},
    "PLT-09": {
        "size_bytes": 536870912000,
        "free_bytes": 80530636800,
        "free_percent": 15.0,
        "inodes_free_percent": 88.1,
    },
    "NET-03": {
        "subject": "pbx.acme.it",
        "names": ["pbx.acme.it", "tvox.acme.it"],
        "days_left": 212,
        "chain_ok": True,
    },
    "WEB-01": {"status": 200, "body": "<title>OCC</title>", "seconds": 0.41, "final_url": "https://pbx.acme.it/occ/"},
    "WEB-02": {"status": 200, "seconds": 0.33, "final_url": "https://pbx.acme.it/client/"},
    "WEB-03": {"server": None, "result": {"calls": 0}, "error": None, "seconds": 0.2},
    "DAT-01": {"value": 148},
    "DAT-02": {"value": 22},
    "DAT-03": {"value": 3120},
    "DAT-04": {"exists": True, "files": 61, "folders": 7, "size_bytes": 24576},
    "DAT-05": {"exists": True, "files": 18204, "folders": 402, "size_bytes": 18253611008},
    "ACME-01": {"status": 200, "json": {"queue": 2, "state": "ok"}, "seconds": 0.09},
    "ACME-02": {"exists": True, "mode": "0644", "owner": "root", "size_bytes": 214},
    "ACME-03": {"exists": True, "mode": "0644", "owner": "root", "size_bytes": 88211},
    "MSG-06": {"listening": True, "addresses": ["0.0.0.0"], "process": "dovecot"},
}


def _observed(check: Check) -> dict[str, JsonValue]:
    if check.kind == "service":
        return {"exists": True, "running": True, "enabled": True}
    if check.kind == "manual":
        return {"answer": "passed", "note": "", "answered_by": "Anna Verdi", "files": []}
    return _RIGHT.get(check.id) or {"listening": True, "reachable": True}


def evidence(
    label: str,
    body: str,
    *,
    kind: str = "command",
    status: str = "0",
    at: datetime = BEGAN,
    viewpoint: Viewpoint = Viewpoint.MACHINE,
) -> Evidence:
    """Make a recorded question and its answer."""
    raw = body.encode("utf-8", "surrogatepass")
    return Evidence(
        kind=kind,
        label=label,
        status=status,
        body=body,
        sha256=sha256(raw).hexdigest(),
        size_bytes=len(raw),
        taken_at=at,
        seconds=0.08,
        viewpoint=viewpoint,
    )


def _question(check: Check, at: datetime) -> Evidence:
    if check.kind == "service":
        name = check.inputs["name"]
        body = f"Id={name}.service\nLoadState=loaded\nActiveState=active\nUnitFileState=enabled\n"
        return evidence(f"systemctl show -p Id,LoadState,ActiveState,UnitFileState {name}", body, at=at)
    if check.kind in ("http", "webapi"):
        url = str(check.inputs.get("url", "https://pbx.acme.it/tvox/webapi"))
        body = "HTTP/1.1 200 OK\nserver: nginx\ncontent-type: text/html\n\n<!doctype html><title>OCC</title>"
        return evidence(f"GET {url}", body, kind="http", status="200", at=at, viewpoint=Viewpoint.HERE)
    if check.kind == "manual":
        return evidence("terminal", "passed", kind="answer", status="", at=at, viewpoint=Viewpoint.PERSON)
    if check.kind == "port":
        number = check.inputs["number"]
        return evidence(f"tcp pbx.acme.it:{number}", "", kind="tcp", status="open", at=at, viewpoint=Viewpoint.HERE)
    return evidence(f"# {check.kind} {' '.join(map(str, check.inputs.values()))}", "148\n", at=at)


def result(check: Check, phase: Phase, *, position: int = 0, **changes: object) -> Result:
    """Make a check's result: passed, unless told otherwise."""
    at = (BEGAN if phase is Phase.PRE else AFTER) + timedelta(seconds=0.7 * position)
    fields: dict[str, object] = {
        "check_id": check.id,
        "phase": phase,
        "outcome": Outcome.PASSED,
        "observed": _observed(check),
        "evidence": (_question(check, at),),
        "started_at": at,
        "seconds": 0.31,
    }
    return Result.model_validate(fields | changes)


def _exceptions(phase: Phase) -> dict[str, dict[str, object]]:
    """Give what is not simply right on a good day."""
    low = Mismatch(property="free_percent", operator="at_least", expected=20, observed=15.0)
    empty: dict[str, object] = {"observed": None, "evidence": (), "seconds": 0.0, "attempts": 0}
    found: dict[str, dict[str, object]] = {
        "PLT-09": {"outcome": Outcome.WAIVED, "mismatches": (low,), "waiver": waiver()},
        "MSG-05": {"outcome": Outcome.SKIPPED, "reason": "nessuna linea fax", **empty},
        "CLU-01": {"outcome": Outcome.NOT_APPLICABLE, "reason": "licenza FT non presente", **empty},
    }
    if phase is Phase.POST:
        found["PLT-01"] = {"observed": _RIGHT["PLT-01"] | {"server": "22.0.17", "api": "3.4"}}
        found["PLT-02"] = {"attempts": 4, "seconds": 61.4}
    return found


def results(phase: Phase, troubles: Mapping[str, Mapping[str, object]] | None = None) -> tuple[Result, ...]:
    """Make a phase's results; `troubles` says by id what is different."""
    special = {**_exceptions(phase), **(troubles or {})}
    return tuple(
        result(check, phase, position=position, **special.get(check.id, {}))
        for position, check in enumerate(checks())
    )
