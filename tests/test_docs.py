"""The documentation tells the truth: its YAML loads, its example kind works, its links lead somewhere."""

from __future__ import annotations

import re
import subprocess
import textwrap
import time
from pathlib import Path
from types import ModuleType

import pytest

from uat.checklist import load
from uat.model import Limits, System
from uat.probe import Probe
from uat.ssh.output import Output

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(language: str) -> list[tuple[str, str]]:
    """List the fenced blocks of a language: page and number, text."""
    return [
        (f"{page.name}#{number}", text)
        for page in PAGES
        for number, (word, text) in enumerate(FENCE.findall(page.read_text("utf-8")), 1)
        if word == language
    ]


@pytest.mark.parametrize(("place", "text"), blocks("yaml"), ids=[place for place, _ in blocks("yaml")])
def test_every_yaml_block_loads(place: str, text: str, tmp_path: Path) -> None:
    """A block is a whole checklist, a list of checks, or a part of a checklist."""
    path = tmp_path / "acme.yaml"
    if text.startswith("- "):
        text = f"system: {{web: pbx.acme.it}}\nchecks:\n{textwrap.indent(text, '  ')}"
    path.write_text(text if re.search("^customer:", text, re.MULTILINE) else f"customer: ACME\n{text}", "utf-8")
    assert load(path).customer


class Here:
    """This computer, as a probe's connection."""

    def run(self, command: str, *, deadline: float | None = None, stdin: bytes = b"") -> Output:
        """Run a command with sh."""
        began = time.monotonic()
        ended = subprocess.run(["sh", "-c", command], input=stdin, capture_output=True, check=False)
        seconds = time.monotonic() - began
        return Output(exit_code=ended.returncode, stdout=ended.stdout, stderr=ended.stderr, seconds=seconds)


def test_the_example_kind_works() -> None:
    """The check kind that CONTRIBUTING shows does what it says."""
    ((_, source),) = [block for block in blocks("python") if "kernel" in block[1]]
    kind = ModuleType("kernel")
    exec(compile(source, "kernel.py", "exec"), kind.__dict__)
    probe = Probe(connection=Here(), system=System(), limits=Limits())
    assert kind.observe(kind.Inputs(), probe).release


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.name))
def test_links_lead_somewhere(page: Path) -> None:
    """Every relative link is a file."""
    links = re.findall(r"\]\((?!\w+:|#)([^)#]+)", page.read_text("utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []
