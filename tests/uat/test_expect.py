"""Verdicts and expectations: one table each; no other test judges."""

from __future__ import annotations

from typing import Any, Literal

import pytest

from uat.expect import NO_BASELINE, judge, needs_baseline, parse, parse_block
from uat.language.operands import ExpectationProblem
from uat.model import Expectation, JsonValue, Mismatch, Phase, Record


class Seen(Record):
    """An observation with a property of every shape."""

    running: bool
    count: int = 0
    share: float | None = None
    number: int | float | None = None
    version: str | None = None
    type: Literal["file", "directory"] | None = None
    names: tuple[str, ...] = ()
    ports: tuple[int, ...] = ()
    headers: dict[str, str] = {}
    result: JsonValue = None


HOLDS: list[tuple[str, Any, Any]] = [
    # operator, operand, what meets it
    ("equals", "3", 3),
    ("equals", "3", 3.0),
    ("equals", "3", "3"),
    ("equals", "true", True),
    ("equals", "null", None),
    ("equals", "0612", "0612"),
    ("equals", ["a", "3"], ["a", 3]),
    ("equals", [], []),
    ("equals", {"a": "1"}, {"a": 1}),
    ("not", "a", "b"),
    ("not", "a", None),
    ("not", {"contains": "error", "matches": "^fail"}, "all is well"),
    ("at_least", "3", 3),
    ("at_least", 3, 3.5),
    ("at_least", "-2", -1.5),
    ("at_least", "22.0.9", "22.0.17"),
    ("at_least", "22.0", "22.0.0"),
    ("at_least", "1.22", "1.22.1-9+deb12u11"),
    ("at_least", "8.5", "1:9.2p1"),
    ("at_least", "22.0-rc1", "22.0"),
    ("at_least", "v2.1", "2.1"),
    ("at_most", "22.0.17", "22.0.9"),
    ("at_most", 2, 2),
    ("contains", "OCC", "the OCC page"),
    ("contains", ["a", "b"], "ab"),
    ("contains", "1", ["x1"]),
    ("matches", r"^21\.", "21.0.26"),
    ("matches", "b.d", "abcd"),
    ("one_of", ["301", "302"], 302),
    ("one_of", ["a", "null"], None),
    ("includes", "a", ["b", "a"]),
    ("includes", ["a", "b"], ["b", "a", "c"]),
    ("includes", "443", [443]),
]
FAILS: list[tuple[str, Any, Any]] = [
    ("equals", "3", 4),
    ("equals", "612", "0612"),
    ("equals", "22.0", "22.00"),
    ("equals", "1", True),
    ("equals", "", None),
    ("equals", "a", ["a"]),
    ("equals", ["a", "b"], ["b", "a"]),
    ("equals", {"a": "1"}, {"a": 1, "b": 2}),
    ("not", "a", "a"),
    ("not", {"contains": "error", "matches": "^fail"}, "an error"),
    ("not", {"contains": "error", "matches": "^fail"}, "failed"),
    ("at_least", "3", 2),
    ("at_least", "22.0.17", "22.0.9"),
    ("at_least", "22.0", "22.0-rc1"),
    ("at_least", "3", None),
    ("at_least", "3", "unknown"),
    ("at_least", "3", True),
    ("at_least", "3", [3]),
    ("at_most", "22.0.9", "22.0.17"),
    ("at_most", 2, 2.01),
    ("at_most", 2, float("nan")),
    ("contains", "OCC", "the page"),
    ("contains", ["a", "b"], "a"),
    ("contains", "u", None),
    ("matches", r"^21\.", "22.0.17"),
    ("matches", ".", None),
    ("one_of", ["301", "302"], 200),
    ("includes", "a", ["ab"]),
    ("includes", ["a", "b"], ["a"]),
    ("includes", "a", "a"),
    ("includes", "a", None),
]


@pytest.mark.parametrize(("operator", "operand", "value"), HOLDS)
def test_holds(operator: str, operand: Any, value: Any) -> None:
    """Each operator is met by what it says, whatever type it was read as."""
    one = Expectation(property="x", operator=operator, operand=operand)
    assert judge({"x": value}, [one]) == ()


@pytest.mark.parametrize(("operator", "operand", "value"), FAILS)
def test_fails(operator: str, operand: Any, value: Any) -> None:
    """What does not meet an operator is a mismatch that says what was expected and what was seen."""
    one = Expectation(property="x", operator=operator, operand=operand)
    (mismatch,) = judge({"x": value}, [one])
    assert (mismatch.property, mismatch.operator, mismatch.expected) == ("x", operator, operand)
    assert repr(mismatch.observed) == repr(value)


