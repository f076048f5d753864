"""The documentation tells the truth: its YAML loads, its links lead somewhere, both languages say the same."""

from __future__ import annotations

import re
import subprocess
import time
from pathlib import Path
from types import ModuleType

import pytest

from tests.pages import BOTH_LANGUAGES, PAGES, Block, blocks, headings, italian
from uat import registry
from uat.answers.file import read_answers
from uat.checklist import load
from uat.model import Limits, Phase, System
from uat.probe import Probe
from uat.ssh.output import Output


@pytest.mark.parametrize("block", blocks("yaml"), ids=lambda block: str(block.place))
def test_every_yaml_block_loads(block: Block, tmp_path: Path) -> None:
    """A block is a whole checklist, a list of checks, a part of a checklist, or a file of answers."""
    path = tmp_path / "acme.yaml"
    path.write_text(block.text if block.is_answers else block.whole(), "utf-8")
    assert read_answers(path, Phase.PRE) if block.is_answers else load(path).customer


@pytest.mark.parametrize("page", BOTH_LANGUAGES, ids=lambda page: str(page.name))
def test_both_languages_show_the_same(page: Path) -> None:
    """The Italian page has the same YAML in the same order; only comments are in its own language."""
    english, other = ([block.plain for block in blocks("yaml", one)] for one in (page, italian(page)))
    assert english == other


@pytest.mark.parametrize("page", BOTH_LANGUAGES, ids=lambda page: str(page.name))
def test_both_languages_have_the_same_parts(page: Path) -> None:
    """The Italian page has the same headings, tables and code words in them, and each page leads to the other."""
    assert headings(page) == headings(italian(page))
    assert first_cells(page) == first_cells(italian(page))
    for one, other in ((page, italian(page)), (italian(page), page)):
        assert f"]({other.name})" in one.read_text("utf-8").splitlines()[0]


@pytest.mark.parametrize("page", [BOTH_LANGUAGES[0], italian(BOTH_LANGUAGES[0])], ids=lambda page: str(page.name))
def test_every_kind_has_its_row(page: Path) -> None:
    """The table of kinds has each kind, with each field that it takes and each property that it observes."""
    rows = {
        row[1]: row for row in re.finditer(r"^\| `(\w+)` \| ([^\n]*) \| ([^\n]*) \|$", page.read_text("utf-8"), re.M)
    }
    for word in registry.names("uat.checks"):
        kind = registry.load("uat.checks", word)
        takes, observes = (set(re.findall(r"\w+", cell)) for cell in rows[word].group(2, 3))
        assert {field.alias or name for name, field in kind.Inputs.model_fields.items()} <= takes, word
        assert kind.Observed.model_fields.keys() <= observes, word


def first_cells(page: Path) -> list[list[str]]:
    """List the code words of the first column of each row of a table."""
    rows = re.findall(r"^\| ([^|]*) \|", page.read_text("utf-8"), re.MULTILINE)
    return [re.findall(r"`([\w-]+)", row) for row in rows]


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
    (block,) = [block for block in blocks("python") if "kernel" in block.text]
    kind = ModuleType("kernel")
    exec(compile(block.text, "kernel.py", "exec"), kind.__dict__)
    probe = Probe(connection=Here(), system=System(), limits=Limits())
    assert kind.observe(kind.Inputs(), probe).release


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.name))
def test_links_lead_somewhere(page: Path) -> None:
    """Every relative link is a file."""
    links = re.findall(r"\]\((?!\w+:|#)([^)#]+)", page.read_text("utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.name))
def test_links_lead_to_a_heading(page: Path) -> None:
    """Every link within a page is one of its headings, as GitHub names them, or a name that the page gives."""
    text = page.read_text("utf-8")
    named = {
        re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in re.findall(r"^#+ (.*)$", text, re.M)
    }
    named |= set(re.findall(r'<a id="([^"]+)">', text))
    assert set(re.findall(r"\]\(#([^)]+)\)", text)) <= named
