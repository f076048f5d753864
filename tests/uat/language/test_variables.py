"""Variables with a description, with or without a value, and what becomes of checks that lack one."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from tests.uat.writing import HEAD, ONE, loaded, refused
from uat.errors import ChecklistError
from uat.language.variables import MAX_CHARACTERS
from uat.model import Absence, Lack, Outcome
from uat.observe import left_out

BASE = """
variables:
  unit: {description: {it: il servizio, en: the service}, default: asterisk}
  sip: {description: the SIP port}
  level: {description: how grave}
checks:
  - {id: A, service: {name: "{unit}"}, expect: {running: true}}
  - id: B
    title: Porta {sip}
    retry_for: "{level}"
    port: {number: "{sip}"}
    expect: {listening: true, addresses: ["{host}:{sip}"]}
"""


def test_a_default_is_a_value(tmp_path: Path) -> None:
    """A described variable with a default has that value."""
    assert loaded(tmp_path, HEAD + BASE).checks[0].inputs["name"] == "asterisk"


def test_without_a_value_a_check_does_not_apply(tmp_path: Path) -> None:
    """A check whose variable has no value stays, as written, and does not apply; it is no error."""
    made = loaded(tmp_path, HEAD + BASE)
    check = made.checks[1]
    assert check.absent == Absence(lack=Lack.VARIABLE, name="sip")
    assert (check.title, check.inputs) == ({"it": "Porta {sip}"}, {"number": "{sip}"})
    assert left_out(check, made) == (Outcome.NOT_APPLICABLE, "variable: sip")


def test_a_customer_gives_values(tmp_path: Path) -> None:
    """A later file gives a value or another one; a name that is left blank there says nothing."""
    made = loaded(
        tmp_path,
        f"extends: base\n{HEAD}variables: {{unit: ast, sip: 5060, level: }}\nchecks: [{{id: B, retry_for: 3m}}]\n",
        base=BASE,
    )
    assert [check.absent for check in made.checks] == [None, None]
    assert (made.checks[0].inputs["name"], made.checks[1].inputs["number"]) == ("ast", 5060)


def test_a_blank_keeps_the_default(tmp_path: Path) -> None:
    """A variable that a customer's file leaves blank keeps the base's default."""
    made = loaded(tmp_path, f"extends: base\n{HEAD}variables: {{unit: }}\n", base=BASE)
    assert made.checks[0].inputs["name"] == "asterisk"


def test_the_command_line_gives_values(tmp_path: Path) -> None:
    """What --var gives wins over the file, and makes another plan of it."""
    plain = loaded(tmp_path, HEAD + BASE)
    made = loaded(tmp_path, HEAD + BASE, given={"unit": "kamailio", "sip": "5061", "level": "1m"})
    assert [check.absent for check in made.checks] == [None, None]
    assert (made.checks[0].inputs["name"], made.checks[1].inputs["number"]) == ("kamailio", 5061)
    assert made.sha256 != plain.sha256


def test_what_is_wrong_beside_a_hole_is_told(tmp_path: Path) -> None:
    """A missing value hides nothing else that is wrong in its check."""
    said = refused(tmp_path, HEAD + BASE.replace("listening", "listning").replace("retry_for", "retry"))
    assert [line.partition(": ")[2].partition(";")[0] for line in said] == [
        "unknown field or kind 'retry'",
        "unknown property 'listning'",
    ]


@pytest.mark.parametrize("made_of", ["x: '{sip}'", "y: 'a{x}', x: '{sip}'"])
def test_a_variable_made_of_nothing_is_nothing(tmp_path: Path, made_of: str) -> None:
    """A variable made of one without a value has none either."""
    name = made_of[0]
    text = f"variables: {{sip: {{description: x}}, {made_of}}}\n"
    check = f"checks: [{{id: A, service: {{name: '{{{name}}}'}}, expect: {{running: true}}}}]\n"
    assert loaded(tmp_path, HEAD + text + check).checks[0].absent == Absence(lack=Lack.VARIABLE, name=name)


def test_the_machine_needs_its_variables(tmp_path: Path) -> None:
    """In the system and the upgrade a variable without a value is an error, with the way to give it one."""
    text = "customer: A\nvariables: {port: {description: x}}\nsystem: {ssh: 'root@a:{port}'}\n" + ONE
    (said,) = refused(tmp_path, text)
    assert said.startswith(
        "acme.yaml:3:15: the variable 'port' has no value; write it under 'variables', or give --var"
    )


def test_variables_cannot_grow_without_end(tmp_path: Path) -> None:
    """Variables made of variables are cut off before they fill the memory."""
    names = "abcdefghijkl"
    bomb = ", ".join(f"{one}: '{('{' + other + '}') * 10}'" for one, other in pairwise(names))
    said = refused(tmp_path, f"{HEAD}variables: {{{bomb}, l: {'x' * 100}}}\n{ONE}")
    assert any(f"variables make more than {MAX_CHARACTERS} characters of this" in line for line in said)


def test_an_unknown_variable_cannot_be_given(tmp_path: Path) -> None:
    """--var with a name that no file knows is an error with the nearest one."""
    with pytest.raises(ChecklistError, match="--var:1:1: unknown variable 'unti'; did you mean 'unit'"):
        loaded(tmp_path, HEAD + BASE, given={"unti": "x"})


LICENSED = "checks:\n  - {id: A, licence: FAX, clock: , expect: {synchronised: true}}\n"


@pytest.mark.parametrize(
    ("licences", "absent"),
    [
        ("", None),
        ("licences: {FAX: true}\n", None),
        ("licences: {FAX: false}\n", Absence(lack=Lack.LICENCE, name="FAX")),
    ],
)
def test_without_its_licence_a_check_does_not_apply(tmp_path: Path, licences: str, absent: Absence | None) -> None:
    """Only a licence that is said not to be there leaves a check out; nothing said is no absence."""
    made = loaded(tmp_path, HEAD + licences + LICENSED)
    assert made.checks[0].absent == absent


@pytest.mark.parametrize(
    ("licences", "said"),
    [
        ("{FXA: false}", "3:12: unknown licence 'FXA'; did you mean 'FAX'?"),
        ("{FAX: si}", "3:17: true or false is due"),
    ],
)
def test_wrong_licences(tmp_path: Path, licences: str, said: str) -> None:
    """A licence that no check names is a slip of the pen, and is told with the nearest one."""
    (line,) = refused(tmp_path, f"{HEAD}licences: {licences}\n{LICENSED}")
    assert line.startswith(f"acme.yaml:{said}")


CALLS = "checks:\n  - id: A\n    disabled: {it: chiama davvero, en: really calls}\n    manual: {do: x, see: y}\n"


def test_disabled_until_enabled(tmp_path: Path) -> None:
    """A check with side effects is disabled, with its reason, until a customer's file enables it."""
    made = loaded(tmp_path, HEAD + CALLS)
    assert left_out(made.checks[0], made) == (Outcome.SKIPPED, "chiama davvero")
    for enabled, is_left_out in (("true", False), ("false", True)):
        made = loaded(tmp_path, f"extends: base\n{HEAD}checks: [{{id: A, enabled: {enabled}}}]\n", base=CALLS)
        assert bool(left_out(made.checks[0], made)) is is_left_out


def test_a_skip_says_its_own_reason(tmp_path: Path) -> None:
    """The customer's reason comes before any other."""
    made = loaded(tmp_path, f"{HEAD}skip: [{{id: A, reason: ours}}]\n{CALLS}")
    assert left_out(made.checks[0], made) == (Outcome.SKIPPED, "ours")


def test_enabled_is_a_truth(tmp_path: Path) -> None:
    """A check is enabled by true alone."""
    (said,) = refused(tmp_path, f"{HEAD}{CALLS}    enabled: si\n")
    assert said == "acme.yaml:7:14: true or false is due here, not 'si'"


def test_built_in_without_its_field(tmp_path: Path) -> None:
    """A check that needs the web pages' name does not apply while nobody has written it."""
    made = loaded(
        tmp_path, "customer: ACME\n" + "checks: [{id: A, http: {url: 'https://{web}/'}, expect: {status: 200}}]\n"
    )
    assert made.checks[0].absent == Absence(lack=Lack.VARIABLE, name="web")