COMPARED: list[tuple[str, Any, Any, Any, bool]] = [
    # operator, operand, before, after, whether it holds
    ("unchanged", True, "a", "a", True),
    ("unchanged", True, "a", "b", False),
    ("unchanged", True, None, None, True),
    ("unchanged", True, ["a"], ("a",), True),
    ("unchanged", True, 1, True, False),
    ("changed", True, "a", "b", True),
    ("changed", True, "a", "a", False),
    ("not_below_before", True, 5, 5, True),
    ("not_below_before", True, 5, 4, False),
    ("not_below_before", True, "22.0.9", "22.0.17", True),
    ("not_below_before", True, 5, None, False),
    ("not_above_before", True, 5, 5, True),
    ("not_above_before", True, 5, 6, False),
    ("drift", "5%", 100, 105, True),
    ("drift", "5%", 100, 95, True),
    ("drift", "5%", 100, 105.01, False),
    ("drift", "5%", -100, -105, True),
    ("drift", "5%", -100, -106, False),
    ("drift", "5%", 0, 0, True),
    ("drift", "5%", 0, 1, False),
    ("drift", "10%", 0.3, 0.33, True),
    ("drift", "3", 10, 13, True),
    ("drift", "3", 10, 6, False),
    ("drift", "0.5", -1, -0.5, True),
    ("drift", "0", 44, 44, True),
    ("drift", "3", "10", "10", False),
    ("drift", "3", 10, None, False),
    ("nothing_lost", True, ["a", "b"], ["b", "a", "c"], True),
    ("nothing_lost", True, ["a", "b"], ["a"], False),
    ("nothing_lost", True, [], [], True),
    ("nothing_lost", True, ["a"], None, False),
    ("nothing_new", True, ["a", "b"], ["a"], True),
    ("nothing_new", True, ["a"], ["a", "b"], False),
    ("nothing_new", True, None, ["a"], False),
]


@pytest.mark.parametrize(("operator", "operand", "before", "after", "is_right"), COMPARED)
def test_compared(operator: str, operand: Any, before: Any, after: Any, is_right: bool) -> None:
    """In post these compare with the value before; a tolerance includes its ends and holds at zero and below."""
    one = Expectation(property="x", operator=operator, operand=operand)
    assert (judge({"x": after}, [one], {"x": before}) == ()) is is_right
    assert judge({"x": after}, [one], phase=Phase.PRE) == ()
    assert judge({"x": after}, [one], None)[0].expected == NO_BASELINE
    assert judge({"x": after}, [one], {})[0].expected == NO_BASELINE
    assert needs_baseline(one)


TOLD: list[tuple[str, Any, Any, Any, Any, Any]] = [
    # operator, operand, before, after, what is said to have been expected, what observed
    ("unchanged", True, "a", "b", "a", "b"),
    ("not_below_before", True, 5, 4, 5, 4),
    ("drift", "5%", 100, 90, {"before": 100, "drift": "5%"}, 90),
    ("nothing_lost", True, ["a", "b"], ["a"], ["b"], ["a"]),
    ("nothing_new", True, ["a"], ["a", "b"], ["a"], ["b"]),
]


@pytest.mark.parametrize(("operator", "operand", "before", "after", "expected", "observed"), TOLD)
def test_told(operator: str, operand: Any, before: Any, after: Any, expected: Any, observed: Any) -> None:
    """A mismatch with the value before says that value, or just what was lost or is new."""
    one = Expectation(property="x", operator=operator, operand=operand)
    told = Mismatch(property="x", operator=operator, expected=expected, observed=observed)
    assert judge({"x": after}, [one], {"x": before}) == (told,)


INSIDE: dict[str, Any] = {
    "result": {"user": {"roles": ["A", "B"]}, "a.b": 1, "none": None},
    "headers": {"content-type": "text/html"},
}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("result.user.roles.1", "B"),
        ("result.a.b", "1"),
        ("result.none", "null"),
        ("result.missing", "null"),
        ("result.user.roles.7", "null"),
        ("headers.Content-Type", "text/html"),
    ],
)
def test_paths(path: str, value: str) -> None:
    """A path leads through keys and indexes; names of headers have no case; what is not there is null."""
    assert judge(INSIDE, [Expectation(property=path, operator="equals", operand=value)]) == ()


@pytest.mark.parametrize("operator", ["not", "contains", "at_least", "unchanged", "changed", "includes"])
@pytest.mark.parametrize("phase", [Phase.PRE, Phase.POST])
def test_missing_path(operator: str, phase: Phase) -> None:
    """What is not in the observation meets nothing else, not even in pre: a typo in a path is found at once."""
    one = Expectation(property="result.mising", operator=operator, operand="x")
    (mismatch,) = judge(INSIDE, [one], INSIDE, phase=phase)
    assert mismatch.observed is None


