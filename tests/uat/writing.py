"""Checklists as an engineer writes them: what they are loaded as, and what is said of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from uat.checklist import load
from uat.errors import ChecklistError
from uat.model import Checklist

HEAD = "customer: ACME\nsystem: {ssh: root@10.0.0.5:22, web: pbx.acme.it}\n"
ONE = "checks:\n  - id: A\n    clock:\n    expect: {synchronised: true}\n"


def loaded(folder: Path, text: str, given: Mapping[str, str] | None = None, **others: str) -> Checklist:
    """Load a checklist that is written in a folder beside others."""
    for name, content in others.items():
        (folder / f"{name}.yaml").write_text(content, encoding="utf-8")
    path = folder / "acme.yaml"
    path.write_text(text, encoding="utf-8")
    return load(path, variables=given)


def refused(folder: Path, text: str | bytes, **others: str) -> list[str]:
    """Load a checklist that is wrong; give what is said, without the folder."""
    content = text if isinstance(text, bytes) else text.encode()
    with pytest.raises(ChecklistError) as caught:
        for name, other in others.items():
            (folder / f"{name}.yaml").write_text(other, encoding="utf-8")
        path = folder / "acme.yaml"
        path.write_bytes(content)
        load(path)
    return [str(problem).replace(f"{folder}/", "").replace(f"{folder}\\", "") for problem in caught.value.problems]
