"""Believable runs of a customer's night, made by hand: what the tests of the reports read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256

from uat.model import (
    Check,
    Checklist,
    Contact,
    Ending,
    Evidence,
    Expectation,
    Header,
    Identity,
    JsonValue,
    Mismatch,
    Outcome,
    Patch,
    Phase,
    Releases,
    Result,
    Run,
    Severity,
    Source,
    Step,
    System,
    Upgrade,
    Viewpoint,
    Waiver,
    Window,
)

BEGAN = datetime(2026, 11, 28, 21, 2, 11, tzinfo=UTC)
AFTER = BEGAN + timedelta(minutes=58)
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


def _source(line: int) -> Source:
    return Source(file="checklists/acme.yaml", line=line, column=5)


def _expect(**properties: JsonValue) -> tuple[Expectation, ...]:
    """``running=True`` equals; ``seconds=("at_most", 2)`` any other operator."""
    return tuple(
        Expectation(property=name.replace("__", "."), operator=value[0], operand=value[1])
        if isinstance(value, tuple)
        else Expectation(property=name.replace("__", "."), operator="equals", operand=value)
        for name, value in properties.items()
    )


def _check(
    id: str,
    titles: tuple[str, str],
    kind: str,
    area: str,
    inputs: dict[str, JsonValue],
    *,
    severity: Severity = Severity.MAJOR,
    pre: Mapping[str, JsonValue] | None = None,
    **both: JsonValue,
) -> Check:
    before = _expect(**(dict(pre) if pre is not None else both))
    line = 30 + sum(map(ord, id)) % 190
    return Check(
        id=id,
        title={"it": titles[0], "en": titles[1]},
        kind=kind,
        inputs=inputs,
        area=area,
        severity=severity,
        moves={"http": ("seconds",), "webapi": ("api", "seconds", "result")}.get(kind, ()),
        expect={Phase.PRE: before, Phase.POST: _expect(**both)},
        source=_source(line),
    )


def _service(id: str, name: str, titles: tuple[str, str], severity: Severity = Severity.MAJOR) -> Check:
    inputs: dict[str, JsonValue] = {"name": name}
    return _check(id, titles, "service", "Piattaforma", inputs, severity=severity, running=True, enabled=True)


def _port(id: str, number: int, titles: tuple[str, str]) -> Check:
    return _check(
        id,
        titles,
        "port",
        "Rete",
        {"number": number, "protocol": "tcp", "from": "here"},
        severity=Severity.BLOCKER,
        reachable=True,
    )


def _rows(id: str, table: str, titles: tuple[str, str]) -> Check:
    query = f"select count(*) from {table}"
    operator = ("unchanged", None)
    return _check(id, titles, "sql", "Dati", {"database": "ast_callcenter", "query": query}, value=operator)


def _manual(id: str, titles: tuple[str, str], do: str, see: str, *, severity: Severity = Severity.MAJOR) -> Check:
    area = "Telefonia"
    return _check(id, titles, "manual", area, {"do": [do], "see": see}, severity=severity, answer="passed")


def checks() -> tuple[Check, ...]:
    """Make ACME's CHECK UAT: 30 checks in seven areas."""
    blocker, minor = Severity.BLOCKER, Severity.MINOR
    return (
        _check(
            "PLT-01",
            ("La release del prodotto è quella attesa", "The product release is the expected one"),
            "webapi",
            "Piattaforma",
            {"method": "getVersion"},
            severity=blocker,
            pre={"server": "21.0.26"},
            server="22.0.17",
        ),
        _service("PLT-02", "asterisk", ("Il motore telefonico è attivo", "The telephony engine is running"), blocker),
        _service("PLT-03", "nginx", ("Il server web è attivo", "The web server is running"), blocker),
        _service("PLT-04", "postgresql", ("PostgreSQL è attivo", "PostgreSQL is running")),
        _service("PLT-05", "mariadb", ("MariaDB è attivo", "MariaDB is running")),
        _check(
            "PLT-06",
            ("L’orologio è sincronizzato", "The clock is synchronised"),
            "clock",
            "Piattaforma",
            {},
            synchronised=True,
            offset_seconds=("at_most", 1),
        ),
        _check(
            "PLT-09",
            ("C’è spazio sul disco dei dati", "There is room on the data disk"),
            "disk",
            "Piattaforma",
            {"path": "/opt/telenia_data"},
            free_percent=("at_least", 20),
        ),
        _port("NET-01", 443, ("La porta HTTPS risponde dall’esterno", "The HTTPS port answers from outside")),
        _port("NET-02", 5060, ("La porta SIP risponde dall’esterno", "The SIP port answers from outside")),
        _check(
            "NET-03",
            ("Il certificato è valido", "The certificate is valid"),
            "tls",
            "Rete",
            {"host": "pbx.acme.it", "port": 443},
            chain_ok=True,
            days_left=("at_least", 30),
        ),
        _check(
            "WEB-01",
            ("La pagina OCC si apre", "The OCC page opens"),
            "http",
            "Applicazioni",
            {"url": "https://pbx.acme.it/occ"},
            severity=blocker,
            status=200,
            body=("contains", "OCC"),
            seconds=("at_most", 2),
        ),
        _check(
            "WEB-02",
            ("Il client web si apre", "The web client opens"),
            "http",
            "Applicazioni",
            {"url": "https://pbx.acme.it/client"},
            status=200,
        ),
        _check(
            "WEB-03",
            ("L’accesso alla WebAPI funziona", "Logging in to the WebAPI works"),
            "webapi",
            "Applicazioni",
            {"method": "getServiceCurrentCalls", "login": {"user": "uat", "password": "env:TVOX_PASSWORD"}},
            error=None,
        ),
        _rows("DAT-01", "ast_utenti", ("Gli utenti ci sono tutti", "All users are there")),
        _rows("DAT-02", "ast_servizi", ("I servizi ci sono tutti", "All services are there")),
        _rows("DAT-03", "ast_rubrica", ("La rubrica è completa", "The phone book is complete")),
        _check(
            "DAT-04",
            ("La configurazione replicata è intatta", "The replicated configuration is intact"),
            "directory",
            "Dati",
            {"path": "/opt/telenia_data/sync/conf", "depth": "2"},
            files=("not_below_before", True),
            size_bytes=("drift", "5%"),
        ),
        _check(
            "DAT-05",
            ("Le registrazioni sono al loro posto", "The recordings are in their place"),
            "directory",
            "Dati",
            {"path": "/opt/telenia_data/sync/tvox"},
            files=("not_below_before", True),
        ),
        _manual(
            "TEL-01",
            ("Chiamata interna fra due derivati", "Internal call between two extensions"),
            "Chiamare 202 da 201",
            "Il 202 squilla, la voce passa nei due sensi",
            severity=blocker,
        ),
        _manual(
            "TEL-02",
            ("Chiamata entrante dal PSTN al centralino", "Incoming call from the PSTN to the switchboard"),
            "Chiamare lo 045 7777777 da un cellulare",
            "L’IVR risponde entro tre squilli",
            severity=blocker,
        ),
        _manual(
            "TEL-03", ("Chiamata uscente", "Outgoing call"), "Chiamare un cellulare da 201", "Il cellulare squilla"
        ),
        _manual(
            "TEL-04",
            ("Trasferimento con consultazione", "Attended transfer"),
            "Trasferire una chiamata da 201 a 202",
            "La voce passa dopo il trasferimento",
        ),
        _manual(
            "TEL-05",
            ("Musica di attesa", "Music on hold"),
            "Mettere in attesa una chiamata",
            "Si sente la musica",
            severity=minor,
        ),
        _manual(
            "TEL-06",
            ("Numero diretto del negozio", "The shop’s direct number"),
            "Chiamare lo 045 7777790",
            "Squilla il 231",
        ),
        _check(
            "MSG-05",
            ("Invio di un fax", "Sending a fax"),
            "manual",
            "Messaggistica",
            {"do": ["Inviare un fax"], "see": "Arriva"},
            severity=minor,
            answer="passed",
        ),
        _check(
            "MSG-06",
            ("La casella vocale è raggiungibile", "Voice mail can be reached"),
            "port",
            "Messaggistica",
            {"number": 143, "protocol": "tcp"},
            severity=minor,
            listening=True,
        ),
        _check(
            "CLU-01",
            ("I due nodi sono sincronizzati", "The two nodes are in sync"),
            "command",
            "Alta affidabilità",
            {"run": "cluster-status"},
            output=("contains", "SYNC ON"),
        ),
        _check(
            "ACME-01",
            ("L’integrazione con il CRM risponde", "The CRM integration answers"),
            "http",
            "Integrazioni",
            {"url": "https://crm.acme.local/tvox/health"},
            status=200,
            json__queue=("at_most", 10),
        ),
        _check(
            "ACME-02",
            ("Il processo di esportazione notturna è presente", "The nightly export job is present"),
            "file",
            "Integrazioni",
            {"path": "/etc/cron.d/acme-export"},
            exists=True,
            mode="0644",
        ),
        _check(
            "ACME-03",
            ("Lo sfondo del posto operatore è quello di ACME", "The attendant console shows ACME’s background"),
            "file",
            "Integrazioni",
            {"path": "/opt/telenia_data/sync/custom/acme.png"},
            severity=minor,
            exists=True,
        ),
    )


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


