"""What is written in /etc/hosts."""

from __future__ import annotations

from tests.uat.checks.recording import Row, Said

LAB = "recorded: the lab machine"
JC = "recorded: CentOS 7.7, kellyjonbrazil/jc tests/fixtures/centos-7.7/hosts.out"
HOSTS = "documented: hosts(5)"
QUESTION = "cat /etc/hosts"
NONE = {"exists": False, "addresses": []}

DEBIAN = "127.0.0.1 localhost\n::1 localhost\n10.20.30.40 tam01\n10.20.30.41 pbx.lab.example\n"
CENTOS7 = """\
127.0.0.1   localhost localhost.localdomain localhost4 localhost4.localdomain4
::1         localhost localhost.localdomain localhost6 localhost6.localdomain6
"""
EDITED = """\
# TVox, cluster
10.20.30.41\ttvox1.acme.it\ttvox1  # first node
#10.20.30.99 tvox2.acme.it
10.20.30.42 TVox2.acme.it tvox2
10.20.31.42 tvox2.acme.it#voice network
10.20.30.42 tvox2.acme.it
not-an-address tvox3.acme.it
10.20.30.44
"""


def row(fact: str, system: str, source: str, *, name: str, text: str, addresses: list[str]) -> Row:
    """Write a row about a name in a file."""
    return Row(
        fact=fact,
        system=system,
        source=source,
        inputs={"name": name},
        answers={QUESTION: Said(stdout=text)},
        observed={"exists": bool(addresses), "addresses": addresses},
    )


ROWS = [
    row("one line", "Debian 12", LAB, name="tam01", text=DEBIAN, addresses=["10.20.30.40"]),
    row(
        "two lines, in the file's order",
        "Debian 12",
        LAB,
        name="localhost",
        text=DEBIAN,
        addresses=["127.0.0.1", "::1"],
    ),
    row("a part of a name is another name", "Debian 12", LAB, name="pbx", text=DEBIAN, addresses=[]),
    Row(
        fact="no hosts file, no name",
        system="Debian 12",
        source=HOSTS,
        inputs={"name": "tam01"},
        answers={QUESTION: Said(stderr="cat: /etc/hosts: No such file or directory\n", exit_code=1)},
        observed=NONE,
    ),
    Row(
        fact="a file that may not be read is an error",
        system="Debian 12",
        source=HOSTS,
        inputs={"name": "tam01"},
        answers={QUESTION: Said(stderr="cat: /etc/hosts: Permission denied\n", exit_code=1)},
        error="cannot read the hosts file: cat: /etc/hosts: Permission denied",
    ),
    row(
        "an alias",
        "CentOS 7",
        JC,
        name="localhost4.localdomain4",
        text=CENTOS7,
        addresses=["127.0.0.1"],
    ),
    row(
        "case means nothing, a comment ends the line, an address stands once",
        "AlmaLinux 8",
        HOSTS,
        name="tvox2.ACME.it",
        text=EDITED,
        addresses=["10.20.30.42", "10.20.31.42"],
    ),
    row("a line that is no address", "CentOS 6", HOSTS, name="tvox3.acme.it", text=EDITED, addresses=[]),
    row("a word of a comment is no name", "CentOS 6", HOSTS, name="first", text=EDITED, addresses=[]),
]
