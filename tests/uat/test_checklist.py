"""The language of a checklist: what it means, and what is said of every mistake, and where."""

from __future__ import annotations

import re
import time
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.uat.writing import HEAD, ONE, loaded, refused
from uat.checklist import load
from uat.errors import ChecklistError
from uat.model import Check, Phase, Severity

ROOT = Path(__file__).parents[2]
SHA = "9f" * 32


def command(folder: Path, run: str) -> str:
    """Give what becomes of the text of a command."""
    variables = "variables: {unit: asterisk, both: '{unit}@{host}', braces: '{{unit}}'}\n"
    check = f"  - id: A\n    command:\n      run: {run}\n      reviewed_by: M\n    expect: {{exit_code: 0}}\n"
    return str(loaded(folder, f"{HEAD}{variables}checks:\n{check}").checks[0].inputs["run"])


def check(folder: Path, body: str) -> Check:
    """Give the check that an entry becomes."""
    return loaded(folder, f"{HEAD}checks:\n  - id: A\n    {body}\n").checks[0]


@pytest.mark.parametrize(
    "written", ["0612", "22:30", "22.0", "NO", "1e3", "0x1F", "~", "2026-11-28", "yes", "=", "1_000"]
)
def test_text_stays_text(tmp_path: Path, written: str) -> None:
    """A value is text as it is written, whatever YAML would make of it."""
    assert command(tmp_path, written) == written
    assert loaded(tmp_path, HEAD.replace("ACME", written) + ONE).customer == written


@pytest.mark.parametrize(
    ("written", "filled"),
    [
        ("'{unit}'", "asterisk"),
        ("a {unit} {web} {host} {customer}", "a asterisk pbx.acme.it 10.0.0.5 ACME"),
        ("'{both}'", "asterisk@10.0.0.5"),
        ("'{{unit}} {braces}'", "{unit} {unit}"),
        ("x{unit}{{unit}}", "xasterisk{unit}"),
        (r"'\d{2} {2,3} {A} {} {a b}'", r"\d{2} {2,3} {A} {} {a b}"),
        ("""'{"a": {"b": "{unit}"}}'""", '{"a": {"b": "asterisk"}}'),
        ("""'{"a":{unit}}'""", '{"a":asterisk}'),
        ("awk '{print $2}' $unit", "awk '{print $2}' $unit"),
        ("a ${unit}", "a $asterisk"),
        ("env:{unit}", "env:asterisk"),
    ],
)
def test_variables(tmp_path: Path, written: str, filled: str) -> None:
    """Only {name} is a variable, {{name}} is its text, and every other brace stays."""
    assert command(tmp_path, written) == filled


def test_variables_everywhere(tmp_path: Path) -> None:
    """Variables work in titles, reasons, inputs and expectations, in system and upgrade; {patch} is left."""
    made = loaded(
        tmp_path,
        f"""
customer: ACME
variables: {{unit: ast, port: "2222", release: 22.0.17}}
system: {{ssh: "root@pbx:{{port}}", web: "{{unit}}.acme.it", password: "env:{{unit}}"}}
upgrade: {{patches: [{{release: "{{release}}", file: "p-{{release}}.run", sha256: {SHA}, run: "sh {{patch}} -q"}}]}}
checks:
  - id: A
    title: "{{unit}} runs"
    why: {{it: "{{unit}}"}}
    port: {{number: "{{port}}"}}
    expect: {{process: "{{unit}}", addresses: {{includes: ["{{host}}"]}}}}
""",
    )
    (one,), (patch,) = made.checks, made.upgrade.patches
    assert (made.system.ssh, made.system.web, made.system.password) == ("root@pbx:2222", "ast.acme.it", "env:ast")
    assert (patch.file, patch.run) == ("p-22.0.17.run", "sh {patch} -q")
    assert (one.title, one.why, one.inputs["number"]) == ({"it": "ast runs"}, {"it": "ast"}, 2222)
    assert [expected.operand for expected in one.expect[Phase.PRE]] == ["ast", ["pbx"]]


