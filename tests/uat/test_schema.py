"""The JSON Schema says of a checklist what the language says."""

from __future__ import annotations

import json
import re
import textwrap
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

import tvox_uat
from tests.pages import Block, blocks
from uat import registry
from uat.schema import schema, text
from uat.vocabulary import Vocabulary

ROOT = Path(__file__).parents[2]
STORED = ROOT / "checklists" / "schema.json"
OWN = sorted((ROOT / "checklists").rglob("*.yaml"))
VALIDATOR = Draft7Validator(schema(Vocabulary()))
HEAD = "customer: A\nchecks:\n  - "


class Yaml12(yaml.SafeLoader):
    """YAML as an editor reads it: version 1.2, in which on and off are words and there are no dates."""


Yaml12.yaml_implicit_resolvers = {
    first: [one for one in found if one[0].endswith((":int", ":float", ":null"))]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
Yaml12.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(true|false)$"), list("tf"))


def wrong(content: str) -> list[str]:
    """List the places of what the schema finds wrong."""
    read: Any = yaml.load(content, Yaml12)
    whole = {"checks": read} if isinstance(read, list) else read
    return [f"{'.'.join(map(str, error.absolute_path))}: {error.message}" for error in VALIDATOR.iter_errors(whole)]


def test_the_stored_schema_is_the_language() -> None:
    """What an editor reads is what the records say; `tvox-uat schema checklists/schema.json` writes it anew."""
    assert STORED.read_text("utf-8") == text(Vocabulary())


def test_it_is_a_schema() -> None:
    """It is sound, and every reference in it leads somewhere."""
    Draft7Validator.check_schema(schema(Vocabulary()))
    references = set(re.findall(r'"#/definitions/([^"]+)"', text(Vocabulary())))
    assert references <= schema(Vocabulary())["definitions"].keys()


@pytest.mark.parametrize("path", OWN, ids=lambda path: str(path.name))
def test_own_checklists_are_right(path: Path) -> None:
    """The project's own checklists are right by it, and begin with the line by which an editor finds it."""
    content = path.read_text("utf-8")
    above = "../" * (len(path.relative_to(STORED.parent).parts) - 1)
    assert content.startswith(f"# yaml-language-server: $schema={above}schema.json\n")
    assert wrong(content) == []


@pytest.mark.parametrize(
    "block", [block for block in blocks("yaml") if not block.is_answers], ids=lambda block: str(block.place)
)
def test_documented_checklists_are_right(block: Block) -> None:
    """Every block of the documentation is right by it."""
    assert wrong(block.whole()) == []


@pytest.mark.parametrize("word", registry.names("uat.checks"))
def test_examples_are_right(word: str) -> None:
    """The example of every kind is right by it."""
    assert wrong(textwrap.dedent((registry.load("uat.checks", word).__doc__ or "").partition("Example::\n")[2])) == []


@pytest.mark.parametrize(
    "written",
    [
        "{id: A, service: {nme: x}, expect: {running: true}}",
        "{id: A, service: {name: x}, expect: {runing: true}}",
        "{id: A, service: {name: x}, expect: {post: {runing: true}}}",
        "{id: A, servce: {name: x}}",
        "{service: {name: x}}",
        "{id: A, severity: bloker, clock: }",
        "{id: A, retry_for: 3, clock: }",
        "{id: A, clock: , expect: {offset_seconds: {at_mots: 2}}}",
        "{id: A, clock: , expect: {synchronised: {contains: x}}}",
        "{id: A, port: {number: 99999}}",
        "{id: A, port: {number: '443'}}",
        "{id: A, port: {number: 443, protocol: tpc}}",
        "{id: A, title: {italiano: x}, clock: }",
    ],
)
def test_mistakes_are_found(written: str) -> None:
    """A wrong word, unit, type or number is marked while it is typed."""
    assert wrong(HEAD + written)


def test_a_variable_may_stand_for_a_number() -> None:
    """A text with a variable in it is right wherever a number, a word or a duration is due."""
    written = "{id: A, severity: '{s}', retry_for: '{r}', port: {number: '{n}', protocol: '{p}'}}"
    assert wrong(HEAD + written) == []


def everything_described(one: Any, path: str = "") -> list[str]:
    """List the properties of a schema that do not say what they are."""
    if isinstance(one, list):
        return [place for index, item in enumerate(one) for place in everything_described(item, f"{path}.{index}")]
    if not isinstance(one, dict):
        return []
    own = [f"{path}.{name}" for name, value in one.get("properties", {}).items() if not value.get("description")]
    return own + [place for key, value in one.items() for place in everything_described(value, f"{path}.{key}")]


def test_an_editor_can_explain() -> None:
    """Every field of a checklist and of a check, every kind, property and operator has a description."""
    whole = json.loads(text(Vocabulary()))
    check = whole["properties"]["checks"]["anyOf"][0]["items"]
    for one in (whole["properties"], check["properties"]):
        assert [name for name, value in one.items() if not value.get("description")] == []
    assert everything_described(check["allOf"]) == []
    assert everything_described(whole["definitions"]["expect.text"]) == []


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is printed, or written to a file, for a customer's own folder."""
    assert tvox_uat.main(["schema"]) == 0
    assert capsys.readouterr().out == text(Vocabulary())
    assert tvox_uat.main(["schema", str(tmp_path / "schema.json")]) == 0
    assert (tmp_path / "schema.json").read_text("utf-8") == text(Vocabulary())
