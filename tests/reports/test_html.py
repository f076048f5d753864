"""The pages: complete, self-contained, readable, and deaf to what hostile output says."""

from __future__ import annotations

import base64
import re
import time
from datetime import timedelta
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

import pytest

from reports.html import Page as PageName
from reports.html import pages, render, write
from reports.words import languages, speak
from tests.reports import acme, looks, runs
from tests.reports.acme import AFTER
from tests.reports.page import Page
from uat.compare import Verdict, compare
from uat.model import Absence, ExpectedChange, Lack, Mismatch, Outcome, Phase, Resumption, Run, Severity, Source

HOSTILE = "</pre><script>alert(1)</script><img src=x onerror=alert(2)>\x1b[31m\u202e{{ 1234*1000 }}\x00"
ALL_RUNS = {
    "clean": runs.clean_run,
    "regression": runs.regression_run,
    "stopped": runs.stopped_run,
    "closed": runs.closed_run,
}
EVERY = [(name, page, code) for name in ALL_RUNS for page in ("pre", "post", "upgrade") for code in languages()]
ALL_RUNS["preflight"] = runs.whole_preflight
EVERY += [("preflight", "preflight", code) for code in languages()]


@pytest.fixture(scope="module", params=EVERY, ids="-".join)
def page(request: pytest.FixtureRequest) -> Page:
    """Every page of every run in every language."""
    name, which, code = request.param
    return Page(render(ALL_RUNS[name](), which, code))


def seen(run: Run, which: PageName, language: str = "it") -> str:
    """Give what can be read on a page."""
    return Page(render(run, which, language)).text


def test_every_element_is_closed(page: Page) -> None:
    """The page is well-formed."""
    assert page.unclosed == []


def test_every_id_is_there_once(page: Page) -> None:
    """No two elements share an id."""
    ids = page.values("id")
    assert len(ids) == len(set(ids))


def test_every_link_on_the_page_leads_somewhere(page: Page) -> None:
    """What is linked is there."""
    wanted = {link.removeprefix("#") for link in page.values("href") if link.startswith("#")}
    assert wanted - set(page.values("id")) == set()


def test_nothing_is_fetched_or_run(page: Page) -> None:
    """One file: no script, no picture, no style from elsewhere, no handler."""
    names = {name for name, _ in page.tags}
    handlers = [name for _, attributes in page.tags for name in attributes if name.startswith("on")]
    assert (names & {"script", "img", "link", "iframe", "object"}, handlers, page.values("src")) == (set(), [], [])


def test_the_policy_allows_exactly_the_page_s_own_style(page: Page) -> None:
    """The Content-Security-Policy names the style's hash, and there is no other style."""
    style = re.findall(r"<style>(.*?)</style>", page.source, re.DOTALL)
    digest = base64.b64encode(sha256(style[0].encode()).digest()).decode()
    policy = next(one["content"] for one in page.all("meta") if one.get("http-equiv"))
    assert (len(style), page.values("style")) == (1, [])
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def test_headings_form_a_tree(page: Page) -> None:
    """One h1, and no level is left out on the way down."""
    levels = [int(name[1]) for name, _ in page.tags if re.fullmatch(r"h[1-6]", name)]
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_every_table_says_what_it_is(page: Page) -> None:
    """A caption, and scopes on its headings."""
    assert len(page.all("caption")) == len(page.all("table"))
    assert all("scope" in heading for heading in page.all("th"))


def test_the_verdict_comes_before_everything_else(page: Page) -> None:
    """The first second-level heading is the verdict, in words."""
    assert next(attributes["id"] for name, attributes in page.tags if name == "h2") == "verdict"


@pytest.mark.parametrize(
    ("computer", "said"),
    [
        ("LAPTOP7", "Interrotta; ripresa da Anna (anna@LAPTOP7)"),
        ("desk2", "Interrotta; ripresa da Anna (anna@LAPTOP7) (desk2)"),
    ],
)
def test_who_went_on_is_said_once(computer: str, said: str) -> None:
    """A computer that stands in the operator's name already is not named a second time."""
    one = Resumption(at=AFTER, operator="Anna (anna@LAPTOP7)", tool="t", computer=computer)
    assert f"{said} 23:" in seen(runs.clean_run().model_copy(update={"resumptions": (one,)}), "upgrade")


def test_a_page_of_checks_that_were_not_done_is_not_pointed_to() -> None:
    """Whoever looks for the checks of a stopped upgrade is sent to those that were done."""
    source = render(runs.stopped_run(), "upgrade", "it")
    told = source[source.index('<h2 id="checks">') : source.index('<h2 id="method">')]
    assert 'href="pre.html"' in told
    assert 'href="post.html"' not in told


