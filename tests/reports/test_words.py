"""Every word is there in every language, is used, and takes the same values."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from string import Formatter

import pytest

from procedure.attempt import State
from procedure.hypervisors import Power
from procedure.interview import Said
from procedure.plan import AFTER, BEFORE, EACH_PATCH, OTHERS
from procedure.preflight import conditions, questions
from procedure.proof import Marker
from procedure.rehearsal import Rehearsed
from reports.words import languages, speak
from uat import registry
from uat.compare import Verdict
from uat.model import Availability, Lack, NewsKind, Outcome, Phase, Severity, Viewpoint
from uat.operators import OPERATORS

ROOT = Path(__file__).parents[2]
STOPS = (
    "gate_closed", "wrong_machine", "not_confirmed", "shutdown_failed", "snapshot_failed",
    "snapshot_not_verified", "restart_broke_it", "patch_missing", "patch_hash", "patch_not_started",
    "no_marker", "half_marker", "text_after_marker", "failure_text", "exit_code_contradicts",
    "exit_code", "prompt_unanswered", "patch_lost", "patch_orphaned", "patch_timeout",
    "not_back", "host_key_changed", "boot_id_same", "boot_id_unknown", "not_settled", "wrong_release", "link_lost",
    "interrupted", "unreachable", "other", "held_by_another", "replaced",
    "cannot_tell", "snapshot_gone", "off_after_patch",
    "no_case", "no_approver", "no_logs", "loss_not_accepted", "rollback_done", "rollback_unclear",
    "no_way_back", "wrong_snapshot", "foreign_snapshots", "hypervisor_silent", "still_on", "revert_failed",
    "clock_wrong", "too_early", "upgrade_open", "not_decided", "snapshot_missing", "delete_failed",
    "still_chained", "not_tidied", "hypervisor_login",
)  # fmt: skip
STEP_OUTCOMES = ("passed", "failed", "error", "blocked", "not_run", "running")

BY_ENUM = {
    "outcome": [outcome for outcome in Outcome if outcome is not Outcome.RUNNING],
    "step_outcome": STEP_OUTCOMES,
    "severity": list(Severity),
    "absent": list(Lack),
    "comparison": list(Verdict),
    "viewpoint": list(Viewpoint),
    "operator": [*OPERATORS, "recorded", "no_baseline", "lost", "none_of", "with_before", "masked"],
    "answer": ["passed", "failed", "not_applicable", "by"],
    "evidence": ["command", "http", "tls", "tcp", "dns", "file", "answer"],
    "rung": ["on", "ping", "port", "banner", "login", "nothing", "unseen"],
    "patch_state": list(State),
    "step": {*BEFORE, *AFTER, *(name for names in OTHERS.values() for name in names)},
    "availability": list(Availability),
    "service": ["machine", "web", "webapi", "sip"],
    "seen": [f"{first}{state}" for first in ("", "first_") for state in Availability],
    "way_back": ["shutdown", "revert", "boot", "settle", "checks"],
    "step_of": EACH_PATCH,
    "kind": registry.names("uat.checks"),
    "severity_means": list(Severity),
    "since": ["boot", "before"],
    "contact": ["telenia", "customer"],
    "pattern": ["is", "starts", "ends", "contains", "line_is", "line_starts", "line_ends", "any_case", "expression"],
    "code.power": list(Power),
    "code.power_before": list(Power),
    "code.state": list(State),
    "code.marker": list(Marker),
}


def sources(*folders: str) -> str:
    """Give the text of all sources and templates of some rooms."""
    paths = [path for folder in folders for path in (ROOT / folder).rglob("*") if path.suffix in (".py", ".j2")]
    return "\n".join(path.read_text(encoding="utf-8") for path in paths)


def test_both_languages_are_there() -> None:
    """The socket holds Italian and English."""
    assert {"it", "en"} <= set(languages())


@pytest.mark.parametrize("code", languages())
def test_a_language_has_every_key_and_no_other(code: str) -> None:
    """A key that one language has, all have."""
    assert speak(code).phrases.keys() == speak("it").phrases.keys()


@pytest.mark.parametrize("code", languages())
def test_a_text_takes_the_same_values_in_every_language(code: str) -> None:
    """A translation fills in the same places."""

    def places(text: str) -> set[str]:
        return {name for _, name, _, _ in Formatter().parse(text) if name}

    phrases, others = speak("it").phrases, speak(code).phrases
    assert {key for key in phrases if places(phrases[key]) != places(others[key])} == set()


@pytest.mark.parametrize("code", languages())
def test_no_text_is_empty(code: str) -> None:
    """A key without words says nothing to anybody."""
    assert [key for key, text in speak(code).phrases.items() if not text] == []


@pytest.mark.parametrize("section", BY_ENUM)
def test_a_section_names_exactly_the_words_of_the_program(section: str) -> None:
    """What the program can say has a name in the language, and nothing else has."""
    assert set(speak("it").section(section)) == {str(word) for word in BY_ENUM[section]}


@pytest.mark.parametrize("stop", STOPS)
def test_a_stop_says_what_happened_what_is_known_what_to_do_and_what_not(stop: str) -> None:
    """Whoever stands before a stopped upgrade is told four things."""
    assert set(speak("it").section(f"stop.{stop}")) == {"happened", "known", "todo", "dont"}


def test_no_other_stop_is_told_of() -> None:
    """A stop that cannot happen has no words."""
    assert {key.split(".")[0] for key in speak("it").section("stop")} == set(STOPS)


def test_every_stop_of_the_procedure_has_its_words() -> None:
    """A code that the procedure raises, or that its plan names, is one that the languages know."""
    raised = set(re.findall(r'ProcedureError\(\s*"(\w+)"', sources("procedure")))
    planned = {stop for part in (BEFORE, EACH_PATCH, AFTER, *OTHERS.values()) for stop in part.values()}
    assert (raised | planned) - set(STOPS) == set()


def test_every_waiting_of_the_procedure_has_its_words() -> None:
    """What the procedure waits for is said in words, and nothing else."""
    told = set(re.findall(r'NewsKind\.WAITING, "(\w+)"', sources("procedure")))
    assert set(speak("it").section("waiting")) == told


def test_every_condition_has_its_words_and_nothing_else_has() -> None:
    """A condition of the preflight has a title and says what to do; a title without a condition is a defect."""
    words = {f"{condition}.{text}" for condition in conditions() for text in ("title", "todo")}
    assert set(speak("it").section("condition")) == words


def test_every_reason_of_a_condition_has_its_words() -> None:
    """Why a condition means nothing here is said in words, and nothing else."""
    told = set(re.findall(r'not_applicable\("(\w+)"', sources("procedure")))
    assert set(speak("it").section("condition_reason")) == told


@pytest.mark.parametrize("condition", questions())
def test_every_question_of_the_preflight_has_its_words(condition: str) -> None:
    """What a person can be asked has its question, and each answer its word."""
    asked = speak("it").section("ask")
    assert {condition, *(f"choice_{word}" for word in questions()[condition].words)} <= asked.keys()


def test_every_fact_of_a_condition_has_a_name() -> None:
    """What a condition found is read in the page's language."""
    known, text = speak("it").section("fact"), sources("procedure/conditions")
    calls = [
        node for node in ast.walk(ast.parse(re.sub("from __future__ .*", "", text))) if isinstance(node, ast.Call)
    ]
    told = {
        word.arg
        for call in calls
        if getattr(call.func, "id", "") in ("found", "attested", "asked", "not_applicable")
        for word in call.keywords
        if word.arg
    }
    assert {*told, *Said.model_fields, *Rehearsed.model_fields, "self_approved"} - known.keys() == set()