def waiver() -> Waiver:
    """Make the one exception that ACME accepts."""
    return Waiver(
        id="PLT-09",
        reason="disco in ampliamento",
        approved_by="M. Rossi",
        until=date(2027, 1, 31),
        ticket="CHG0039",
        source=_source(21),
    )


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


def checklist() -> Checklist:
    """Make ACME's whole file."""
    return Checklist(
        customer="ACME S.p.A.",
        change="CHG0042",
        language="it",
        timezone="Europe/Rome",
        system=System(ssh="root@10.20.30.40", web="pbx.acme.it", hypervisor={"libvirt": {"vm": "TVOX1"}}),
        upgrade=Upgrade(
            window=Window(start=BEGAN.replace(minute=0, second=0), end=BEGAN.replace(hour=23, minute=59)),
            release=Releases(pre="21.0.26", post="22.0.17"),
            patches=tuple(
                Patch(release=release, file=f"patches/tvox-{release}.run", sha256=mark * 64, source=_source(18))
                for release, mark in (("22.0.0", "9"), ("22.0.17", "c"))
            ),
        ),
        contacts={
            "telenia": Contact(name="Telenia Software", phone="045 2224660", hours="lun-ven 8-18"),
            "customer": Contact(name="Marco Rossi, ACME", phone="335 1234567"),
        },
        checks=checks(),
        waivers=(waiver(),),
        path="checklists/acme.yaml",
        sha256="3b7e" * 16,
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
        "was_off": True,
        "without_memory": True,
        "disks_covered": ["vda"],
        "disks_left_out": [],
        "attested_by": "",
        "kept_until": "2026-12-05T21:06+00:00",
        "delete_command": f"virsh snapshot-delete TVOX1 {name}",
    }