@pytest.mark.parametrize(
    ("ssh", "host"),
    [
        ("root@10.0.0.5:22", "10.0.0.5"),
        ("10.0.0.5", "10.0.0.5"),
        ("pbx:2222", "pbx"),
        ("root@[2001:db8::1]:22", "2001:db8::1"),
        ("root@2001:db8::1", "2001:db8::1"),
        ("ACME\\\\user@pbx", "pbx"),
    ],
)
def test_host(tmp_path: Path, ssh: str, host: str) -> None:
    """{host} is the host of system.ssh, without user and port."""
    text = f'{HEAD}checks:\n  - id: A\n    title: "{{host}}"\n    clock:\n    expect: {{synchronised: true}}\n'
    assert loaded(tmp_path, text.replace("root@10.0.0.5:22", f'"{ssh}"')).checks[0].title["it"] == host


@pytest.mark.parametrize(
    ("web", "host", "port"),
    [
        ("pbx.acme.it", "pbx.acme.it", "443"),
        ("pbx.acme.it:8443", "pbx.acme.it", "8443"),
        ("[2001:db8::1]", "2001:db8::1", "443"),
        ("[2001:db8::1]:8443", "2001:db8::1", "8443"),
    ],
)
def test_web_host(tmp_path: Path, web: str, host: str, port: str) -> None:
    """{web} has two parts: a certificate knows no port, and the port is that of HTTPS where none is written."""
    check = '{id: A, title: "{web_host} {web_port} {web}", clock: , expect: {synchronised: true}}'
    text = f'customer: A\nsystem: {{web: "{web}"}}\nchecks: [{check}]\n'
    assert loaded(tmp_path, text).checks[0].title["it"] == f"{host} {port} {web}"


def test_command_line_wins(tmp_path: Path) -> None:
    """The machine that the command line names wins over system.ssh, in {host} too."""
    path = tmp_path / "acme.yaml"
    path.write_text(HEAD + ONE.replace("clock:", "clock:\n    title: '{host}'"), encoding="utf-8")
    made = load(path, ssh="root@other")
    assert (made.system.ssh, made.checks[0].title["it"]) == ("root@other", "other")


def test_check(tmp_path: Path) -> None:
    """A check is read with all its fields; numbers and truths are such where the kind has them so."""
    body = """title: {it: Prova, en: Test}
    area: Rete
    severity: blocker
    retry_for: 3m
    locks: [line]
    licence: CC
    moves: [addresses]
    port: {number: 0443, from: here}
    expect: {reachable: true}"""
    made = check(tmp_path, body)
    assert made.inputs == {"number": 443, "protocol": "tcp", "address": None, "from": "here"}
    assert (made.severity, made.retry_for, made.locks) == (Severity.BLOCKER, 180, ("line",))
    assert (made.kind, made.area, made.licence, made.words("en")) == ("port", "Rete", "CC", "Test")
    assert "addresses" in made.moves
    assert (made.source.line, made.source.column) == (4, 5)


def test_manual_needs_no_expectation(tmp_path: Path) -> None:
    """What a person is asked needs no expectation; pre alone and unchanged alone are expectations."""
    assert check(tmp_path, "manual: {do: Chiamare, see: Suona}").expect == {}
    assert list(check(tmp_path, "clock:\n    expect: {pre: {synchronised: true}}").expect) == [Phase.PRE]
    assert check(tmp_path, "clock:\n    expect: {source: {unchanged: true}}").expect


def test_window(tmp_path: Path) -> None:
    """Times are those of the wall clock in the checklist's time zone."""
    text = "timezone: America/New_York\nupgrade: {window: {from: 2026-11-28 22:00, to: 2026-11-29 02:00}}\n"
    window = loaded(tmp_path, HEAD + text + ONE).upgrade.window
    assert window
    assert window.start == datetime(2026, 11, 28, 22, 0, tzinfo=ZoneInfo("America/New_York"))
    assert (window.end - window.start).total_seconds() == 4 * 3600