@pytest.mark.parametrize("code", languages())
def test_a_page_says_its_language(code: str) -> None:
    """A screen reader pronounces it rightly."""
    assert Page(render(runs.clean_run(), "pre", code)).all("html")[0]["lang"] == code


def test_without_being_told_a_page_speaks_the_checklist_s_language() -> None:
    """ACME reads Italian."""
    assert render(runs.clean_run(), "pre") == render(runs.clean_run(), "pre", "it")


def test_a_page_is_a_pure_function_of_the_run() -> None:
    """Made again, it is the same to the byte."""
    assert render(runs.regression_run(), "post") == render(runs.regression_run(), "post")


def test_a_run_gives_the_same_page_after_its_journal_was_read_again() -> None:
    """Nothing on a page comes from elsewhere than the journal."""
    run = runs.regression_run()
    again = Run.model_validate_json(run.model_dump_json())
    assert render(again, "upgrade") == render(run, "upgrade")


def test_pre_shows_every_check() -> None:
    """Thirty checks, thirty rows."""
    source = render(runs.clean_run(), "pre")
    assert [check.id for check in acme.checks() if f'id="c-{check.id}"' not in source] == []


def test_a_check_shows_expected_and_observed_values() -> None:
    """The value, never just *ok*."""
    assert "seconds al massimo 2 s" in seen(runs.clean_run(), "pre")
    assert "seconds 0,41 s" in seen(runs.clean_run(), "pre")


def test_a_check_shows_its_command_and_the_answer() -> None:
    """A second person can do it again."""
    text = seen(runs.clean_run(), "pre")
    assert "systemctl show -p Id,LoadState,ActiveState,UnitFileState asterisk" in text
    assert "Id=asterisk.service LoadState=loaded" in text


def test_a_check_shows_its_attempts() -> None:
    """What came late is not hidden."""
    assert "4 tentativi" in seen(runs.clean_run(), "post")


@pytest.mark.parametrize(
    "reason", ["nessuna linea fax", "licenza FT non presente", "disco in ampliamento", "M. Rossi"]
)
def test_what_was_left_out_or_accepted_says_why(reason: str) -> None:
    """Skipped, not applicable and waived carry their reason."""
    assert reason in seen(runs.clean_run(), "post")


def test_what_a_person_said_is_marked_as_such() -> None:
    """Attested is not observed."""
    assert "dichiarato da una persona" in seen(runs.clean_run(), "pre")


def test_what_cannot_be_verified_says_why() -> None:
    """An error is shown with its text."""
    assert "crm.acme.local: no answer within 15 s" in seen(runs.regression_run(), "post")


def test_the_value_before_stands_beside_what_was_expected() -> None:
    """*As before* says what was before."""
    assert "value come prima (3120)" in seen(runs.regression_run(), "post")


@pytest.mark.parametrize("verdict", Verdict)
def test_the_comparison_has_a_word_for_every_verdict(verdict: Verdict) -> None:
    """Each of them can be read on the page when it occurs."""
    text = seen(compared_run(), "post")
    assert speak("it").say(f"comparison.{verdict}") in text


def compared_run() -> Run:
    """Make a regression night on which something was mended, too, and something did not change as expected."""
    night = runs.regression_run()
    header = night.header
    checklist = header.checklist.model_copy(update={"expected_changes": (unfulfilled(night),)})
    night = night.model_copy(update={"header": header.model_copy(update={"checklist": checklist})})
    gone = Mismatch(property="exists", operator="equals", expected=True, observed=False)
    broken = looks.result(
        acme.checks()[28], Phase.PRE, outcome=Outcome.FAILED, observed={"exists": False}, mismatches=(gone,)
    )
    return night.model_copy(update={"results": (*night.results, broken)})


def unfulfilled(night: Run) -> ExpectedChange:
    """Expect a change of a value that stayed as it was."""
    rows = compare(night.header.checklist.checks, night.of(Phase.PRE), night.of(Phase.POST))
    same = next(row for row in rows if row.verdict is Verdict.SAME and row.after and row.after.observed)
    (name, *_) = (same.after and same.after.observed) or {}
    reason = "così dice la patch"
    return ExpectedChange(id=same.check_id, property=name, changed=True, reason=reason, source=Source(file=""))


def test_a_change_that_did_not_happen_says_what_was_expected() -> None:
    """An expected change that did not happen is said above and in the comparison, with the reason."""
    text = seen(compared_run(), "post")
    assert text.count("previsto: un altro valore (così dice la patch)") == 2
    assert text.index("Cambiamento previsto non avvenuto") < text.index("Confronto fra prima e dopo")


def test_post_compares_with_the_baseline_of_another_run() -> None:
    """Post on another day compares with the stored pre."""
    header = runs.header(Phase.POST)
    run = Run(header=header, results=looks.results(Phase.POST), before=looks.results(Phase.PRE))
    assert "Cambiata come previsto" in seen(run, "post")


