"""The standard CHECK UAT: whole, in two languages, without effects, and honest about what it cannot know."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from uat.checklist import load
from uat.language.extends import OWN
from uat.model import Check, Checklist, JsonValue

KNOWN = {
    "PLT": 23, "CLU": 10, "TEL": 32, "DEV": 9, "MSG": 7, "CCE": 21, "REC": 4, "REP": 6, "PO": 12, "CLI": 13,
    "DIG": 10, "INT": 13, "SEC": 10, "UNC": 28,
}  # fmt: skip
"""How many checks each area was said to have when the list was drawn up; their numbers stay for ever."""

EVERY = [f"{area}-{number:02d}" for area, count in KNOWN.items() for number in range(1, count + 1)]

ROWS: dict[str, list[dict[str, str]]] = {
    "dids": [{"id": "assistenza", "number": "0457777701", "destination": "Assistenza"}],
    "trunks": [{"id": "telecom", "name": "TI-1"}],
    "external_services": [{"id": "licenze", "address": "licenze.example", "port": "443"}],
    "units": [{"id": "asterisk", "unit": "asterisk"}],
    "processes": [{"id": "jetty", "process": "jetty"}],
    "ports": [{"id": "tcp-443", "number": "443", "protocol": "tcp"}],
    "interfaces": [{"id": "eth0", "interface": "eth0"}],
    "nodes": [{"id": "uno", "address": "10.20.30.41"}],
    "branches": [{"id": "padova", "address": "10.20.50.40"}],
    "ring_groups": [{"id": "vendite", "number": "700", "strategy": "tutti insieme"}],
    "phones": [{"id": "T54W", "address": "10.20.30.101"}],
    "analogue_devices": [{"id": "citofono", "number": "290"}],
    "lookups": [{"id": "erp", "address": "erp.acme.it", "port": "1433"}],
    "scripts": [{"id": "saldo", "path": "/opt/telenia_data/sync/custom/saldo.php"}],
    "social_channels": [{"id": "telegram", "channel": "Telegram"}],
    "address_books": [{"id": "clienti", "source": "crm.acme.it", "port": "443"}],
    "remote_pbxs": [{"id": "treviso", "pbx": "Treviso", "number": "4201"}],
}
VALUES = {
    "mail_relay": "mail.acme.it", "ntp_server": "ntp.acme.it", "ldap_url": "ldaps://dc1.acme.it",
    "mcs_host": "mcs.acme.it",
    "ldap_bind": "CN=tvox,DC=acme,DC=it", "ldap_base": "DC=acme,DC=it", "backup_folder": "/srv/backup",
    "audio_folder": "/srv/audio", "voicemail_folder": "/srv/vm", "recordings_archive": "/srv/archive",
    "mcs_tunnel_address": "10.8.0.1", "recordings_folder": "/srv/rec",
}  # fmt: skip
HEAD = "extends: standard\ncustomer: ACME S.p.A.\nsystem: {ssh: root@10.20.30.40, web: pbx.acme.it}\n"


def interview() -> dict[str, dict[str, JsonValue]]:
    """Give the variables of the interview, as written."""
    page = yaml.safe_load((OWN / "standard" / "interview.yaml").read_text("utf-8"))
    return dict(page["variables"])


def customer(folder: Path, more: str = "") -> Checklist:
    """Load a customer's file that extends the standard list."""
    path = folder / "acme.yaml"
    path.write_text(HEAD + more, encoding="utf-8")
    return load(path)


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Checklist:
    """Load the list for a customer of whom nothing else is known."""
    return customer(tmp_path_factory.mktemp("bare"))


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Checklist:
    """Load the list for a customer who answered every question."""
    given: dict[str, JsonValue] = {
        name: ROWS.get(name) or VALUES.get(name) or "10"
        for name, asked in interview().items()
        if "default" not in asked
    }
    licences = yaml.safe_load((OWN / "standard.yaml").read_text("utf-8"))["licences"]
    everything = {"variables": given, "licences": dict.fromkeys(licences, True)}
    return customer(tmp_path_factory.mktemp("full"), yaml.safe_dump(everything, allow_unicode=True))


def is_of(check: Check, id: str) -> bool:
    """Tell whether a check is the one with this id, one of its rows, or a part of it."""
    return check.id == id or check.id.startswith((f"{id}.", f"{id}-"))


@pytest.mark.parametrize("id", EVERY)
def test_every_check_is_there(bare: Checklist, id: str) -> None:
    """No id of the list was lost: it stands for the same thing from year to year."""
    assert any(is_of(check, id) for check in bare.checks)


def test_no_other_check_is_there(bare: Checklist) -> None:
    """Every check belongs to an id of the list."""
    assert [check.id for check in bare.checks if not any(is_of(check, id) for id in EVERY)] == []


def test_everything_is_said_twice(bare: Checklist) -> None:
    """What people read is there in Italian and in English, and no translation was forgotten."""
    said = [
        (check.id, name, getattr(check, name))
        for check in bare.checks
        for name in ("title", "why", "remedy", "reference")
    ]
    said += [(check.id, "disabled", check.disabled) for check in bare.checks if check.disabled]
    said += [
        (check.id, name, check.inputs[name])
        for check in bare.checks
        if check.kind == "manual"
        for name in ("do", "see")
    ]
    assert [(id, name) for id, name, texts in said if set(texts) != {"it", "en"}] == []
    same = {"reference", "title"}  # a page's name, a product's: the same in both languages
    assert [(id, name) for id, name, texts in said if name not in same and texts["it"] == texts["en"]] == []


def test_every_area_has_its_titles(bare: Checklist) -> None:
    """Every check is in a chapter that is declared, and no chapter is empty."""
    assert {check.area for check in bare.checks} == set(bare.areas)
    assert all(set(titles) == {"it", "en"} for titles in bare.areas.values())


def test_every_severity_is_written() -> None:
    """How much a check weighs is decided check by check, never left to the default."""
    pages = [yaml.safe_load(path.read_text("utf-8")) for path in sorted((OWN / "standard").glob("*.yaml"))]
    written = [(entry["id"], entry.get("severity")) for page in pages for entry in page.get("checks", [])]
    assert written
    assert [id for id, severity in written if severity is None] == []


def test_the_interview_is_said_twice() -> None:
    """Every question of the interview is there in both languages, and no other field is."""
    wrong = [name for name, asked in interview().items() if set(asked["description"]) != {"it", "en"}]
    assert wrong == []


def test_no_question_is_asked_for_nothing(bare: Checklist) -> None:
    """Every variable of the interview stands in a check."""
    texts = "".join(path.read_text("utf-8") for path in sorted((OWN / "standard").glob("*.yaml")))
    used = [name for name in interview() if f"{{{name}}}" in texts or f"each: {name}\n" in texts]
    assert sorted(used) == sorted(interview())


def test_without_answers_nothing_vanishes(bare: Checklist, full: Checklist) -> None:
    """A check that lacks an answer does not apply, and says which one; none is left out in silence."""
    lacking = {check.id for check in bare.checks if check.absent}
    assert lacking
    licences = {check.licence for check in bare.checks if check.licence}
    assert {check.absent.name for check in bare.checks if check.absent} <= set(interview()) | licences
    assert {check.id for check in bare.checks} - lacking <= {check.id for check in full.checks}


def test_with_every_answer_everything_applies(full: Checklist) -> None:
    """Whoever answers every question has every check of the list."""
    assert [check.id for check in full.checks if check.absent] == []


def test_what_has_effects_is_off(bare: Checklist) -> None:
    """What costs, disturbs or writes is not looked at until the customer's file says so."""
    outside = ("{outbound_test_number}", "{access_code}", "{main_number}", "{fax_test_number}", "{whatsapp_number}")
    calling = [check.id for check in bare.checks if any(word in str(check.inputs) for word in outside)]
    assert calling
    assert [check.id for check in bare.checks if check.id in calling and not check.disabled] == []


def test_no_module_is_taken_for_granted(bare: Checklist) -> None:
    """A check of a module is not looked at until the customer's file says that the module is there."""
    assert [check.id for check in bare.checks if check.licence and not check.absent] == []


def test_no_emergency_number(bare: Checklist) -> None:
    """No emergency number is dialled for a test."""
    dialled = re.compile(r"\b(112|113|114|115|117|118|1515|1522|1530|116117)\b")
    assert [check.id for check in bare.checks if dialled.search(str(check.inputs))] == []


@pytest.mark.parametrize(
    "id", ["CLU-07", "TEL-05", "TEL-06", "TEL-07", "TEL-09", "TEL-18", "TEL-20", "TEL-23", "TEL-26"]
)
def test_off_by_name(bare: Checklist, id: str) -> None:
    """What calls outside or changes a service is off, however its text names the number."""
    assert all(check.disabled for check in bare.checks if check.id == id)


def test_one_line_adapts_it(tmp_path: Path) -> None:
    """A customer's file changes one field of one check, and leaves another out with its reason."""
    more = "checks:\n  - {id: PLT-12, severity: blocker}\nskip:\n  - {id: PLT-22, reason: niente syslog}\n"
    made = customer(tmp_path, more)
    assert next(check.severity for check in made.checks if check.id == "PLT-12") == "blocker"
    assert [skip.id for skip in made.skips] == ["PLT-22"]


def test_it_is_turned_on_by_one_word(tmp_path: Path) -> None:
    """A check with effects is looked at once the customer's file enables it."""
    made = customer(tmp_path, "checks:\n  - {id: PLT-16-M, enabled: true}\n")
    assert not next(check.disabled for check in made.checks if check.id == "PLT-16-M")
