"""What find and awk print."""

from __future__ import annotations

from tests.uat.checks.recording import Row, Said

LAB = "recorded: the lab machine, findutils 4.9 and mawk 1.3.4"
FIND = "documented: find(1) of findutils 4.4.2, 4.5.11 and 4.6.0: -printf, -ignore_readdir_race; awk of POSIX"
CONF = "lab-trunk.conf\0lab-tvox.conf\0lab-network.conf\0"
NOTHING = {"exists": False, "files": 0, "folders": 0, "size_bytes": 0, "names": []}


def question(path: str, depth: int = 1) -> str:
    """Write the question about a directory."""
    return (
        f"ls -d {path}/. >/dev/null && find -H {path} -ignore_readdir_race -mindepth 1 -printf '%y %s\\n' | "
        """awk '$1=="f"{f++;s+=$2} $1=="d"{d++} END{printf "%d %d %.0f\\n",f,d,s}' && """
        f"find -H {path} -ignore_readdir_race -mindepth 1 -maxdepth {depth} -printf '%P\\0'"
    )


ROWS = [
    Row(
        fact="files, sizes and sorted names",
        system="Debian 12",
        source=LAB,
        inputs={"path": "/opt/telenia_data/sync/conf"},
        answers={question("/opt/telenia_data/sync/conf"): Said(stdout=f"3 0 130\n{CONF}")},
        observed={
            "exists": True,
            "files": 3,
            "folders": 0,
            "size_bytes": 130,
            "names": ["lab-network.conf", "lab-trunk.conf", "lab-tvox.conf"],
        },
    ),
    Row(
        fact="not there",
        system="Debian 12",
        source=LAB,
        inputs={"path": "/nope"},
        answers={
            question("/nope"): Said(stderr="ls: cannot access '/nope/.': No such file or directory\n", exit_code=2)
        },
        observed=NOTHING,
    ),
    Row(
        fact="a file is no directory",
        system="Debian 12",
        source="recorded: Debian 12, coreutils 9.1",
        inputs={"path": "/etc/hosts"},
        answers={
            question("/etc/hosts"): Said(stderr="ls: cannot access '/etc/hosts/.': Not a directory\n", exit_code=2)
        },
        observed=NOTHING,
    ),
    Row(
        fact="a part that may not be seen is an error, not a smaller sum",
        system="Debian 12",
        source=LAB,
        inputs={"path": "/etc"},
        answers={
            question("/etc"): Said(
                stdout="700 90 2000000\nhosts\0", stderr="find: '/etc/ssl/private': Permission denied\n", exit_code=1
            )
        },
        error="'/etc/ssl/private': Permission denied",
    ),
    Row(
        fact="names two levels deep",
        system="AlmaLinux 8",
        source=FIND,
        inputs={"path": "/srv", "depth": 2},
        answers={question("/srv", 2): Said(stdout="1 1 12\nwww\0www/index.html\0")},
        observed={"exists": True, "files": 1, "folders": 1, "size_bytes": 12, "names": ["www", "www/index.html"]},
    ),
    Row(
        fact="more than two gigabytes are written in full",
        system="CentOS 7",
        source=FIND,
        inputs={"path": "/opt/telenia_data", "depth": 0},
        answers={question("/opt/telenia_data", 0): Said(stdout="120000 3000 53687091200\n")},
        observed={"exists": True, "files": 120000, "folders": 3000, "size_bytes": 53687091200, "names": []},
    ),
    Row(
        fact="too many names are an error that says what to do",
        system="CentOS 7",
        source=FIND,
        inputs={"path": "/var/spool/asterisk"},
        answers={question("/var/spool/asterisk"): Said(stdout="10001 0 5\n" + "a\0" * 10001)},
        error="take a smaller depth, 0 lists none",
    ),
    Row(
        fact="a name may hold a line end",
        system="CentOS 6",
        source=FIND,
        inputs={"path": "/srv"},
        answers={question("/srv"): Said(stdout="2 0 2\nb\0a\nc\0")},
        observed={"exists": True, "files": 2, "folders": 0, "size_bytes": 2, "names": ["a\nc", "b"]},
    ),
]
