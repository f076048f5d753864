"""Names of folders and files made of what people wrote: legal on Windows too."""

from __future__ import annotations

_RESERVED = {"CON", "PRN", "AUX", "NUL", *(f"{port}{n}" for port in ("COM", "LPT") for n in range(1, 10))}


def folder_name(name: str) -> str:
    """Make a name that Windows takes too (Microsoft, *Naming Files, Paths, and Namespaces*)."""
    kept = "".join("_" if char in '<>:"/\\|?*' or ord(char) < 32 else char for char in name)
    kept = kept.strip().rstrip(". ") or "_"
    return f"_{kept}" if kept.split(".")[0].upper() in _RESERVED else kept[:80]