def written(expectations: tuple[Expectation, ...]) -> list[tuple[str, str, JsonValue]]:
    """Take expectations apart."""
    return [(one.property, one.operator, one.operand) for one in expectations]


@pytest.mark.parametrize(
    ("property", "raw", "found"),
    [
        ("running", "true", [("running", "equals", True)]),
        ("running", "False", [("running", "equals", False)]),
        ("count", "3", [("count", "equals", 3)]),
        ("share", "0.5", [("share", "equals", 0.5)]),
        ("share", "null", [("share", "equals", None)]),
        ("number", "2.5", [("number", "equals", 2.5)]),
        ("version", "22.0", [("version", "equals", "22.0")]),
        ("version", "null", [("version", "equals", None)]),
        ("type", {"one_of": ["file", "directory"]}, [("type", "one_of", ["file", "directory"])]),
        ("names", ["a", "b"], [("names", "equals", ["a", "b"])]),
        ("ports", ["22"], [("ports", "equals", [22])]),
        ("count", {"at_least": "1", "at_most": "5"}, [("count", "at_least", 1), ("count", "at_most", 5)]),
        ("count", {"drift": "5%"}, [("count", "drift", "5%")]),
        ("version", {"not": {"contains": "rc"}}, [("version", "not", {"contains": "rc"})]),
        ("names", {"unchanged": "true"}, [("names", "unchanged", True)]),
        ("result", "LOGGED", [("result", "equals", "LOGGED")]),
        ("result", {"contains": "x"}, [("result", "contains", "x")]),
        ("result", {"a.b": "3"}, [("result.a.b", "equals", "3")]),
        ("result", {"0": {"at_least": "22.0"}}, [("result.0", "at_least", "22.0")]),
        ("headers", {"Server": {"not": "x"}}, [("headers.Server", "not", "x")]),
    ],
)
def test_written(property: str, raw: Any, found: list[tuple[str, str, JsonValue]]) -> None:
    """An operand takes the type of the property that it is held against."""
    assert written(parse(property, raw, Seen.model_fields[property].annotation)) == found


def test_phases() -> None:
    """What stands beside pre and post holds in both."""
    raw = {"running": "true", "pre": {"version": {"matches": "^21"}}, "post": {"version": "22.0.17"}}
    found = parse_block(raw, Seen)
    assert written(found[Phase.PRE]) == [("running", "equals", True), ("version", "matches", "^21")]
    assert written(found[Phase.POST]) == [("running", "equals", True), ("version", "equals", "22.0.17")]
    assert parse_block({"result.a": "1"}, Seen)[Phase.PRE][0].property == "result.a"
    assert Phase.POST not in parse_block({"pre": {"running": "true"}}, Seen)


@pytest.mark.parametrize(
    ("raw", "path", "said"),
    [
        ({"runing": "true"}, "runing", "unknown property 'runing'; did you mean 'running'?"),
        ({"running": "yes"}, "running", "true or false is due here, not 'yes'"),
        ({"running": {"at_least": "1"}}, "running.at_least", "cannot be asked of true or false"),
        ({"running": {}}, "running", "asserts nothing"),
        ({"running": {"unchanged": "yes"}}, "running.unchanged", "write 'unchanged: true', or leave it out"),
        ({"count": "many"}, "count", "a number is due here, not 'many'"),
        ({"count": "1.5"}, "count", "a whole number is due here"),
        ({"count": {"contains": "1"}}, "count.contains", "cannot be asked of a number"),
        ({"count": {"atleast": "1"}}, "count.atleast", "unknown operator 'atleast'; did you mean 'at_least'?"),
        ({"count": {"drift": "a lot"}}, "count.drift", "such as 3 or 5%"),
        ({"count": {"drift": "-1"}}, "count.drift", "such as 3 or 5%"),
        ({"version": {"drift": "3"}}, "version.drift", "cannot be asked of a text"),
        ({"version": {"at_least": "new"}}, "version.at_least", "a number or a version is due here"),
        ({"version": {"matches": "("}}, "version.matches", "not a regular expression"),
        ({"version": {"matches": ".*"}}, "version.matches", "asserts nothing"),
        ({"version": {"contains": ""}}, "version.contains.0", "a text is due here"),
        ({"version": {"one_of": "a"}}, "version.one_of", "a list is due here"),
        ({"version": {"not": {"like": "a"}}}, "version.not.like", "unknown operator 'like'"),
        ({"version": {"not": {"unchanged": "true"}}}, "version.not.unchanged", "cannot stand under 'not'"),
        ({"version": ["a"]}, "version", "write 'one_of'"),
        ({"type": "fil"}, "type", "unknown word 'fil'; did you mean 'file'?"),
        ({"names": "a"}, "names", "write 'includes'"),
        ({"result": {"a": {"at_leest": "1"}}}, "result.a.at_leest", "did you mean 'at_least'?"),
        ({"result": {"a": "1", "contains": "x"}}, "result.contains", "write paths and operators apart"),
        ({"version.major": "1"}, "version.major", "there is nothing inside 'version'"),
        ({"pre": "x"}, "pre", "a mapping of properties is due here"),
        ({"pre": {"count": {"unchanged": "true"}}}, "pre.count", "write it under 'post'"),
        ({"running": "true", "post": {"running": "false"}}, "post.running", "never both hold"),
        ({"count": {"at_least": "5", "at_most": "3"}}, "count", "never both hold"),
        ({"count": {"equals": "5", "not": "5"}}, "count", "never both hold"),
        ({"count": {"changed": "true", "unchanged": "true"}}, "count", "never both hold"),
        ({"version": {"mask": "a"}}, "version.mask", "a mask alone asserts nothing"),
        ({"version": {"mask": "(", "unchanged": "true"}}, "version.mask", "not a regular expression"),
        ({"version": {"mask": ".*", "unchanged": "true"}}, "version.mask", "this matches everything"),
        ({"version": {"maks": "a", "unchanged": "true"}}, "version.maks", "did you mean 'mask'?"),
        ({"count": {"mask": "1", "unchanged": "true"}}, "count.mask", "there is nothing to take out of a number"),
        ({"result": {"a": "1", "mask": "x"}}, "result.mask", "write paths and operators apart"),
    ],
)
def test_faults(raw: dict[str, Any], path: str, said: str) -> None:
    """What cannot be judged is refused before anything is looked at, and the place is named."""
    with pytest.raises(ExpectationProblem) as caught:
        parse_block(raw, Seen)
    (fault,) = caught.value.faults
    assert ".".join(map(str, fault.path)) == path
    assert said in fault.message