def test_post_without_a_baseline_compares_nothing() -> None:
    """Without a pre there is no comparison, and the page is whole."""
    run = Run(header=runs.header(Phase.POST), results=looks.results(Phase.POST))
    assert "Confronto fra prima e dopo" not in seen(run, "post")


@pytest.mark.parametrize(
    "proof",
    [
        "*   Update completed!  *",
        "*   Please REBOOT the machine!   *",
        "Codice di uscita 0",
        runs.BOOTS[0],
        runs.BOOTS[1],
        "Creato a macchina spenta sì",
        "Con memoria no",
        "5 dic 2026, 22:06",
        "Updating all configs",
    ],
)
def test_the_record_of_an_upgrade_quotes_its_proofs(proof: str) -> None:
    """Markers, exit code, boot ids, the snapshot's facts, the end of the log."""
    assert " ".join(proof.split()) in seen(runs.clean_run(), "upgrade")


def test_the_timeline_has_every_step_with_its_duration() -> None:
    """14 min 32 s of patch are on paper."""
    text = seen(runs.clean_run(), "upgrade")
    assert "Applicazione della patch 22.0.17 22:20:11 22:34:43 14 min 32 s Fatto" in text


@pytest.mark.parametrize("words", ["045 2224660", "Non riavviare il sistema.", "Update completed!"])
def test_a_stopped_night_says_whom_to_call_and_what_not_to_do(words: str) -> None:
    """The four answers stand on the page, with Telenia's number."""
    assert words in seen(runs.stopped_run(), "upgrade")


def test_a_stopped_night_cannot_be_accepted() -> None:
    """The customer takes note; there is no box to tick."""
    assert "è accettato" not in seen(runs.stopped_run(), "upgrade")


def test_steps_that_were_not_come_to_are_in_the_timeline() -> None:
    """Blocked is not missing."""
    assert "Riavvio dopo la patch 22.0.17 Non eseguito" in seen(runs.stopped_run(), "upgrade")


def test_a_stop_quotes_the_question_of_the_patch() -> None:
    """Telenia is told word for word."""
    run = runs.stopped_run("prompt_unanswered", question="Overwrite local changes? [y/N]")
    assert "Overwrite local changes? [y/N]" in seen(run, "upgrade")


def test_a_stop_names_the_rung_that_still_answers() -> None:
    """On, ping, port, banner or login, in words."""
    assert "la porta SSH è aperta" in seen(runs.stopped_run("not_back", rung="port"), "upgrade")


def test_hostile_text_is_shown_and_does_nothing() -> None:
    """Wherever text of the machine or the checklist stands, it stays text."""
    source = render(hostile_run(), "post")
    assert {name for name, _ in Page(source).tags} & {"script", "img"} == set()
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", source)
    assert "1234000" not in source


def test_the_id_of_a_partner_s_test_is_a_sound_anchor() -> None:
    """Colons, brackets and blanks in an id break no link."""
    check = acme.checks()[1].model_copy(update={"id": "test_dial.py::test_dial[a b]"})
    checklist = acme.checklist().model_copy(update={"checks": (check,)})
    run = Run(header=runs.header(Phase.PRE, checklist=checklist), results=(looks.result(check, Phase.PRE),))
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+", id) for id in Page(render(run, "pre")).values("id"))


def hostile_run() -> Run:
    """Make a run in which every text is hostile."""
    check = acme.checks()[1].model_copy(update={"title": {"it": HOSTILE}, "area": HOSTILE, "remedy": {"it": HOSTILE}})
    wrong = Mismatch(property="running", operator="equals", expected=HOSTILE, observed=HOSTILE)
    result = looks.result(
        check,
        Phase.POST,
        outcome=Outcome.FAILED,
        mismatches=(wrong,),
        observed={"running": HOSTILE},
        error=HOSTILE,
        reason=HOSTILE,
        evidence=(looks.evidence(HOSTILE, HOSTILE),),
    )
    checklist = acme.checklist().model_copy(update={"checks": (check,), "customer": HOSTILE, "change": HOSTILE})
    return Run(header=runs.header(Phase.POST, checklist=checklist, operator=HOSTILE), results=(result,))


@pytest.mark.parametrize(
    ("language", "right", "wrong"), [("it", "Telefonia", "Telephony"), ("en", "Telephony", "Telefonia")]
)
def test_what_is_said_by_language(language: str, right: str, wrong: str) -> None:
    """An area, the steps of a manual check and the remedy are shown in the page's language only."""
    texts = {"it": "Telefonia", "en": "Telephony"}
    asked = next(check for check in acme.checks() if check.kind == "manual")
    by_language = {"do": {"it": ["Telefonia"], "en": ["Telephony"]}, "see": texts}
    check = asked.model_copy(update={"title": {}, "area": "tel", "remedy": texts, "inputs": by_language})
    checklist = acme.checklist().model_copy(update={"checks": (check,), "areas": {"tel": texts}})
    result = looks.result(check, Phase.PRE, outcome=Outcome.FAILED)
    html = render(Run(header=runs.header(Phase.PRE, checklist=checklist), results=(result,)), "pre", language)
    assert html.count(right) >= 4
    assert wrong not in html


