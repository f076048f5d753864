"""ACME's checklist, made by hand: 30 checks in eight areas, one waiver, two patches."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

from uat.model import (
    Check,
    Checklist,
    Contact,
    Expectation,
    JsonValue,
    Patch,
    Phase,
    Releases,
    Severity,
    Source,
    System,
    Upgrade,
    Waiver,
    Window,
)

BEGAN = datetime(2026, 11, 28, 21, 2, 11, tzinfo=UTC)
AFTER = BEGAN + timedelta(minutes=58)
"""When the checks of post began."""


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


def checklist() -> Checklist:
    """Make ACME's whole file."""
    return Checklist(
        customer="ACME S.p.A.",
        change="CHG0042",
        language="it",
        timezone="Europe/Rome",
        system=System(ssh="root@10.20.30.40", web="pbx.acme.it", hypervisor={"libvirt": {"vm": "TVOX1"}}),
        upgrade=Upgrade(
            window=Window.model_validate({"from": BEGAN.replace(minute=0, second=0), "to": BEGAN.replace(hour=23)}),
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
