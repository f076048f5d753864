"""Finds out whether this machine can really run a virtual machine under KVM: a device node proves nothing."""

import subprocess
from pathlib import Path

from tests.lab.image import Image, cache

SECONDS = 20


def accelerator(image: Image) -> str:
    """Return `kvm` or `tcg`; the verdict is kept until the machine boots again."""
    boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    verdict = cache() / f"acceleration-{boot}"
    if not verdict.exists():
        verdict.write_text("kvm" if Path("/dev/kvm").exists() and boots_under_kvm(image) else "tcg", encoding="ascii")
    return verdict.read_text(encoding="ascii")


def boots_under_kvm(image: Image) -> bool:
    """Boot the kernel without a disk under KVM; it must come as far as its first user process."""
    command = [
        "qemu-system-x86_64", "-machine", "q35", "-accel", "kvm", "-cpu", "max", "-m", "512", "-nodefaults",
        "-display", "none", "-no-reboot", "-serial", "stdio",
        "-kernel", str(image.kernel), "-initrd", str(image.initrd),
        "-append", "console=ttyS0 panic=-1 rdinit=/bin/false",
    ]  # fmt: skip
    try:
        done = subprocess.run(command, capture_output=True, timeout=SECONDS, stdin=subprocess.DEVNULL)
    except (subprocess.TimeoutExpired, OSError):
        return False
    return b"Run /bin/false as init process" in done.stdout or b"Attempted to kill init" in done.stdout
