"""What a kind does not take is said at its place in the checklist, in words that help."""

from __future__ import annotations

from pathlib import Path

import pytest

from uat import checklist
from uat.errors import ChecklistError

HEAD = "customer: ACME\nsystem: {ssh: root@10.0.0.5, web: pbx.acme.it}\nchecks:\n  - id: A\n    "

WRONG = [
    ("file: {path: etc/hosts}", "begins with '/': '/etc/hosts'?"),
    ("directory: {path: /srv, depth: 99}", "less than or equal to 20"),
    ("service: {name: 'a; reboot'}", "is not a name"),
    ("service: {name: -h}", "is not a name"),
    ("process: {}", "by 'name' or by 'matches', one of them"),
    ("process: {name: a, matches: b}", "by 'name' or by 'matches', one of them"),
    ("process: {matches: '('}", "not a regular expression"),
    ("log: {path: /var/log/messages, unit: asterisk, matches: x}", "one of them"),
    ("log: {matches: x}", "by 'path', by 'unit' or by 'kernel: true'"),
    ("log: {kernel: true, matches: '('}", "not a regular expression"),
    ("log: {kernel: true, matches: x, since: 24}", "write boot, before (since the look of pre), or a duration"),
    ("timer: {name: a, matches: b}", "one of them"),
    ("timer: {}", "a timer is told by 'name'"),
    ("crash: {since: yesterday}", "write boot, before"),
    ("backup: {folder: /srv}", "a backup is told by its 'name' or by what it 'matches'"),
    ("port: {number: 0}", "greater than or equal to 1"),
    ("port: {number: 5060, protocol: udp, from: here}", "use 'from: machine'"),
    ("command: {run: uptime}", "'reviewed_by' is missing"),
    ("command: {run: uptime, reviewed_by: ''}", "something must be written here"),
    ("command: {run: uptime, reviewed_by: M. Rossi, deadline: 5}", "is not a duration"),
    ("http: {url: pbx.acme.it/occ}", "begins with https://"),
    ("http: {url: 'https://pbx', method: DELETE}", "unknown word 'DELETE'; one of: GET, HEAD, POST"),
    ("http: {url: 'https://pbx', login: {user: a, password: s3cret}}", "env:NAME, file:PATH or ask"),
    ("webapi: {method: dialNumber}", "dialNumber places a call"),
    ("webapi: {method: dialNumberByEmail}", "places a call"),
    ("webapi: {method: hangupCall}", "drops a call"),
    ("webapi: {method: recOn}", "starts a recording"),
    ("webapi: {method: recOff}", "stops a recording"),
    ("webapi: {method: sendSms}", "sends an SMS"),
    ("webapi: {method: login}", "opens a session"),
    ("webapi: {method: frobnicate}", "is not known to only look"),
    ("webapi: {method: issueRefund}", "is not known to only look"),
    ("tls: {starttls: ldap}", "one of: smtp"),
    ("mount: {path: srv}", "begins with '/': '/srv'?"),
    ("user: {name: 'a; reboot'}", "is not a name"),
    ("kernel_parameter: {name: ip_forward}", "is no kernel parameter"),
    ("kernel_parameter: {name: net/../../etc/shadow}", "is no kernel parameter"),
    ("kernel_parameter: {name: /proc/sys/net/ipv4/ip_forward}", "is no kernel parameter"),
    ("route: {to: pbx.acme.it}", "is no address: 10.20.30.1, fd00::1, or default"),
    ("route: {to: 10.20.30.0/24}", "is no address"),
    ("dns: {name: -pbx}", "is no name in the DNS"),
    ("dns: {name: pbx.acme.it, type: HINFO}", "one of: A, AAAA, PTR"),
    ("dns: {name: 10.20.30.40}", "is looked up with 'type: PTR'"),
    ("dns: {name: pbx.acme.it, server: ns.acme.it}", "is told by its address"),
    ("dns: {name: pbx.acme.it, port: 5353}", "a port belongs to a 'server'"),
    ("sql: {server: mysql, database: tvox, query: drop table users}", "begins with select"),
    ("sql: {server: mysql, database: tvox, query: select 1, password: s3cret}", "env:NAME, file:PATH or ask"),
    ("manual: {do: [], see: x}", "at least one step"),
]


@pytest.mark.parametrize(("written", "said"), WRONG, ids=[written for written, _ in WRONG])
def test_refused(written: str, said: str, tmp_path: Path) -> None:
    """A check that cannot be meant is refused when the checklist is loaded, with its line."""
    path = tmp_path / "acme.yaml"
    path.write_text(HEAD + written + "\n", encoding="utf-8")
    with pytest.raises(ChecklistError) as caught:
        checklist.load(path)
    assert any(problem.source.line == 5 and said in problem.message for problem in caught.value.problems)


def test_one_step_stands_alone(tmp_path: Path) -> None:
    """A manual check with one step may write it without a list."""
    path = tmp_path / "acme.yaml"
    path.write_text(HEAD + "manual: {do: Call 600, see: One hears oneself}\n", encoding="utf-8")
    assert list(checklist.load(path).checks[0].inputs["do"]) == ["Call 600"]
