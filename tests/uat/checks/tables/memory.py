"""What /proc/meminfo says, narrowed to what is read and a few lines around it."""

from __future__ import annotations

from tests.uat.checks.recording import Row, Said

HERE = "recorded: Debian 12, Linux 6.18, a machine without swap"
JC = "recorded: kellyjonbrazil/jc tests/fixtures/linux-proc/meminfo (Ubuntu 20.04), swap as half used"
DOC7 = "documented: proc(5); the numbers of a public explanation of /proc/meminfo of RHEL 7"
DOC6 = "documented: fs/proc/meminfo.c and mm/page_alloc.c of Linux 2.6.32, which has no MemAvailable"
QUESTION = "cat /proc/meminfo; grep -q ^MemAvailable: /proc/meminfo || cat /proc/sys/vm/min_free_kbytes"


def account(least: int | None = None, **kib: int) -> Said:
    """Write the kernel's account; ``least`` is what it keeps free, asked where nothing is said to be available."""
    names = {"active": "Active(file)", "inactive": "Inactive(file)"}
    lines = [f"{names.get(name, name) + ':':<16}{number:>8} kB" for name, number in kib.items()]
    lines += ["HugePages_Total:       0", *([str(least)] if least is not None else [])]
    return Said(stdout="\n".join(lines) + "\n")


ROWS = [
    Row(
        fact="no swap is none in use",
        system="Debian 12",
        source=HERE,
        inputs={},
        answers={
            QUESTION: account(
                MemTotal=24684084,
                MemFree=19591128,
                MemAvailable=22652500,
                active=2101408,
                inactive=953596,
                SwapTotal=0,
                SwapFree=0,
                SReclaimable=320820,
            )
        },
        observed={
            "total_bytes": 25276502016,
            "available_bytes": 23196160000,
            "available_percent": 91.8,
            "swap_total_bytes": 0,
            "swap_used_percent": 0.0,
        },
    ),
    Row(
        fact="something else than an account is an error",
        system="Debian 12",
        source="documented: proc(5)",
        inputs={},
        answers={QUESTION: Said(stdout="MemTotal:       24684084 kB\n65536\n")},
        error="/proc/meminfo says something else",
    ),
    Row(
        fact="half of the swap is in use",
        system="AlmaLinux 8",
        source=JC,
        inputs={},
        answers={
            QUESTION: account(
                MemTotal=3997272,
                MemFree=2760316,
                MemAvailable=3386876,
                active=405600,
                inactive=321916,
                SwapTotal=3996668,
                SwapFree=1998334,
                SReclaimable=188216,
            )
        },
        observed={
            "total_bytes": 4093206528,
            "available_bytes": 3468161024,
            "available_percent": 84.7,
            "swap_total_bytes": 4092588032,
            "swap_used_percent": 50.0,
        },
    ),
    Row(
        fact="the kernel's own word counts, not our estimate",
        system="CentOS 7",
        source=DOC7,
        inputs={},
        answers={
            QUESTION: account(
                MemTotal=1882064,
                MemFree=1376380,
                MemAvailable=1535676,
                active=41616,
                inactive=236120,
                SwapTotal=2097148,
                SwapFree=2097148,
                SReclaimable=25456,
            )
        },
        observed={
            "total_bytes": 1927233536,
            "available_bytes": 1572532224,
            "available_percent": 81.6,
            "swap_total_bytes": 2147479552,
            "swap_used_percent": 0.0,
        },
    ),
    Row(
        fact="estimated: free, less the watermark of 10000, and cache and slab less 10000 each",
        system="CentOS 6",
        source=DOC6,
        inputs={},
        answers={
            QUESTION: account(
                least=8000,
                MemTotal=1000000,
                MemFree=100000,
                active=150000,
                inactive=250000,
                SwapTotal=1000000,
                SwapFree=750000,
                SReclaimable=60000,
            )
        },
        observed={
            "total_bytes": 1024000000,
            "available_bytes": 530000 * 1024,
            "available_percent": 53.0,
            "swap_total_bytes": 1024000000,
            "swap_used_percent": 25.0,
        },
    ),
    Row(
        fact="estimated: of a small cache and slab half stays",
        system="CentOS 6",
        source=DOC6,
        inputs={},
        answers={
            QUESTION: account(
                least=8000,
                MemTotal=1000000,
                MemFree=20000,
                active=1000,
                inactive=3000,
                SwapTotal=0,
                SwapFree=0,
                SReclaimable=2000,
            )
        },
        observed={
            "total_bytes": 1024000000,
            "available_bytes": 13000 * 1024,
            "available_percent": 1.3,
            "swap_total_bytes": 0,
            "swap_used_percent": 0.0,
        },
    ),
    Row(
        fact="estimated: nothing is below nothing",
        system="CentOS 6",
        source=DOC6,
        inputs={},
        answers={
            QUESTION: account(
                least=8000,
                MemTotal=1000000,
                MemFree=5000,
                active=1000,
                inactive=3000,
                SwapTotal=0,
                SwapFree=0,
                SReclaimable=2000,
            )
        },
        observed={
            "total_bytes": 1024000000,
            "available_bytes": 0,
            "available_percent": 0.0,
            "swap_total_bytes": 0,
            "swap_used_percent": 0.0,
        },
    ),
]