def test_what_is_masked_is_said() -> None:
    """Beside what was expected stands what does not count in it."""
    night = runs.regression_run()
    first, *others = night.header.checklist.checks
    masked = tuple(one.model_copy(update={"mask": (r"pid \d+",)}) for one in first.expect[Phase.POST])
    check = first.model_copy(update={"expect": {Phase.POST: masked}})
    checklist = night.header.checklist.model_copy(update={"checks": (check, *others)})
    run = night.model_copy(update={"header": night.header.model_copy(update={"checklist": checklist})})
    assert r", senza contare pid \d+" in seen(run, "post")


def test_an_expired_waiver_is_loud() -> None:
    """A waiver that was over when the run began is named at the top of the page, whatever its check came to."""
    night = runs.regression_run()
    over = acme.waiver().model_copy(update={"until": acme.AFTER.date() - timedelta(days=400), "id": "WEB-*"})
    checklist = night.header.checklist.model_copy(update={"waivers": (over,)})
    run = night.model_copy(update={"header": night.header.model_copy(update={"checklist": checklist})})
    assert "DEROGA SCADUTA" not in seen(night, "post")
    assert f"non vale più: WEB-* ({over.reason}; approvata da {over.approved_by})" in seen(run, "post")


@pytest.mark.parametrize(("lack", "said"), [("licence", "Fax non è"), ("rows", "righe"), ("variable", "valore")])
def test_a_check_that_does_not_apply_says_what_is_lacking(lack: str, said: str) -> None:
    """A licence, a variable or rows that are not there are said in words."""
    night = runs.regression_run()
    first, *others = night.header.checklist.checks
    lacking = first.model_copy(update={"absent": Absence(lack=Lack(lack), name="Fax")})
    checklist = night.header.checklist.model_copy(update={"checks": (lacking, *others)})
    result = looks.result(first, Phase.POST, outcome=Outcome.NOT_APPLICABLE, observed=None, mismatches=())
    run = night.model_copy(
        update={
            "header": night.header.model_copy(update={"checklist": checklist}),
            "results": (*night.results, result),
        }
    )
    assert said in seen(run, "post")


def test_three_hundred_checks_are_rendered_in_two_seconds() -> None:
    """A large customer does not wait."""
    run = runs.large_run(300)
    began = time.perf_counter()
    source = render(run, "post")
    assert time.perf_counter() - began < 2
    assert len(source.encode()) < 2_000_000


def test_a_long_answer_is_cut_with_its_size_and_hash() -> None:
    """What is left out is said, and can be found again."""
    run = runs.large_run(1)
    whole = run.results[0].evidence[0]
    assert re.search(rf"omessi \d+,\d KB\] sha256 {whole.sha256}", seen(run, "pre"))


@pytest.mark.parametrize(
    ("phase", "names"),
    [(Phase.PRE, ("pre",)), (Phase.POST, ("post",)), (Phase.UPGRADE, ("pre", "post", "upgrade"))],
)
def test_a_run_has_the_pages_of_its_phases(phase: Phase, names: tuple[str, ...]) -> None:
    """No empty page is written."""
    assert pages(Run(header=runs.header(phase))) == names


def test_all_pages_are_written(tmp_path: Path) -> None:
    """The folder then holds three pages and the JUnit file."""
    write(runs.clean_run(), tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"pre.html", "post.html", "upgrade.html", "junit.xml"}


def test_a_failed_minor_is_noted_only() -> None:
    """The verdict says so in words."""
    check = acme.checks()[2].model_copy(update={"severity": Severity.MINOR})
    checklist = acme.checklist().model_copy(update={"checks": (check,)})
    result = looks.result(check, Phase.PRE, outcome=Outcome.FAILED)
    run = Run(header=runs.header(Phase.PRE, checklist=checklist, planned={Phase.PRE: (check.id,)}), results=(result,))
    assert "L’aggiornamento può iniziare, con annotazioni" in seen(run, "pre")


def test_a_run_without_anything_still_makes_its_pages() -> None:
    """A session that broke off at once has a page that says so."""
    assert "Sessione interrotta" in seen(Run(header=runs.header()), "upgrade")


def test_the_pages_before_and_after_tell_their_own_time() -> None:
    """Post began an hour after the night did, and took a minute."""
    assert "Data 28 nov 2026, 23:00:11 CET Durata 1 min 02 s" in seen(runs.clean_run(), "post")
