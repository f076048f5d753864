"""What stat, sha256sum and head print."""

from __future__ import annotations

from tests.uat.checks.recording import Row, Said

LAB = "recorded: the lab machine, coreutils 9.1"
STAT = "documented: stat(1) and sha256sum(1) of coreutils"
OLD_STAT = "documented: coreutils-8.4 (CentOS 6) quotes `like this' in messages"
HOSTS = "127.0.0.1 localhost\n::1 localhost\n10.20.30.40 tam01\n10.20.30.41 pbx.lab.example\n"
DIGEST = "c358367d0107682408fa0e2f1fcc4adeae5762658113126c6dbb5b6d2e126e04"
NOTHING = {
    "exists": False,
    "type": "",
    "mode": "",
    "owner": "",
    "group": "",
    "size_bytes": 0,
    "sha256": None,
    "content": "",
}


def question(path: str) -> str:
    """Write the question about a file."""
    return f"stat -L -c '%f|%s|%U|%u|%G|%g' {path} && if [ -f {path} ]; then head -c 65537 {path}; fi"


def seen(**facts: object) -> dict[str, object]:
    """Write what must be observed of something that is root's."""
    return NOTHING | {"exists": True, "owner": "root", "group": "root"} | facts


ROWS = [
    Row(
        fact="an ordinary file",
        system="Debian 12",
        source=LAB,
        inputs={"path": "/etc/hosts"},
        answers={question("/etc/hosts"): Said(stdout=f"81a4|80|root|0|root|0\n{HOSTS}")},
        observed=seen(type="file", mode="0644", size_bytes=80, sha256=DIGEST, content=HOSTS),
    ),
    Row(
        fact="a socket has no content",
        system="Debian 12",
        source=LAB,
        inputs={"path": "/run/dbus/system_bus_socket"},
        answers={question("/run/dbus/system_bus_socket"): Said(stdout="c1b6|0|root|0|root|0\n")},
        observed=seen(type="socket", mode="0666"),
    ),
    Row(
        fact="not there",
        system="Debian 12",
        source=LAB,
        inputs={"path": "/nope"},
        answers={
            question("/nope"): Said(stderr="stat: cannot statx '/nope': No such file or directory\n", exit_code=1)
        },
        observed=NOTHING,
    ),
    Row(
        fact="not to be seen is an error, not a missing file",
        system="Debian 12",
        source=LAB,
        inputs={"path": "/root/x"},
        answers={question("/root/x"): Said(stderr="stat: cannot statx '/root/x': Permission denied\n", exit_code=1)},
        error="Permission denied",
    ),
    Row(
        fact="a path with a blank and a quote is one path",
        system="Debian 12",
        source="documented: POSIX 2.2.2, single quotes",
        inputs={"path": "/srv/it's here"},
        answers={question("'/srv/it'\"'\"'s here'"): Said(stdout="41ed|4096|root|0|root|0\n")},
        observed=seen(type="directory", mode="0755", size_bytes=4096),
    ),
    Row(
        fact="a file that cannot be read is an error",
        system="AlmaLinux 8",
        source=STAT,
        inputs={"path": "/etc/shadow"},
        answers={
            question("/etc/shadow"): Said(
                stdout="8000|1200|root|0|root|0\n", stderr="sh: /etc/shadow: Permission denied\n", exit_code=1
            )
        },
        error="Permission denied",
    ),
    Row(
        fact="a huge file is an error, since no hash would compare as unchanged",
        system="AlmaLinux 8",
        source=STAT,
        inputs={"path": "/var/lib/dump"},
        answers={question("/var/lib/dump"): Said(stdout="8180|5000000000|root|0|root|0\n" + "P" * 65537)},
        error="5000000000 bytes are too many to hash",
    ),
    Row(
        fact="a file of more than 64 KiB is hashed where it is",
        system="AlmaLinux 8",
        source=STAT,
        inputs={"path": "/var/lib/list"},
        answers={
            question("/var/lib/list"): Said(stdout="81a4|70000|root|0|root|0\n" + "P" * 65537),
            "sha256sum </var/lib/list": Said(stdout=f"{DIGEST}  -\n"),
        },
        observed=seen(type="file", mode="0644", size_bytes=70000, sha256=DIGEST, content="P" * 65536),
    ),
    Row(
        fact="an owner without a name is a number",
        system="CentOS 7",
        source="documented: stat(1) of coreutils-8.22: %U is UNKNOWN for such a user",
        inputs={"path": "/opt/x"},
        answers={question("/opt/x"): Said(stdout="41c0|6|UNKNOWN|1007|UNKNOWN|1008\n")},
        observed=seen(type="directory", mode="0700", size_bytes=6, owner="1007", group="1008"),
    ),
    Row(
        fact="an empty file has the hash of nothing",
        system="CentOS 7",
        source=STAT,
        inputs={"path": "/etc/motd"},
        answers={question("/etc/motd"): Said(stdout="81a4|0|root|0|root|0\n")},
        observed=seen(
            type="file",
            mode="0644",
            sha256="e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        ),
    ),
    Row(
        fact="not there, in the words of an old stat",
        system="CentOS 6",
        source=OLD_STAT,
        inputs={"path": "/nope"},
        answers={
            question("/nope"): Said(stderr="stat: cannot stat `/nope': No such file or directory\n", exit_code=1)
        },
        observed=NOTHING,
    ),
]