def test_every_fact_with_a_name_is_one_that_the_procedure_sees() -> None:
    """A fact's label stands for something that a step can tell."""
    text = sources("procedure", "uat")
    assert [name for name in speak("it").section("fact") if not re.search(rf"\b{name}\b", text)] == []


def test_every_next_thing_to_do_has_its_words() -> None:
    """What a status can advise is said in words, and nothing else."""
    text = (ROOT / "procedure" / "standing.py").read_text("utf-8")
    advised = text[text.index("def next_word") : text.index("def _is_whole")]
    words = set(re.findall(r'"(\w+)"', advised)) - {"patch"}
    assert set(speak("it").section("next")) == words


def test_every_question_to_a_person_is_asked_somewhere() -> None:
    """What stands under `ask` is asked by the manual checks or by the procedure."""
    text = sources("uat/answers", "procedure") + (ROOT / "uat" / "resumption.py").read_text("utf-8")
    families = ("letter_", "choice_")
    asked = [name for name in speak("it").section("ask") if not name.startswith(families)]
    assert [name for name in asked if f'"{name}"' not in text and f"'{name}'" not in text] == []


def fields(record: str) -> dict[str, set[str]]:
    """List by kind the fields of its ``Inputs`` or ``Observed``, as a checklist writes them."""
    kinds = {word: getattr(registry.load("uat.checks", word), record) for word in registry.names("uat.checks")}
    return {word: {one.alias or name for name, one in kind.model_fields.items()} for word, kind in kinds.items()}


