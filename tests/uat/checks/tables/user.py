"""What getent and id print."""

from __future__ import annotations

from tests.uat.checks.recording import Row, Said

HERE = "recorded: Debian 12, glibc 2.36"
RHEL = "documented: passwd(5), shadow(5) and getent(1); the users that a minimal installation makes"
SSSD = "documented: sssd has no shadow map (sssd.conf(5)); getent(1)"
NOT_THERE = {"exists": False, "uid": None, "gid": None, "groups": [], "home": "", "shell": "", "locked": None}


def question(name: str) -> str:
    """Write the question about a user."""
    return (
        f"getent passwd {name} && {{ id -G {name}; "
        f"state=$(getent shadow {name} | "
        """awk -F: '{print ($2 ~ /^[!*]/) ? "locked" : "open"; exit}'); """
        'echo "${state:-untold}"; '
        f"getent group $(id -G {name}) | cut -d: -f1,3; }}"
    )


ROWS = [
    Row(
        fact="a user of the system, that nobody logs in as",
        system="Debian 12",
        source=HERE,
        inputs={"name": "www-data"},
        answers={
            question("www-data"): Said(
                stdout="www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin\n33\nlocked\nwww-data:33\n"
            )
        },
        observed={
            "exists": True,
            "uid": 33,
            "gid": 33,
            "groups": ["www-data"],
            "home": "/var/www",
            "shell": "/usr/sbin/nologin",
            "locked": True,
        },
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
        source="documented: passwd(5): seven fields",
        inputs={"name": "asterisk"},
        answers={question("asterisk"): Said(stdout="asterisk:x\n")},
        error="something else of asterisk: 'asterisk:x",
    ),
    Row(
        fact="no getent is an error",
        system="Debian 12",
        source="documented: POSIX sh, 2.8.2, exit status 127",
        inputs={"name": "asterisk"},
        answers={question("asterisk"): Said(stderr="sh: 1: getent: not found\n", exit_code=127)},
        error="getent: not found",
    ),
    Row(
        fact="a user of a directory service: blanks in a group's name, a group without one, no word of the password",
        system="AlmaLinux 8",
        source=SSSD,
        inputs={"name": "rossi@acme.it"},
        answers={
            question("rossi@acme.it"): Said(
                stdout="rossi@acme.it:*:10001:10000:Mario Rossi:/home/rossi:/bin/bash\n10000 998 40000\nuntold\n"
                "domain users@acme.it:10000\nasterisk:998\n"
            )
        },
        observed={
            "exists": True,
            "uid": 10001,
            "gid": 10000,
            "groups": ["40000", "asterisk", "domain users@acme.it"],
            "home": "/home/rossi",
            "shell": "/bin/bash",
            "locked": None,
        },
    ),
    Row(
        fact="a password opens it",
        system="CentOS 7",
        source=RHEL,
        inputs={"name": "root"},
        answers={question("root"): Said(stdout="root:x:0:0:root:/root:/bin/bash\n0\nopen\nroot:0\n")},
        observed={
            "exists": True,
            "uid": 0,
            "gid": 0,
            "groups": ["root"],
            "home": "/root",
            "shell": "/bin/bash",
            "locked": False,
        },
    ),
    Row(
        fact="several groups, and no shell named",
        system="CentOS 6",
        source=RHEL,
        inputs={"name": "daemon"},
        answers={
            question("daemon"): Said(
                stdout="daemon:x:2:2:daemon:/sbin:\n2 1 4 7\nlocked\ndaemon:2\nbin:1\nadm:4\nlp:7\n"
            )
        },
        observed={
            "exists": True,
            "uid": 2,
            "gid": 2,
            "groups": ["adm", "bin", "daemon", "lp"],
            "home": "/sbin",
            "shell": "",
            "locked": True,
        },
    ),
]
