"""Builds the disk image of the lab from Debian packages, once for each recipe, and keeps it in the user's cache."""

import hashlib
import os
import shlex
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.lab import packages
from tests.lab.shell import locked, run

GUEST = Path(__file__).with_name("guest")
BOOT = ("vmlinuz", "initrd")
SIZE = "4G"
KEPT_SECONDS = 14 * 24 * 3600


@dataclass(frozen=True, kw_only=True)
class Image:
    """What a lab boots from: the folder in the cache, named after the recipe."""

    folder: Path

    @property
    def disk(self) -> Path:
        """The qcow2 that every lab's disk lies upon; nobody writes to it."""
        return self.folder / "base.qcow2"

    @property
    def kernel(self) -> Path:
        """The kernel, for a boot without a boot loader."""
        return self.folder / "vmlinuz"

    @property
    def initrd(self) -> Path:
        """The initial RAM disk of the kernel."""
        return self.folder / "initrd"

    @property
    def certificate(self) -> Path:
        """The web certificate, PEM."""
        return self.folder / "web.crt"


def cache() -> Path:
    """Return the folder of the images."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "tvox-uat" / "lab"


def ensure(say: Callable[[str], None]) -> Image:
    """Return the image of today's recipe; build it first when the cache has none (about two minutes)."""
    folder = cache() / recipe()
    with locked(cache() / "lock"):
        if not folder.exists():
            say(f"building the image {folder.name} (once for each recipe)")
            build(folder)
            remove_old()
        os.utime(folder)
    return Image(folder=folder)


def remove_old() -> None:
    """Remove the images that no lab was started from for two weeks."""
    for disk in cache().glob("*/base.qcow2"):
        if disk.parent.stat().st_mtime < time.time() - KEPT_SECONDS:
            shutil.rmtree(disk.parent)


def recipe() -> str:
    """Return the hash of all that goes into the image."""
    digest = hashlib.sha256(packages.suite().encode())
    for path in sorted([*GUEST.rglob("*"), Path(__file__)]):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(f"{path.name}\0{path.stat().st_mode & 0o111}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def build(folder: Path) -> None:
    """Build the image; `folder` appears only when it is whole."""
    work = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    install(work / "root.tar")
    unpack(work)
    run(["qemu-img", "convert", "-O", "qcow2", work / "disk.raw", work / "base.qcow2"], deadline=600)
    for name in ("root.tar", "disk.raw"):
        (work / name).unlink()
    work.rename(folder)


def install(archive: Path) -> None:
    """Install Debian and the guest's own files into a root file system, packed in `archive`."""
    tree, sql = shlex.quote(str(GUEST / "root")), shlex.quote(str(GUEST / "sql"))
    wanted = (GUEST / "packages.txt").read_text(encoding="ascii").split()
    copy = 'tar -C {} --owner=0 --group=0 --exclude=__pycache__ -cf - . | tar -C "$1{}" --no-same-permissions -xf -'
    early = f'mkdir -p "$1/etc/initramfs-tools"; cp -r {tree}/etc/initramfs-tools/. "$1/etc/initramfs-tools/"'
    setup = f'chroot "$1" sh -s < {shlex.quote(str(GUEST / "setup.sh"))}'
    run(
        ["mmdebstrap", "--variant=minbase", "--include=" + ",".join(wanted), *packages.options(),
         "--dpkgopt=path-exclude=/usr/share/man/*", "--dpkgopt=path-exclude=/usr/share/locale/*",
         "--dpkgopt=path-exclude=/usr/share/doc/*", "--dpkgopt=force-confold", f"--essential-hook={early}",
         f"--customize-hook={copy.format(tree, '')}",
         f'--customize-hook=mkdir "$1/var/tmp/lab-sql"; {copy.format(sql, "/var/tmp/lab-sql")}',
         f"--customize-hook={setup}",
         packages.suite(), str(archive), "-"],
        deadline=1800, text=packages.sources(),
    )  # fmt: skip


def unpack(work: Path) -> None:
    """Turn `root.tar` into a raw ext4 disk, and lay what the host needs beside it; asks for no loop device."""
    script = (
        "set -e; mkdir root; tar -C root -xf root.tar; mv root/boot/lab/vmlinuz root/boot/lab/initrd .; "
        "cp root/etc/lab-tvox/web.crt .; rm -rf root/boot/*; rm -f root/etc/apt/apt.conf.d/99mmdebstrap; "
        ": > root/etc/apt/sources.list; rm -f root/etc/resolv.conf; "
        f"mke2fs -q -t ext4 -O ^metadata_csum_seed -d root disk.raw {SIZE}; rm -rf root"
    )
    # Not root: fakeroot keeps the owners of the files.
    prefix = [] if os.geteuid() == 0 else ["fakeroot"]
    run([*prefix, "sh", "-c", f"cd {shlex.quote(str(work))}; {script}"], deadline=600)