@pytest.mark.parametrize(
    ("raw", "before", "after", "is_right"),
    [
        ({"unchanged": "true", "mask": r"pid \d+"}, "up, pid 12", "up, pid 7", True),
        ({"unchanged": "true", "mask": r"pid \d+"}, "up, pid 12", "down, pid 7", False),
        ({"unchanged": "true", "mask": [r"\d\d:\d\d", r"pid \d+"]}, "10:15 pid 1", "11:30 pid 2", True),
        ({"unchanged": "true", "mask": r"\d"}, ["a1", {"b": "c2"}], ["a3", {"b": "c4"}], True),
        ({"unchanged": "true", "mask": r"\d"}, ["a1"], ["a1", "a2"], False),
        ({"nothing_lost": "true", "mask": r" .*"}, ["a 1", "b 2"], ["b 3", "a 4"], True),
        ({"equals": "up, ", "mask": r"pid \d+"}, None, "up, pid 7", True),
        ({"contains": "7", "mask": r"pid \d+"}, None, "up, pid 7", False),
        ({"unchanged": "true", "mask": r"\d"}, 1, 2, False),
    ],
)
def test_masked(raw: dict[str, Any], before: Any, after: Any, is_right: bool) -> None:
    """What a mask finds is taken out, now and before, wherever there is text; the rest is compared."""
    expectations = parse("result", raw, JsonValue)
    assert (judge({"result": after}, expectations, {"result": before}) == ()) is is_right


def test_what_is_masked_is_not_shown_as_different() -> None:
    """A mismatch shows what was compared."""
    expectations = parse("result", {"unchanged": "true", "mask": r"pid \d+ "}, JsonValue)
    (found,) = judge({"result": "pid 7 down"}, expectations, {"result": "pid 1 up"})
    assert (found.expected, found.observed) == ("up", "down")


@pytest.mark.parametrize(
    ("operator", "before", "after", "is_right"),
    [
        ("not_below_before", None, None, True),
        ("drift", None, None, True),
        ("changed", None, None, False),
        ("not_below_before", None, 3, False),
        ("unchanged", 3, None, False),
    ],
)
def test_absent_before_and_now(operator: str, before: Any, after: Any, is_right: bool) -> None:
    """What was not there before and is not there now is as before; what came or went is not."""
    operand: Any = "5%" if operator == "drift" else True
    expectations = (Expectation(property="number", operator=operator, operand=operand),)
    then, now = ({"exists": value is not None, "number": value} for value in (before, after))
    assert (judge(now, expectations, phase=Phase.POST, before=then) == ()) is is_right


def test_no_number_is_no_absence() -> None:
    """Where something is there but its number cannot be read, nobody can say that it is not below."""
    expectations = (Expectation(property="number", operator="not_below_before", operand=True),)
    seen = {"exists": True, "number": None}
    assert judge(seen, expectations, phase=Phase.POST, before=seen) != ()
