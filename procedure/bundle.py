"""A bundle of logs as a file: deterministic, hashed inside and out, readable by its owner only."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import zipfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from uat.model import InvalidRecord, Record

MANIFEST = "manifest.json"
SUMS = "SHA256SUMS"
_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a zip can hold (APPNOTE.TXT, 4.4.6): the files' own times tell nothing."""
_MODE = 0o100600 << 16


class Missing(Record):
    """Something that could not be collected, and why."""

    name: str
    reason: str


class Manifest(Record):
    """What a bundle is: of which run, made when, and what is not in it.

    ``reached`` says that the machine of that run answered; ``redacted`` how many secrets were taken out.
    """

    run: str
    customer: str
    change: str
    made_at: datetime
    made_by: str
    tool: str
    reached: bool
    missing: tuple[Missing, ...] = ()
    redacted: int = 0


class Bundle(Record):
    """A bundle that lies in the evidence, as its hash file says it was made."""

    path: Path
    sha256: str
    manifest: Manifest


def is_legal(name: str) -> bool:
    """Tell whether a name may stand in a bundle: relative, plain, and leading nowhere else."""
    parts = name.split("/")
    return all(part not in ("", ".", "..") for part in parts) and not re.search(r"[\x00-\x1f\x7f\\:]", name)


def write(folder: Path, manifest: Manifest, files: Mapping[str, bytes]) -> Bundle:
    """Write a bundle and its hash beside it; what is there already is never overwritten.

    :param files: by name in the bundle.
    :raises OSError: it cannot be written.
    """
    whole = pack(manifest, files)
    path = folder / f"logs-{manifest.run}-{manifest.made_at:%Y%m%dT%H%M%SZ}.zip"
    digest = hashlib.sha256(whole).hexdigest()
    _create(path, whole)
    _create(path.with_suffix(".zip.sha256"), f"{digest}  {path.name}\n".encode())
    return Bundle(path=path, sha256=digest, manifest=manifest)


def pack(manifest: Manifest, files: Mapping[str, bytes]) -> bytes:
    """Make the bytes of a bundle: the same files give the same bytes.

    :raises ValueError: a name that leads out of the bundle.
    """
    described = json.dumps(manifest.model_dump(mode="json"), indent=2, ensure_ascii=False)
    every = {**files, MANIFEST: f"{described}\n".encode("utf-8", "backslashreplace")}
    if strange := [name for name in every if not is_legal(name)]:
        raise ValueError(f"these names lead out of the bundle: {strange}")
    sums = "".join(f"{hashlib.sha256(every[name]).hexdigest()}  {name}\n" for name in sorted(every))
    every[SUMS] = sums.encode("utf-8", "backslashreplace")
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as file:
        for name in sorted(every):
            about = zipfile.ZipInfo(name, _EPOCH)
            about.compress_type, about.external_attr, about.create_system = zipfile.ZIP_DEFLATED, _MODE, 3
            file.writestr(about, every[name])
    return whole.getvalue()


def made(folder: Path, run_id: str) -> tuple[Bundle, ...]:
    """List the bundles of a run that are still what they were when they were made, the newest first."""
    paths = sorted(folder.glob(f"logs-{run_id}-*.zip"), reverse=True)
    return tuple(bundle for path in paths if (bundle := _read(path, run_id)))


def _read(path: Path, run_id: str) -> Bundle | None:
    try:
        whole = path.read_bytes()
        stated = path.with_suffix(".zip.sha256").read_text("ascii").split(" ")[0]
        with zipfile.ZipFile(io.BytesIO(whole)) as file:
            manifest = Manifest.model_validate_json(file.read(MANIFEST))
    except (OSError, KeyError, ValueError, zipfile.BadZipFile, InvalidRecord):
        return None
    digest = hashlib.sha256(whole).hexdigest()
    return Bundle(path=path, sha256=digest, manifest=manifest) if (digest, run_id) == (stated, manifest.run) else None


def _create(path: Path, data: bytes) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
    descriptor = os.open(path, flags, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(descriptor)
