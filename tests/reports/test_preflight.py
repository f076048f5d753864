"""The preflight in words: on its page, on the terminal, in JUnit."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from procedure.preflight import conditions
from reports import summary, terminal
from reports.html import pages, render, write
from reports.junit import junit
from reports.words import speak
from tests.reports import runs
from tests.reports.page import Page
from uat.model import Check, Outcome, Phase, Source

FAILED = {"identity": Outcome.PASSED, "clock": Outcome.FAILED}


def check(word: str) -> Check:
    return Check(id=word, title={}, kind="condition", inputs={}, source=Source(file="x"))


@pytest.mark.parametrize(("code", "verdict"), [("it", "non può essere eseguito"), ("en", "cannot be done")])
def test_the_verdict_comes_first(code: str, verdict: str) -> None:
    """Whoever reads only the beginning knows whether the upgrade may start, and what stands in the way."""
    text = Page(render(runs.preflight(FAILED), "preflight", code)).text
    title = speak(code).say("condition.clock.title")
    assert 0 <= text.index(verdict) < text.index(title)


@pytest.mark.parametrize("code", ["it", "en"])
@pytest.mark.parametrize("condition", conditions())
def test_every_condition_that_fails_says_what_to_do(condition: str, code: str) -> None:
    """Each has its title, and what to do; one that holds has nothing to do."""
    todo = speak(code).say(f"condition.{condition}.todo")
    wrong = render(runs.preflight({condition: Outcome.FAILED}), "preflight", code)
    right = render(runs.preflight({condition: Outcome.PASSED}), "preflight", code)
    assert todo in Page(wrong).text
    assert todo not in Page(right).text
    assert speak(code).say(f"condition.{condition}.title") in Page(right).text


def test_facts_are_named_in_the_language() -> None:
    """What was found is said in words, with its unit; what a person said in their language."""
    text = Page(render(runs.whole_preflight(), "preflight", "it")).text
    for said in ("Scarto: -312,5 s", "Libero: 2,8 GB", "Tentativi rimasti a metà: nessuno", "Risposta: singolo"):
        assert said in text


def test_a_condition_is_named_by_its_title() -> None:
    """What is open and what is waived is said in words above; the ids stand in the table, for the waivers."""
    source = render(runs.whole_preflight(), "preflight", "it")
    above = Page(source[: source.index('<h2 id="checks">')]).text
    titles = [speak("it").say(f"condition.{word}.title") for word in ("clock", "datastore")]
    assert [title for title in titles if title not in above] == []
    assert "datastore" not in above.split()


def test_a_preflight_has_its_page_and_an_upgrade_too(tmp_path: Path) -> None:
    """The page is written for a preflight alone, and beside the others after an upgrade."""
    assert pages(runs.preflight(FAILED)) == ("preflight",)
    assert write(runs.preflight(FAILED), tmp_path) == (tmp_path / "preflight.html",)
    clean = runs.clean_run()
    whole = clean.model_copy(update={"results": runs.preflight(FAILED).results + clean.results})
    assert pages(whole) == ("preflight", "pre", "post", "upgrade")


def test_the_terminal_says_what_to_do() -> None:
    """A condition that fails is told at once: what, what was found, what to do; one that holds is not."""
    run = runs.preflight(FAILED, observed={"offset_seconds": -312.5})
    lines = terminal.resulted(run.header, check("clock"), run.results[1], {})
    text = " ".join(line.text.strip() for line in lines)
    assert text.startswith("NON SUPERATA clock L'orologio del sistema".replace("TA ", "TA  ").replace("k L", "k  L"))
    assert "Scarto: -312,5 s" in text
    assert "Che cosa fare: Correggere l'ora" in text
    assert max(len(line.text) for line in lines) <= terminal.WIDTH
    assert terminal.resulted(run.header, check("identity"), run.results[0], {}) == ()


def test_the_summary_counts_the_conditions() -> None:
    """The end says the verdict and how many conditions held."""
    text = "\n".join(line.text for line in summary.summary(runs.preflight(FAILED), ()))
    assert "L'aggiornamento non può essere eseguito" in text
    assert "Verifiche preliminari: 1 superata, 1 non superata" in text


def test_junit_has_a_suite_of_conditions() -> None:
    """A CI server sees each condition, with its title."""
    root = ElementTree.fromstring(junit(runs.preflight(FAILED), speak("en")))
    (suite,) = root.findall("testsuite")
    assert (suite.get("name"), suite.get("tests"), suite.get("failures")) == ("preflight", "2", "1")
    assert suite[1].get("name") == "clock The system’s clock is right"
    assert Phase.PREFLIGHT in str(suite[1].get("classname"))
