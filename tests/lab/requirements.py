"""Says why this machine cannot run the lab, so that its tests are left out with a reason."""

import os
import platform
import shutil

PROGRAMS = ("qemu-system-x86_64", "qemu-img", "mmdebstrap", "libvirtd", "virsh", "mke2fs", "ssh", "ssh-keygen")
PATHS = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])


def missing() -> list[str]:
    """Return what this machine lacks, one sentence each; empty when the lab can run."""
    lacks = []
    if platform.system() != "Linux" or platform.machine() != "x86_64":
        lacks.append(f"the lab runs on Linux x86_64, not on {platform.system()} {platform.machine()}")
    if shutil.which("apt-get") is None:
        lacks.append("the lab's image is built with Debian's apt")
    programs = (*PROGRAMS, "unshare" if os.geteuid() == 0 else "fakeroot")
    absent = [program for program in programs if shutil.which(program, path=PATHS) is None]
    if absent:
        lacks.append(f"not installed: {', '.join(absent)} (tests/lab/install.sh)")
    return lacks
