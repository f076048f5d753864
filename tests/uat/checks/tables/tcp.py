"""What bash and timeout say of a connection."""

from __future__ import annotations

from shlex import quote

from tests.uat.checks.recording import Row, Said
from uat.checks import tcp

BASH = "documented: bash's lib/sh/netopen.c and strerror(3), the same words from 4.1 to 5.2; date and dd of coreutils"
HERE = "recorded: Debian 12, coreutils 9.1"
TIMES = "1764040000.100000000\n1764040000.125000000\n"


def question(host: str, port: int) -> str:
    """Write the question about a service, under the default limits."""
    script = quote(tcp._SCRIPT.format(size=1024))
    return f"timeout -s KILL 18 bash -c {script} tcp {host} {port} 3"


def seen(reachable: bool, banner: str | None = None) -> dict[str, object]:
    """Write what must be observed."""
    return {"reachable": reachable, "banner": banner, "seconds": 0.025 if reachable else None}


def asked(host: str, port: int, said: Said) -> dict[str, object]:
    """Write question, answer and inputs."""
    return {"inputs": {"host": host, "port": port}, "answers": {question(host, port): said}}


ROWS = [
    Row(
        fact="a greeting",
        system="CentOS 6",
        source=BASH,
        **asked("10.0.0.9", 22, Said(stdout=TIMES + "SSH-2.0-OpenSSH_5.3\r\n")),
        observed=seen(True, "SSH-2.0-OpenSSH_5.3"),
    ),
    Row(
        fact="a refusal",
        system="CentOS 6",
        source=BASH,
        **asked(
            "10.0.0.9",
            25,
            Said(
                stdout="1764040000.100000000\n",
                stderr="tcp: connect: Connection refused\ntcp: /dev/tcp/10.0.0.9/25: Connection refused\n",
                exit_code=9,
            ),
        ),
        observed=seen(False),
    ),
    Row(
        fact="the kernel gives up",
        system="CentOS 7",
        source=BASH,
        **asked(
            "10.0.0.9",
            25,
            Said(
                stdout="1764040000.100000000\n",
                stderr="tcp: connect: Connection timed out\ntcp: /dev/tcp/10.0.0.9/25: Connection timed out\n",
                exit_code=9,
            ),
        ),
        observed=seen(False),
    ),
    Row(
        fact="a router knows no way",
        system="AlmaLinux 8",
        source=BASH,
        **asked(
            "10.0.0.9",
            25,
            Said(
                stdout="1764040000.100000000\n",
                stderr="tcp: connect: No route to host\ntcp: line 0: /dev/tcp/10.0.0.9/25: No route to host\n",
                exit_code=9,
            ),
        ),
        observed=seen(False),
    ),
    Row(
        fact="nobody knows the name",
        system="AlmaLinux 8",
        source=BASH,
        **asked(
            "mail.invalid",
            25,
            Said(
                stdout="1764040000.100000000\n",
                stderr="tcp: mail.invalid: Name or service not known\n"
                "tcp: line 0: /dev/tcp/mail.invalid/25: Invalid argument\n",
                exit_code=9,
            ),
        ),
        error="cannot reach mail.invalid port 25 from the machine: tcp: mail.invalid: Name or service not known",
    ),
    Row(
        fact="silence",
        system="Debian 12",
        source="documented: timeout(1), exit status of a command that KILL ended",
        **asked("10.0.0.9", 25, Said(stdout="1764040000.100000000\n", exit_code=137)),
        observed=seen(False),
    ),
    Row(
        fact="no bash",
        system="Debian 12",
        source=HERE,
        **asked(
            "10.0.0.9",
            25,
            Said(stderr="timeout: failed to run command 'bash': No such file or directory\n", exit_code=127),
        ),
        error="failed to run command 'bash'",
    ),
]
