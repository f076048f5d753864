"""What the kernel's list of mounts says."""

from __future__ import annotations

from tests.uat.checks.recording import Row, Said

HERE = "recorded: Debian 12, Linux 6.18"
JC = "recorded: kellyjonbrazil/jc tests/fixtures/linux-proc/pid_mountinfo (Ubuntu 20.04), narrowed"
PROC = "documented: proc(5), /proc/[pid]/mountinfo, and fs/proc_namespace.c of the kernel"
QUESTION = "cat /proc/self/mountinfo"
NOT_MOUNTED = {"mounted": False, "source": "", "type": "", "options": [], "read_only": None}

DEBIAN = """\
22 27 0:21 / /proc rw,relatime - proc proc rw
26 24 0:24 / /dev/pts rw,relatime - devpts devpts rw,mode=600,ptmxmode=000
27 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard,resv_strict
29 26 0:26 / /dev/pts rw,nosuid - devpts devpts rw,mode=620,ptmxmode=000
"""
SNAP = """\
30 1 253:0 / / rw,relatime shared:1 - ext4 /dev/mapper/ubuntu--vg-ubuntu--lv 
125 30 8:2 / /boot rw,relatime master:1 shared:67 - ext4 /dev/sda2 rw
131 30 7:0 / /snap/core18/2538 ro,nodev,relatime shared:71 - squashfs /dev/loop0 ro
"""  # noqa: W291  as it was recorded
CENTOS7 = """\
62 1 253:0 / / rw,relatime shared:1 - xfs /dev/mapper/centos-root rw,attr2,inode64,noquota
90 62 0:39 / /mnt/daily\\040backup rw,relatime shared:40 - cifs //nas/daily\\040backup ro,vers=3.0
"""
CENTOS6 = """\
21 1 253:0 / / rw,relatime - ext4 /dev/mapper/VolGroup-lv_root rw,barrier=1,data=ordered
25 21 253:2 / /opt/telenia_data ro,relatime - ext4 /dev/mapper/VolGroup-lv_data ro,barrier=1,data=ordered
"""


def seen(source: str, kind: str, options: list[str], *, read_only: bool = False) -> dict[str, object]:
    """Write what must be observed of something mounted."""
    return {"mounted": True, "source": source, "type": kind, "options": options, "read_only": read_only}


ROWS = [
    Row(
        fact="the root, with its options of both kinds",
        system="Debian 12",
        source=HERE,
        inputs={"path": "/"},
        answers={QUESTION: Said(stdout=DEBIAN)},
        observed=seen("/dev/vda", "ext4", ["discard", "relatime", "resv_strict", "rw"]),
    ),
    Row(
        fact="of two, one over the other, the one on top",
        system="Debian 12",
        source=HERE,
        inputs={"path": "/dev/pts/"},
        answers={QUESTION: Said(stdout=DEBIAN)},
        observed=seen("devpts", "devpts", ["mode=620", "nosuid", "ptmxmode=000", "rw"]),
    ),
    Row(
        fact="a directory on a mounted file system is no mount point",
        system="Debian 12",
        source=HERE,
        inputs={"path": "/opt"},
        answers={QUESTION: Said(stdout=DEBIAN)},
        observed=NOT_MOUNTED,
    ),
    Row(
        fact="something else than a list is an error",
        system="Debian 12",
        source=PROC,
        inputs={"path": "/"},
        answers={QUESTION: Said(stdout="rootfs / rootfs rw 0 0\n")},
        error="cannot be read: 'rootfs / rootfs rw 0 0",
    ),
    Row(
        fact="several optional fields",
        system="AlmaLinux 8",
        source=JC,
        inputs={"path": "/boot"},
        answers={QUESTION: Said(stdout=SNAP)},
        observed=seen("/dev/sda2", "ext4", ["relatime", "rw"]),
    ),
    Row(
        fact="a file system without options of its own",
        system="AlmaLinux 8",
        source=JC,
        inputs={"path": "/"},
        answers={QUESTION: Said(stdout=SNAP)},
        observed=seen("/dev/mapper/ubuntu--vg-ubuntu--lv", "ext4", ["relatime", "rw"]),
    ),
    Row(
        fact="blanks in names, and a share that its server gives out for reading only",
        system="CentOS 7",
        source=PROC,
        inputs={"path": "/mnt/daily backup"},
        answers={QUESTION: Said(stdout=CENTOS7)},
        observed=seen("//nas/daily backup", "cifs", ["relatime", "ro", "vers=3.0"], read_only=True),
    ),
    Row(
        fact="no optional fields, and a file system that turned read-only",
        system="CentOS 6",
        source=PROC,
        inputs={"path": "/opt/telenia_data"},
        answers={QUESTION: Said(stdout=CENTOS6)},
        observed=seen(
            "/dev/mapper/VolGroup-lv_data",
            "ext4",
            ["barrier=1", "data=ordered", "relatime", "ro"],
            read_only=True,
        ),
    ),
]
