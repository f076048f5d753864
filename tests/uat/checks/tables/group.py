"""What getent and /etc/passwd say."""

from __future__ import annotations

from tests.uat.checks.recording import Row, Said

HERE = "recorded: Debian 12, glibc 2.36"
RHEL = "documented: group(5), passwd(5) and getent(1); the groups that a minimal installation makes"
NOT_THERE = {"exists": False, "gid": None, "members": []}


def question(name: str) -> str:
    """Write the question about a group."""
    return f"getent group {name} && cut -d: -f1,4 /etc/passwd"


ROWS = [
    Row(
        fact="a group that lists nobody, and one user's first group",
        system="Debian 12",
        source=HERE,
        inputs={"name": "www-data"},
        answers={question("www-data"): Said(stdout="www-data:x:33:\nroot:0\ndaemon:1\nwww-data:33\n")},
        observed={"exists": True, "gid": 33, "members": ["www-data"]},
    ),
    Row(
        fact="never heard of",
        system="Debian 12",
        source=HERE,
        inputs={"name": "asterisk"},
        answers={question("asterisk"): Said(exit_code=2)},
        observed=NOT_THERE,
    ),
    Row(
        fact="something else than an entry is an error",
        system="Debian 12",
        source="documented: group(5): four fields",
        inputs={"name": "asterisk"},
        answers={question("asterisk"): Said(stdout="asterisk:x:none:\nroot:0\n")},
        error="something else of the group asterisk",
    ),
    Row(
        fact="a group of a directory service",
        system="AlmaLinux 8",
        source="documented: group(5); sssd writes * for the password",
        inputs={"name": "tecnici@acme.it"},
        answers={
            question("tecnici@acme.it"): Said(
                stdout="tecnici@acme.it:*:10002:rossi@acme.it,bianchi@acme.it\nroot:0\nbin:1\n"
            )
        },
        observed={"exists": True, "gid": 10002, "members": ["bianchi@acme.it", "rossi@acme.it"]},
    ),
    Row(
        fact="nobody in it",
        system="CentOS 7",
        source=RHEL,
        inputs={"name": "cdrom"},
        answers={question("cdrom"): Said(stdout="cdrom:x:11:\nroot:0\nbin:1\n")},
        observed={"exists": True, "gid": 11, "members": []},
    ),
    Row(
        fact="who is listed, and whose first group it is, each once; a line of NIS is nobody",
        system="CentOS 6",
        source=RHEL,
        inputs={"name": "adm"},
        answers={question("adm"): Said(stdout="adm:x:4:root,adm,daemon\nroot:0\nadm:4\nsync:4\n+:\n")},
        observed={"exists": True, "gid": 4, "members": ["adm", "daemon", "root", "sync"]},
    ),
]
