"""What /proc/loadavg and /proc/stat say."""

from __future__ import annotations

from tests.uat.checks.recording import Row, Said

HERE = "recorded: Debian 12, Linux 6.18"
PROC = "documented: proc(5), /proc/loadavg and /proc/stat: the same since Linux 2.6"
JC = "recorded: kellyjonbrazil/jc tests/fixtures/linux-proc/loadavg, with two CPUs"
QUESTION = "cat /proc/loadavg && grep -c '^cpu[0-9]' /proc/stat"


def seen(one: float, five: float, fifteen: float, *, cpus: int, per_cpu: float) -> dict[str, float]:
    """Write what must be observed."""
    return {
        "one_minute": one,
        "five_minutes": five,
        "fifteen_minutes": fifteen,
        "cpus": cpus,
        "per_cpu": per_cpu,
    }


ROWS = [
    Row(
        fact="two CPUs with much to do",
        system="Debian 12",
        source=HERE,
        inputs={},
        answers={QUESTION: Said(stdout="3.91 4.54 5.34 6/167 16843\n2\n")},
        observed=seen(3.91, 4.54, 5.34, cpus=2, per_cpu=2.27),
    ),
    Row(
        fact="no CPU is an error",
        system="Debian 12",
        source=PROC,
        inputs={},
        answers={QUESTION: Said(stdout="3.91 4.54 5.34 6/167 16843\n0\n", exit_code=1)},
        error="exit code 1",
    ),
    Row(
        fact="something else than averages is an error",
        system="Debian 12",
        source=PROC,
        inputs={},
        answers={QUESTION: Said(stdout="up 3 days\n2\n")},
        error="something else than expected: 'up 3 days",
    ),
    Row(
        fact="idle",
        system="AlmaLinux 8",
        source=JC,
        inputs={},
        answers={QUESTION: Said(stdout="0.00 0.01 0.03 2/111 2039\n2\n")},
        observed=seen(0.0, 0.01, 0.03, cpus=2, per_cpu=0.01),
    ),
    Row(
        fact="one CPU",
        system="CentOS 7",
        source=PROC,
        inputs={},
        answers={QUESTION: Said(stdout="0.20 0.18 0.12 1/80 11206\n1\n")},
        observed=seen(0.2, 0.18, 0.12, cpus=1, per_cpu=0.18),
    ),
    Row(
        fact="many CPUs",
        system="CentOS 6",
        source=PROC,
        inputs={},
        answers={QUESTION: Said(stdout="24.00 16.40 8.10 17/1480 31999\n16\n")},
        observed=seen(24.0, 16.4, 8.1, cpus=16, per_cpu=1.02),
    ),
]