BASE = """
customer: Base
language: en
variables: {unit: asterisk, other: x}
system: {ssh: root@base, web: base.it}
limits: {command: 10s, web: 20s}
skip: [{id: C, reason: base}]
checks:
  - {id: A, title: base, severity: minor, service: {name: "{unit}"}, expect: {running: true}}
  - {id: B, port: {number: 443, address: "::"}, expect: {listening: true}}
  - {id: C, clock: , expect: {synchronised: true}}
"""


def test_extends(tmp_path: Path) -> None:
    """A later file changes single fields, single inputs or the kind, and adds; the order is the base's."""
    text = """
extends: base
customer: ACME
system: {web: pbx.acme.it}
variables: {unit: kamailio}
limits: {command: 40s}
skip:
waivers: [{id: B, reason: r, approved_by: M, until: 2027-01-31}]
checks:
  - {id: D, clock: , expect: {synchronised: true}}
  - {id: B, port: {number: 5060}}
  - {id: A, severity: blocker}
  - {id: C, process: {name: x}, expect: {count: 1}}
"""
    made = loaded(tmp_path, text, base=BASE)
    one, two, three, four = made.checks
    assert [made.customer, made.language, made.system.ssh, made.system.web] == [
        "ACME",
        "en",
        "root@base",
        "pbx.acme.it",
    ]
    assert (made.limits.command, made.limits.web) == (40, 20)
    assert (one.id, one.inputs, one.severity, one.title) == ("A", {"name": "kamailio"}, "blocker", {"en": "base"})
    assert (two.id, two.inputs["number"], two.inputs["address"]) == ("B", 5060, "::")
    assert (three.id, three.kind, four.id) == ("C", "process", "D")
    assert [skip.id for skip in made.skips] == ["C"]
    assert made.waivers[0].source.line == 8
    assert one.source.file.endswith("acme.yaml")


WATCH = """customer: ACME
system:
  web: pbx.acme.it
  watch:
    pages: ["https://{web}/occ", "%s"]
    sip: %s
checks: []
"""


def test_what_is_watched_is_read(tmp_path: Path) -> None:
    """Pages take variables; a SIP target is what it is."""
    made = loaded(tmp_path, WATCH % ("https://{web}/client", "tcp:10.0.0.5"))
    assert made.system.watch.pages == ("https://pbx.acme.it/occ", "https://pbx.acme.it/client")
    assert made.system.watch.sip == "tcp:10.0.0.5"


@pytest.mark.parametrize(
    ("page", "sip", "said"),
    [
        ("pbx/occ", "none", "acme.yaml:5:"),
        ("https://pbx/occ", "sip:10.0.0.5", "acme.yaml:6:10: 'sip:10.0.0.5': write [udp:|tcp:]host[:port], or none"),
    ],
)
def test_what_cannot_be_watched_is_refused(tmp_path: Path, page: str, sip: str, said: str) -> None:
    """A page that is no address and a target that is none are mistakes, with their place."""
    assert refused(tmp_path, WATCH % (page, sip))[0].startswith(said)


def test_extends_several(tmp_path: Path) -> None:
    """A base that two files share counts once, so it cannot undo what one of them said."""
    made = loaded(
        tmp_path,
        "extends: [one, ./two.yaml]\ncustomer: ACME\n",
        base=BASE,
        one="extends: base\nchecks: [{id: A, severity: major}]\nvariables: {unit: one}\n",
        two="extends: base.yaml\nvariables: {other: two}\n",
    )
    assert (made.checks[0].severity, made.checks[0].inputs) == ("major", {"name": "one"})