def _patch(release: str) -> dict[str, JsonValue]:
    directory = f"/var/lib/tvox-uat/7f3a-{release}"
    return {
        "command": f"sh /var/lib/tvox-uat/7f3a-patches/tvox-{release}.run",
        "directory": directory,
        "screen": f"tvox-uat-{release}",
        "log": f"patch-{release}.log",
        "longest_silence_seconds": 71.5,
        "links_lost": 0,
        "state": "ended",
        "exit_code": 0,
        "boot_id": BOOTS[0],
        "proof": [line for line in MARKER.splitlines() if "!" in line],
        "log_sha256": "7c1f" * 16,
    }


def _patch_log(release: str, *, marker: str = MARKER) -> Evidence:
    text = PATCH_LOG.replace("22.0.17", release) + marker
    return evidence(f"/var/lib/tvox-uat/7f3a-{release}/log", text, kind="file", status="")


_PLAN: tuple[tuple[str, str | None, float, dict[str, JsonValue]], ...] = (
    ("gate", None, 0.1, {"looked_at": 30, "closing": {}, "patches": ["22.0.0", "22.0.17"]}),
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
        ending=Ending(exit_code=0, ended_at=AFTER + timedelta(minutes=6)),
    )


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
    seen = {name: value for name, value in _patch("22.0.17").items() if name not in ("proof", "log_sha256")}
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
        observation={"looked_at": 30, "closing": {"PLT-02": "failed"}},
        started_at=BEGAN + timedelta(seconds=90),
        seconds=0.1,
    )
    return clean_run().model_copy(
        update={
            "results": results(Phase.PRE, {"PLT-02": _dead()}),
            "steps": (gate,),
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
