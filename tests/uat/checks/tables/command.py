"""What a command leaves behind, and how another user runs it."""

from __future__ import annotations

from tests.uat.checks.recording import Row, Said

LAB = "recorded: the lab machine, dash 0.5.12"
QUERY = "psql -Atc 'select 1'"
PERSON = {"reviewed_by": "M. Rossi"}


def who(user: str) -> str:
    """Write the question who we are, and whether the user is there."""
    return (
        f"id -un && id -u {user} >/dev/null && "
        f'if [ "$(id -u)" != 0 ] && [ "$(id -un)" != {user} ]; then sudo -n -u {user} true; fi'
    )


def seen(output: str, **facts: object) -> dict[str, object]:
    """Write what must be observed of a command that ends well."""
    lines = output.splitlines()
    return {"exit_code": 0, "output": output, "errors": "", "number": None, "lines": lines} | facts


ROWS = [
    Row(
        fact="output, errors, exit code and the first number",
        system="Debian 12",
        source=LAB,
        inputs=PERSON | {"run": "count"},
        answers={"count": Said(stdout="rows: -3.5 of 7\n", stderr="slow\n", exit_code=3)},
        observed=seen("rows: -3.5 of 7", exit_code=3, errors="slow", number=-3.5),
    ),
    Row(
        fact="a whole number is one, and lines are kept",
        system="Debian 12",
        source=LAB,
        inputs=PERSON | {"run": "count"},
        answers={"count": Said(stdout="30\nnext\n\n")},
        observed=seen("30\nnext", number=30),
    ),
    Row(
        fact="a command that is not there is an error",
        system="Debian 12",
        source=LAB,
        inputs=PERSON | {"run": "nosuch"},
        answers={"nosuch": Said(stderr="sh: 1: nosuch: not found\n", exit_code=127)},
        error="nosuch: not found",
    ),
    Row(
        fact="127 without a word is the command's own answer",
        system="Debian 12",
        source="documented: dash(1), command -v",
        inputs=PERSON | {"run": "command -v nosuch"},
        answers={"command -v nosuch": Said(exit_code=127)},
        observed=seen("", exit_code=127),
    ),
    Row(
        fact="root becomes another user with su",
        system="Debian 12",
        source=LAB,
        inputs=PERSON | {"run": QUERY, "user": "postgres"},
        answers={
            who("postgres"): Said(stdout="root\n"),
            "cd / && su -s /bin/sh postgres -c 'psql -Atc '\"'\"'select 1'\"'\"''": Said(stdout="1\n"),
        },
        observed=seen("1", number=1),
    ),
    Row(
        fact="another login becomes a user with sudo, without a password",
        system="AlmaLinux 8",
        source="documented: sudo(8), -n",
        inputs=PERSON | {"run": "id", "user": "asterisk"},
        answers={
            who("asterisk"): Said(stdout="admin\n"),
            "cd / && sudo -n -u asterisk /bin/sh -c id": Said(stdout="uid=95(asterisk)\n"),
        },
        observed=seen("uid=95(asterisk)", number=95),
    ),
    Row(
        fact="sudo that wants a password is an error",
        system="CentOS 7",
        source="documented: sudo(8) 1.8.23, -n",
        inputs=PERSON | {"run": "id", "user": "asterisk"},
        answers={who("asterisk"): Said(stdout="admin\n", stderr="sudo: a password is required\n", exit_code=1)},
        error="a password is required",
    ),
    Row(
        fact="who is the user already runs it as it stands",
        system="CentOS 6",
        source="documented: id(1)",
        inputs=PERSON | {"run": "id", "user": "asterisk"},
        answers={who("asterisk"): Said(stdout="asterisk\n"), "id": Said(stdout="uid=95(asterisk)\n")},
        observed=seen("uid=95(asterisk)", number=95),
    ),
    Row(
        fact="a user that is not there is an error",
        system="CentOS 6",
        source="documented: id(1) of coreutils-8.4",
        inputs=PERSON | {"run": "id", "user": "nope"},
        answers={who("nope"): Said(stdout="root\n", stderr="id: nope: No such user\n", exit_code=1)},
        error="No such user",
    ),
]