def test_extends_own(tmp_path: Path) -> None:
    """A word is also a checklist of the project; a file may have the name of what it extends."""
    path = tmp_path / "lab.yaml"
    path.write_text("extends: lab\nvariables: {ssh_port: '2200'}\nsystem: {tls: verify}\n", encoding="utf-8")
    made = load(path)
    assert made.system.ssh == "root@127.0.0.1:2200"
    assert made.sha256 != load(ROOT / "checklists" / "lab.yaml").sha256


def test_search(tmp_path: Path) -> None:
    """Folders that the caller names are looked through first."""
    for folder, customer in (("a", "near"), ("b", "searched")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "base.yaml").write_text(f"customer: {customer}\n", encoding="utf-8")
    path = tmp_path / "a" / "acme.yaml"
    path.write_text("extends: base\n", encoding="utf-8")
    assert (load(path).customer, load(path, search=[tmp_path / "b"]).customer) == ("near", "searched")


@pytest.mark.parametrize("end", ["\r\n", "\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_windows_files(tmp_path: Path, end: str, mark: bytes) -> None:
    """A file as Windows' editors save it, with a byte order mark and CRLF, is read alike; lines count alike."""
    assert refused(tmp_path, mark + (HEAD + "cheks: []\n").replace("\n", end).encode()) == [
        "acme.yaml:3:1: unknown field 'cheks'; did you mean 'checks'?"
    ]
    (tmp_path / "good.yaml").write_bytes(mark + (HEAD + ONE).replace("\n", end).encode())
    assert load(tmp_path / "good.yaml").checks[0].id == "A"


@pytest.mark.parametrize("name", ["lab", "example-customer"])
def test_own_checklists(name: str) -> None:
    """The project's own checklists load, and each of their checks can be read by people."""
    made = load(ROOT / "checklists" / f"{name}.yaml")
    assert made.checks
    assert all(check.title and check.area for check in made.checks)


def test_lab_is_in_two_languages() -> None:
    """The lab's checklist has every title in Italian and in English."""
    made = load(ROOT / "checklists" / "lab.yaml")
    assert all({"it", "en"} == check.title.keys() for check in made.checks)


def test_quick(tmp_path: Path) -> None:
    """500 checks are read in less than a second of computing."""
    entry = (
        "  - id: C-{0}\n    title: {{it: Prova, en: Test}}\n    service: {{name: x}}\n    expect: {{running: true}}\n"
    )
    path = tmp_path / "acme.yaml"
    path.write_text(HEAD + "checks:\n" + "".join(entry.format(number) for number in range(500)), encoding="utf-8")
    load(ROOT / "checklists" / "lab.yaml")  # imports the kinds
    began = time.process_time()
    assert len(load(path).checks) == 500
    assert time.process_time() - began < 1


def test_all_at_once(tmp_path: Path) -> None:
    """Every mistake is told at once, bases first, then from top to bottom."""
    said = refused(
        tmp_path,
        "extends: base\nchange: 1\nchanged: 2\nchecks:\n  - {id: A, severity: bloker}\n  - {id: Z}\n",
        base=BASE.replace("running", "runing"),
    )
    places = [line.rsplit(": ", 1)[0].split(": ")[0] for line in said]
    assert [place.replace("./", "") for place in places] == [
        "base.yaml:9:79",
        "acme.yaml:3:1",
        "acme.yaml:5:23",
        "acme.yaml:6:5",
    ]


WRONG: list[tuple[str, str]] = [
    # what stands after `HEAD` (two lines), what is said
    ("chnage: x", "3:1: unknown field 'chnage'; did you mean 'change'?"),
    ("change: a\nchange: b", "4:1: repeated key 'change'; the first is in line 3"),
    ("change: [a]", "3:9: a text is due for 'change'"),
    ("language: italiano", "3:11: 'italiano' is no language; two letters are due, such as it or en"),
    ("timezone: Europe/Roma", "3:11: unknown time zone 'Europe/Roma'; did you mean 'Europe/Rome'?"),
    ("timezone: Europe", "3:11: unknown time zone 'Europe'; "),
    ("limits: {comand: 3s}", "3:10: unknown field 'comand'; did you mean 'command'?"),
    ("limits: {command: 30}", "3:19: '30' is not a duration; write a number with its unit"),
    ("limits: {commands_at_once: 99}", "3:28: this should be less than or equal to 8"),
    ("limits: {commands_at_once: few}", "3:28: a whole number is due here, not 'few'"),
    ("limits: 3s", "3:9: a mapping is due here, not '3s'"),
    ("contacts: {telenia: {phon: 1}}", "3:22: unknown field 'phon'; did you mean 'phone'?"),
    ("contacts: {telenia: 045}", "3:21: a mapping is due here, not '045'"),
    # variables
    ("variables: {A: b}", "3:13: 'A' cannot be a variable"),
    ("variables: {web: b}", "3:13: 'web' is built in; call this variable otherwise"),
    ("variables: {a: {defualt: b}}", "3:17: unknown field 'defualt'; did you mean 'default'?"),
    ("variables: {a: {default: {b: c}}}", "3:26: a variable is one text, or a list of rows for 'each'"),
    ("variables: {a: '{b}', b: '{a}'}", "3:16: 'a' is made of itself: a -> b -> a"),
    ("variables: {main: 1, b: '{mian}'}", "3:25: unknown variable 'mian'; did you mean 'main'? The text itself is"),
    # the plan
    ("upgrade: {windw: x}", "3:11: unknown field 'windw'; did you mean 'window'?"),
    ("upgrade: {window: {from: 2026-11-28 22:00}}", "3:19: 'to' is missing"),
    ("upgrade: {window: {from: 22:00, to: 2026-11-29 02:00}}", "3:26: a date and a time are due here"),
    ("upgrade: {window: {from: 2026-11-29 22:00, to: 2026-11-29 02:00}}", "3:48: the window ends before it"),
    (
        "upgrade: {window: {from: 2026-03-29 02:30, to: 2026-03-29 04:00}}",
        "3:26: there is no such time in Europe/Rome",
    ),
    ("upgrade: {window: {from: 2026-02-30 02:30, to: 2026-03-29 04:00}}", "3:26: a date and a time are due here"),
    ("upgrade: {release: {pre: 21}}", "3:20: 'post' is missing"),
    (f"upgrade: {{patches: [{{release: 22, sha256: {SHA}}}]}}", "3:21: a patch is here ('file') or already on"),
    ("upgrade: {patches: [{release: 22, file: a, sha256: 9f2c}]}", "3:52: a sha256 has 64 hexadecimal digits"),
    (
        "upgrade: {patches: [{file: a, sha256: 9f2c, source: x}]}",
        "3:45: unknown field 'source'; one of: release, file",
    ),
    ("upgrade: {patches: {file: a}}", "3:20: a list is due here, such as [A, B], not a mapping"),
    # skips and waivers
    ("skip: [{id: B, reason: x}]", "3:13: unknown check 'B'; one of: A"),
    ("skip: [{id: A}]", "3:8: 'reason' is missing"),
    ("skip: [{id: A, reason: x}, {id: A, reason: y}]", "3:33: the id 'A' is taken: "),
    (
        "waivers: [{id: A, reason: x, approved_by: M, until: 31/01/2027}]",
        "3:53: a date is due here, such as 2027-01-31",
    ),
    (
        "waivers: [{id: A, reason: x, approved_by: M, until: 2027-02-31}]",
        "3:53: a date is due here, such as 2027-01-31",
    ),
    ("waivers: [{id: A, reason: x, until: 2027-01-31}]", "3:11: 'approved_by' is missing"),
    ("waivers: {id: A}", "3:10: a list is due here, such as [A, B], not a mapping"),
    # what extends cannot mean
    ("extends: standrd", "3:10: unknown checklist 'standrd'; "),
    ("extends: labb", "3:10: unknown checklist 'labb'; did you mean 'lab'?"),
    ("extends: ../none.yaml", "3:10: there is no file "),
    ("extends: ./acme.yaml", "3:10: this file extends itself"),
    ("extends: [{a: b}]", "3:11: the name of a checklist is due here"),
]


@pytest.mark.parametrize(("written", "said"), WRONG)
def test_wrong(tmp_path: Path, written: str, said: str) -> None:
    """Whatever is wrong outside the checks is told at its line and column, with the nearest right word."""
    assert any(line.startswith(f"acme.yaml:{said}") for line in refused(tmp_path, f"{HEAD}{written}\n{ONE}"))


WRONG_SYSTEM: list[tuple[str, str]] = [
    ("{shs: root@a}", "2:10: unknown field 'shs'; did you mean 'ssh'?"),
    ("{password: secret}", "2:20: a password does not stand in a checklist; write env:NAME, file:PATH or ask"),
    (
        "{hypervisor: {libvirt: {password: secret}}}",
        "2:43: a password does not stand in a checklist; write env:NAME, file:PATH or ask",
    ),
    ("{tls: sha256:abc}", "2:15: 'verify' is due here, or 'sha256:' and the certificate's 64 hexadecimal digits"),
    ("{hypervisor: {libvirt: {}, vsphere: {}}}", "2:36: a machine runs on one hypervisor"),
    ("{hypervisor: {libvirt: here}}", "2:32: a mapping is due here, not 'here'"),
    ("{web: '{web}'}", "2:15: 'web' is made of itself: web -> web"),
    ("{web: '{host}'}", "2:15: '{host}' comes from 'system.ssh', which is not written"),
    ("{ssh: {host}}", '2:15: text is due here, and YAML reads this as a mapping; quote it: "{host}"'),
    ("{ssh: }", '2:10: nothing is written after this; an empty text is ""'),
    ("{ssh: root@a, web: {host}/x}", "2:34: this is not YAML: "),
]


@pytest.mark.parametrize(("written", "said"), WRONG_SYSTEM)
def test_wrong_system(tmp_path: Path, written: str, said: str) -> None:
    """Whatever is wrong with the machine is told at its place."""
    assert any(
        line.startswith(f"acme.yaml:{said}") for line in refused(tmp_path, f"customer: A\nsystem: {written}\n{ONE}")
    )


WRONG_CHECK: list[tuple[str, str]] = [
    # an entry from its column 5 on (line 4 of the file), what is said
    ("clock:", "4:5: 'id' is missing"),
    ("{id: A B, clock: }", "4:10: 'A B' cannot be an id"),
    ("{id: -A, clock: }", "4:10: '-A' cannot be an id"),
    ("clock", "4:5: a mapping is due here, not 'clock'"),
    ("{id: A, expect: {running: true}}", "4:5: what is to be looked at is missing; one of: backup, clock, command"),
    ("{id: A, servce: {name: x}, expect: {}}", "4:13: unknown field or kind 'servce'; did you mean 'service'?"),
    ("{id: A, inputs: {name: x}, clock: }", "4:13: unknown field or kind 'inputs'; "),
    ("{id: A, service: {name: x}, clock: }", "4:33: a check has one kind, and 'service' is there already"),
    ("{id: A, severity: bloker, clock: }", "4:23: unknown word 'bloker'; did you mean 'blocker'?"),
    ("{id: A, retry_for: 3, clock: }", "4:24: '3' is not a duration; write a number with its unit"),
    ("{id: A, locks: line, clock: }", "4:20: a list is due here, such as [A, B], not 'line'"),
    ("{id: A, title: {italiano: x}, clock: }", "4:21: 'italiano' is no language; two letters are due"),
    ("{id: A, title: [x], clock: }", "4:20: a mapping is due here, not a list"),
    ("{id: A, why: {it: {a: b}}, clock: }", "4:23: a text is due here, not a mapping; if it is a variable, quote it"),
    ("{id: A, title: , clock: }", '4:13: nothing is written after this; an empty text is ""'),
    (
        "{id: A, moves: [offset_second], clock: }",
        "4:21: unknown property 'offset_second'; did you mean 'offset_seconds'?",
    ),
    # the kind's inputs
    ("{id: A, service: asterisk}", "4:22: a mapping is due here, not 'asterisk'; perhaps {name: asterisk}"),
    ("{id: A, service: {nme: x}}", "4:23: unknown field 'nme'; did you mean 'name'?"),
    ("{id: A, service: }", "4:13: 'name' is missing"),
    (
        "{id: A, service: {name: {unit}}}",
        '4:29: text is due here, and YAML reads this as a mapping; quote it: "{unit}"',
    ),
    ("{id: A, service: {name: {a: b}}}", "4:29: a text is due here, not a mapping; if it is a variable, quote it"),
    ("{id: A, service: {name: [x]}}", "4:29: a text is due here, not a list"),
    ("{id: A, service: {name: '{unti}'}}", "4:29: unknown variable 'unti'"),
    ("{id: A, port: {number: https}}", "4:28: a whole number is due here, not 'https'"),
    ("{id: A, port: {number: 70000}}", "4:28: this should be less than or equal to 65535"),
    ("{id: A, port: {number: 1, protocol: tpc}}", "4:41: unknown word 'tpc'; did you mean 'tcp'?"),
    ("{id: A, http: {url: https://a, follow: si}}", "4:44: true or false is due here, not 'si'"),
    (
        "{id: A, http: {url: https://a, login: {usr: a, password: ask}}}",
        "4:44: unknown field 'usr'; did you mean 'user'?",
    ),
    ("{id: A, process: {}}", "4:22: a process is told by 'name' or by 'matches', one of them"),
    # expectations
    ("{id: A, clock: }", "4:13: this check asserts nothing; write under 'expect' what must hold of: offset_seconds"),
    ("{id: A, clock: , expect: {}}", "4:22: this check asserts nothing"),
    ("{id: A, clock: , expect: {pre: {}}}", "4:22: this check asserts nothing"),
    ("{id: A, clock: , expect: true}", "4:30: a mapping is due here, not 'true'"),
    (
        "{id: A, clock: , expect: {synchronized: true}}",
        "4:31: unknown property 'synchronized'; did you mean 'synchron",
    ),
    ("{id: A, clock: , expect: {synchronised: yes}}", "4:45: true or false is due here, not 'yes'"),
    (
        "{id: A, clock: , expect: {offset_seconds: {at_mots: 1}}}",
        "4:48: unknown operator 'at_mots'; did you mean 'at_m",
    ),
    ("{id: A, clock: , expect: {post: {offset_seconds: {at_most: a}}}}", "4:64: a number is due here, not 'a'"),
    ("{id: A, clock: , expect: {source: {one_of: [a, {b: c}]}}}", "4:48: a value is due here, not a mapping"),
]


@pytest.mark.parametrize(("written", "said"), WRONG_CHECK)
def test_wrong_check(tmp_path: Path, written: str, said: str) -> None:
    """Whatever is wrong in a check is told at its place, in the words of its kind."""
    said_lines = refused(tmp_path, f"{HEAD}checks:\n  - {written}\n")
    assert any(line.startswith(f"acme.yaml:{said}") for line in said_lines), said_lines


HOSTILE: list[tuple[str, str | bytes, str]] = [
    ("empty", "", "1:1: the file is empty"),
    ("comments", "# nothing\n", "1:1: the file is empty"),
    ("list", "- a\n", "1:1: a checklist is a mapping"),
    ("text", "ciao", "1:1: a checklist is a mapping"),
    ("syntax", "customer: [\n", r"[12]:1: this is not YAML: "),
    ("tab", "customer: A\nsystem:\n\tssh: x\n", r"3:1: this is not YAML: .*indent with spaces, not with tabs"),
    (
        "brace",
        "customer: A\nsystem:\n  web: {a}.it\n",
        r"3:\d+: this is not YAML: .*quote a text that has a \{name\}",
    ),
    ("latin1", "customer: caff\u00e8\n".encode("latin-1"), "1:15: byte 0xe8 is not UTF-8; save the file as UTF-8"),
    ("utf16", "customer: A\n".encode("utf-16"), "1:1: byte 0xff is not UTF-8"),
    ("nul", b"customer: a\x00b\n", r"1:12: the invisible character U\+0000 is not allowed"),
    ("bidi", "customer: a\u202eb\n", r"1:12: the invisible character U\+202E is not allowed"),
    ("tag", "customer: !!python/name:os.system A\n", "1:11: the tag '!!python/name:os.system' is not part of"),
    ("own tag", "customer: !secret A\n", "1:11: the tag '!secret' is not part of the language"),
    ("merge", "variables: &a {b: c}\nsystem: {<<: *a}\n", "2:10: the merge key '<<' is not part of the language"),
    ("documents", "customer: a\n---\ncustomer: b\n", "2:1: a second document begins here"),
    ("key", "? [a]\n: b\n", "1:3: a key must be text"),
    ("no anchor", "customer: *a\n", "1:11: there is no anchor '&a' before this"),
    ("itself", "skip: &a [*a]\n", "1:11: there is no anchor '&a' before this"),
    ("deep", "skip: " + "[" * 20_000, r"1:\d+: more than 30 levels"),
    ("levels", "\n".join(" " * level + "a:" for level in range(500)), r"\d+:\d+: more than 30 levels"),
    (
        "bomb",
        "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
        + "".join(f"{b}: &{b} [{', '.join([f'*{a}'] * 10)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)),
        r"\d+:\d+: more than 150000 values",
    ),
    ("values", "skip: [" + "a, " * 160_000 + "a]\n", r"1:\d+: more than 150000 values"),
    ("large", b"customer: " + b"x" * 50_000_000, "1:1: the file is larger than 2 MB"),
]


@pytest.mark.parametrize(("content", "said"), [one[1:] for one in HOSTILE], ids=[one[0] for one in HOSTILE])
def test_hostile(tmp_path: Path, content: str | bytes, said: str) -> None:
    """What is no checklist is refused with a reason, quickly, whatever it holds."""
    began = time.process_time()
    lines = refused(tmp_path, content)
    assert time.process_time() - began < 2
    assert any(re.match(f"acme\\.yaml:{said}", line) for line in lines), lines


def test_no_file(tmp_path: Path) -> None:
    """A file that is not there, or is a folder, is told like any mistake."""
    for path, said in ((tmp_path / "none.yaml", "there is no such file"), (tmp_path, "the file cannot be read")):
        with pytest.raises(ChecklistError, match=f":1:1: {said}"):
            load(path)


def test_anchors(tmp_path: Path) -> None:
    """An anchor stands for what it names."""
    made = loaded(
        tmp_path, HEAD + "variables: {a: &x hello, b: *x}\n" + ONE.replace("clock:", "clock:\n    title: '{b}'")
    )
    assert made.checks[0].title == {"it": "hello"}


def test_nothing_to_say(tmp_path: Path) -> None:
    """A kind or a hypervisor that takes nothing may stand alone; a section with nothing in it is not there."""
    made = loaded(tmp_path, HEAD.replace("}", ", hypervisor: {manual: }}") + "waivers:\nlimits:\n" + ONE)
    assert (made.system.hypervisor, made.waivers, made.checks[0].kind) == ({"manual": {}}, (), "clock")


def test_skipped_stay(tmp_path: Path) -> None:
    """A check that is skipped stays in the plan, with its reason."""
    made = loaded(tmp_path, HEAD + "skip: [{id: A, reason: no fax}]\n" + ONE)
    assert [check.id for check in made.checks] == ["A"]
    assert made.skips[0].reason == "no fax"
