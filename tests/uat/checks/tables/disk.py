"""What df prints."""

from __future__ import annotations

from tests.uat.checks.recording import Row, Said

LAB = "recorded: the lab machine, coreutils 9.1"
JC = "recorded: CentOS 7.7, kellyjonbrazil/jc tests/fixtures/centos-7.7/df.out; its header as df -P writes it"
DF = "documented: POSIX df -P, and df(1) of coreutils for -i"


def question(path: str) -> str:
    """Write the question about a disk."""
    return f"df -P -k {path} && df -P -i {path}"


BLOCKS = "Filesystem     1024-blocks   Used Available Capacity Mounted on\n"
INODES = "Filesystem     Inodes IUsed  IFree IUse% Mounted on\n"

ROWS = [
    Row(
        fact="root's reserve is not free",
        system="Debian 12",
        source=LAB,
        inputs={"path": "/opt/telenia_data"},
        answers={
            question("/opt/telenia_data"): Said(
                stdout=BLOCKS
                + "/dev/vda           4046560 818328   3002136      22% /\n"
                + INODES
                + "/dev/vda       262144 15861 246283    7% /\n"
            )
        },
        observed={
            "size_bytes": 4143677440,
            "free_bytes": 3074187264,
            "free_percent": 78.6,
            "inodes_free_percent": 93.9,
        },
    ),
    Row(
        fact="a file system without sizes",
        system="Debian 12",
        source=LAB,
        inputs={"path": "/proc"},
        answers={
            question("/proc"): Said(
                stdout=BLOCKS
                + "proc                     0     0         0        - /proc\n"
                + INODES
                + "proc                0     0     0     - /proc\n"
            )
        },
        observed={"size_bytes": 0, "free_bytes": 0, "free_percent": 0.0, "inodes_free_percent": None},
    ),
    Row(
        fact="no such path is an error: nothing holds it",
        system="Debian 12",
        source=LAB,
        inputs={"path": "/nope"},
        answers={question("/nope"): Said(stderr="df: /nope: No such file or directory\n", exit_code=1)},
        error="df: /nope: No such file or directory",
    ),
    Row(
        fact="a file system that gives out inodes without limit",
        system="AlmaLinux 8",
        source=DF,
        inputs={"path": "/srv"},
        answers={
            question("/srv"): Said(
                stdout=BLOCKS
                + "/dev/sdb1      104857600 52428800  52428800      50% /srv\n"
                + INODES
                + "/dev/sdb1           0     0      0     - /srv\n"
            )
        },
        observed={
            "size_bytes": 107374182400,
            "free_bytes": 53687091200,
            "free_percent": 50.0,
            "inodes_free_percent": None,
        },
    ),
    Row(
        fact="a long name of a logical volume stays on its line",
        system="CentOS 7",
        source=JC,
        inputs={"path": "/"},
        answers={
            question("/"): Said(
                stdout="Filesystem              1024-blocks    Used Available Capacity Mounted on\n"
                "/dev/mapper/centos-root    17811456 1805580  16005876      11% /\n"
                "Filesystem               Inodes IUsed   IFree IUse% Mounted on\n"
                "/dev/mapper/centos-root 8910848 35414 8875434    1% /\n"
            )
        },
        observed={
            "size_bytes": 18238930944,
            "free_bytes": 16390017024,
            "free_percent": 89.9,
            "inodes_free_percent": 99.6,
        },
    ),
    Row(
        fact="a share with a blank in its name",
        system="CentOS 6",
        source=DF,
        inputs={"path": "/mnt/backup"},
        answers={
            question("/mnt/backup"): Said(
                stdout="Filesystem         1024-blocks      Used Available Capacity Mounted on\n"
                "//nas/daily backup      1000       990        10      99% /mnt/backup\n"
                "Filesystem            Inodes   IUsed   IFree IUse% Mounted on\n"
                "//nas/daily backup         0       0       0     - /mnt/backup\n"
            )
        },
        observed={"size_bytes": 1024000, "free_bytes": 10240, "free_percent": 1.0, "inodes_free_percent": None},
    ),
]