@pytest.mark.parametrize("kind", registry.names("uat.checks"))
def test_what_a_kind_observes_has_a_name(kind: str) -> None:
    """A customer reads `free space`, not `free_percent`."""
    assert fields("Observed")[kind] - speak("it").section("property").keys() == set()


def test_no_other_property_has_a_name() -> None:
    """A name stands for something that a kind observes."""
    observed = fields("Observed")
    words = {word for names in observed.values() for word in names}
    assert speak("it").section("property").keys() - words == set()
    own = {f"{kind}.{name}" for kind, names in observed.items() for name in names}
    assert speak("it").section("property_of").keys() - own == set()


def test_every_input_that_a_customer_reads_has_a_name() -> None:
    """An input has a name unless its text says what it is, or a customer has nothing from it."""
    words = {word for names in fields("Inputs").values() for word in names}
    unnamed = {"body", "headers", "password", "do", "see", "login", "matches", "reviewed_by", "since"}
    assert speak("it").section("input").keys() == words - unnamed


def test_every_other_key_is_used() -> None:
    """A key that nothing says is a defect."""
    text = sources("reports", "tvox_uat")
    checked = (*BY_ENUM, "stop", "fact", "waiting", "ask", "next", "tally", "comparison_tally", "units", "verdict")
    checked += ("code", "condition", "condition_reason", "property", "property_of", "input")
    families = {
        "page": {f"{phase}" for phase in Phase},
        "status": {f"power_{power}" for power in Power},
        "label": {f"machine_{phase}" for phase in Phase},
        "terminal": {f"phase_{phase}" for phase in Phase} | {str(kind) for kind in NewsKind},
    }
    unused = []
    for key in speak("it").phrases:
        section, *rest = key.split(".")
        name = rest[0] if rest[-1] not in ("one", "other") else rest[-2]
        made = any(name == word or rest[-1] == word for word in families.get(section, ()))
        if section in checked or made or f"{section}.{name}" in text or _is_built(section, name, text):
            continue
        unused.append(key)
    assert unused == []


def _is_built(section: str, name: str, text: str) -> bool:
    """Tell whether a key is put together from a beginning in the sources and a word that stands there too."""
    start, _, end = name.rpartition("_")
    whole = f'f"{section}.{{' in text and f'"{name}"' in text
    beginnings = (f'"{section}.{start}_" ~', f'f"{section}.{start}_{{')
    return whole or (any(one in text for one in beginnings) and re.search(rf"\b{end}\b", text) is not None)


def test_an_unknown_language_is_spoken_in_english() -> None:
    """A checklist in a language without a file is still read by somebody."""
    assert speak("tlh").code == "en"
