"""The outage on the page and at the terminal."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from reports import html, notices, outage, terminal
from reports.outage import Shown
from tests.reports import runs
from tests.reports.acme import BEGAN
from tests.reports.page import Page
from uat.model import Availability, Notice, NoticeKind, Pause, Run, Transition

CLEAN, STOPPED = runs.clean_run(), runs.stopped_run()
HEADER = runs.header()


def shown(run: Run) -> Shown:
    """Put a run's outage into words."""
    found = outage.shown(run, terminal.formats_of(run.header))
    assert found is not None
    return found


def run_of(*transitions: Transition) -> Run:
    """Make a night with these transitions."""
    return CLEAN.model_copy(update={"transitions": transitions})


def seen(service: str, state: Availability, seconds: float) -> Transition:
    """Make a transition so many seconds after 22:02:11."""
    return runs.sight(service, service, state, seconds, "")


UP, DOWN, UNKNOWN = Availability.UP, Availability.DOWN, Availability.UNKNOWN


@pytest.mark.parametrize(
    ("transitions", "words"),
    [
        ([seen("sip", UP, 0)], "Nessuna interruzione del servizio rilevata."),
        (
            [
                seen("sip", UP, 0),
                seen("web", UP, 0),
                seen("web", DOWN, 50),
                seen("sip", DOWN, 60),
                seen("sip", UP, 932),
                seen("web", UP, 940),
            ],
            "Fuori servizio dalle 22:03:01 alle 22:17:51 (14 min 50 s). Telefonia: 14 min 32 s.",
        ),
        (
            [
                seen("web", UP, 0),
                seen("web", DOWN, 50),
                seen("web", UP, 60),
                seen("web", DOWN, 70),
                seen("web", UP, 75),
            ],
            "Fuori servizio fra le 22:03:01 e le 22:03:26, in 2 periodi, per 15 s complessivi.",
        ),
        (
            [seen("web", UP, 0), seen("web", UNKNOWN, 50), seen("web", UP, 110)],
            "Nessuna interruzione del servizio rilevata. Per 1 min 00 s non è stato possibile"
            " stabilirlo: la sessione era interrotta, oppure mancava il collegamento con il sistema.",
        ),
        (
            [seen("web", DOWN, 0)],
            "Interruzione del servizio non misurata: nessun servizio ha risposto alla postazione dell’operatore.",
        ),
    ],
    ids=["none", "one", "several", "unknown", "never"],
)
def test_the_sentence(transitions: list[Transition], words: str) -> None:
    """From when to when, how long, and telephony by itself: as the customer asked."""
    assert shown(run_of(*transitions)).sentence == words


def test_a_service_that_did_not_come_back_is_said() -> None:
    """An open end is no end."""
    found = shown(run_of(seen("web", UP, 0), seen("web", DOWN, 50)))
    assert found.sentence.startswith("Fuori servizio dalle 22:03:01; alle ")
    assert "non era ancora tornato" in found.sentence


def test_without_a_look_the_page_says_nothing() -> None:
    """A night on which nobody looked from outside has no section."""
    page = html.render(run_of(), "upgrade")
    assert 'id="outage"' not in page
    assert "outage-sentence" not in page.split("</style>")[1]


def test_the_sentence_stands_with_the_verdict() -> None:
    """The customer reads it right below the verdict, before anything else."""
    page = html.render(CLEAN, "upgrade").split("</style>")[1]
    assert page.index('<h2 id="verdict">') < page.index(shown(CLEAN).sentence) < page.index('<dl class="facts">')


def test_the_chart_is_an_image_with_words() -> None:
    """Who cannot see it hears its title and its description, and the table has the same numbers."""
    page = Page(html.render(CLEAN, "upgrade"))
    chart = next(one for one in page.all("svg") if one.get("role") == "img")
    assert chart["aria-labelledby"] == "outage-title outage-desc"
    assert {"outage-title", "outage-desc"} <= set(page.values("id"))
    assert page.text.count("1 min 22 s") >= 2


@pytest.mark.parametrize("run", [CLEAN, STOPPED], ids=["clean", "stopped"])
def test_table_and_chart_tell_the_same(run: Run) -> None:
    """Every bar of an outage has its row, in both languages."""
    for row in shown(run).rows:
        bars = [bar for bar in row.bars if bar.state is not UP]
        assert [bar.state for bar in bars] == [one.state for one in row.periods]
        for bar, period in zip(bars, row.periods, strict=True):
            assert period.began.astimezone(terminal.formats_of(HEADER).zone).strftime("%H:%M:%S") in bar.title


def test_a_row_a_service_in_their_order() -> None:
    """The machine first, telephony last, whichever answered first."""
    found = shown(run_of(seen("sip", UP, 0), seen("webapi", UP, 1), seen("web", UP, 2), seen("machine", UP, 3)))
    assert [row.name for row in found.rows] == ["Sistema", "Pagina web", "WebAPI", "Telefonia (SIP)"]


def test_bars_follow_each_other_within_the_chart() -> None:
    """No bar leaves the chart, and each begins where the one before ends."""
    for row in shown(STOPPED).rows:
        for one, other in zip(row.bars, row.bars[1:], strict=False):
            assert one.x + one.width == pytest.approx(other.x, abs=0.5)
        assert all(bar.x >= 0 and bar.x + bar.width <= 100.01 for bar in row.bars)


def test_a_second_of_hours_is_still_seen() -> None:
    """The shortest outage has a width."""
    found = shown(run_of(seen("web", UP, 0), seen("web", DOWN, 50), seen("web", UP, 50.2)))
    assert min(bar.width for bar in found.rows[0].bars) >= 0.3


def test_the_axis_is_in_local_round_times() -> None:
    """Round times of the checklist's zone, five at most, in their order."""
    ticks = shown(CLEAN).ticks
    assert [tick.label for tick in ticks] == ["22:10", "22:20", "22:30"]
    assert [tick.x for tick in ticks] == sorted(tick.x for tick in ticks)


def test_the_axis_ends_soon_after_the_last_that_happened() -> None:
    """Hours in which nothing happens any more do not press the chart together."""
    long = CLEAN.model_copy(
        update={"ending": CLEAN.ending and CLEAN.ending.model_copy(update={"ended_at": BEGAN + timedelta(days=1)})}
    )
    assert shown(long).rows[-1].bars[-2].x + shown(long).rows[-1].bars[-2].width > 90


def test_the_steps_stand_below() -> None:
    """Each step since the looking began has its band; those before it and those not come to have none."""
    assert [band.number for band in shown(CLEAN).bands] == list(range(3, 17))
    assert [band.number for band in shown(STOPPED).bands] == list(range(3, 14))


def test_what_was_not_reached_is_said_and_not_counted() -> None:
    """A service that never answered here has its row with the reason, and makes no outage."""
    found = shown(run_of(seen("web", UP, 0), seen("sip", DOWN, 0)))
    assert found.sentence == "Nessuna interruzione del servizio rilevata."
    assert not found.rows[1].is_counted
    assert found.rows[1].note.startswith("Dalla postazione dell’operatore non ha mai risposto")


def pause(**fields: object) -> Pause:
    """Make a pause that began at 22:03:11."""
    return Pause.model_validate({"began": BEGAN + timedelta(minutes=1), "reason": "ioerror"} | fields)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        (
            {"ended": BEGAN + timedelta(minutes=31), "full": ("vda",)},
            "dalle 22:03:11 alle 22:33:11 (30 min 00 s): datastore pieno (disco: vda).",
        ),
        ({}, "alle 22:03:11; al termine dell’osservazione era ancora in pausa: ioerror."),
    ],
)
def test_a_pause_stands_on_the_page(fields: dict[str, object], words: str) -> None:
    """The hypervisor's hold is part of the outage's account, with its cause, whether it ended or not."""
    page = html.render(CLEAN.model_copy(update={"pauses": (pause(**fields),)}), "upgrade")
    assert words in page


def test_hostile_words_stay_words() -> None:
    """What a service said cannot become a piece of the page."""
    evil = runs.sight("web", '"><script>', DOWN, 5, "<img src=x>")
    page = html.render(run_of(runs.sight("web", '"><script>', UP, 0, ""), evil), "upgrade")
    assert "<script" not in page
    assert "<img" not in page


def test_the_page_is_well_formed() -> None:
    """Every element is closed, and no id stands twice."""
    page = Page(html.render(STOPPED, "upgrade"))
    assert page.unclosed == []
    ids = page.values("id")
    assert len(ids) == len(set(ids))


def test_nothing_is_written_into_style_attributes() -> None:
    """The page's content security policy allows no style but the one at its head."""
    assert not re.search(r"<[^>]+ style=", html.render(STOPPED, "upgrade"))


def told(kind: NoticeKind, **facts: object) -> str:
    """Say a notice at 22:16:42."""
    at = BEGAN + timedelta(minutes=14, seconds=31)
    return "\n".join(
        line.text for line in notices.noticed(HEADER, Notice.model_validate({"kind": kind, "at": at, **facts}))
    )


END = BEGAN + timedelta(hours=4)


@pytest.mark.parametrize(
    ("state", "first", "words"),
    [
        (DOWN, False, "22:03:11  Pagina web pbx/occ: non risponde più (HTTP 502)"),
        (UP, False, "22:03:11  Pagina web pbx/occ: risponde di nuovo"),
        (UNKNOWN, False, "22:03:11  Pagina web pbx/occ: stato non rilevabile (HTTP 502)"),
        (UP, True, "22:03:11  Pagina web pbx/occ: risponde"),
        (DOWN, True, "22:03:11  Pagina web pbx/occ: non risponde (HTTP 502)"),
    ],
)
def test_a_service_is_told(state: Availability, first: bool, words: str) -> None:
    """One line says when, which, what, and why."""
    transition = runs.sight("web", "pbx/occ", state, 60, "HTTP 502")
    assert told(NoticeKind.SERVICE, transition=transition, is_first=first) == words


def test_the_running_outage_is_told_with_the_window() -> None:
    """Since when, for how long, and how much of the window is left."""
    since = BEGAN + timedelta(minutes=1)
    words = "22:16:42  fuori servizio dalle 22:03:11 (13 min 31 s)"
    assert told(NoticeKind.OUTAGE, since=since) == words
    assert told(NoticeKind.OUTAGE, since=since, window_end=END).split() == (
        f"{words}; la finestra finisce alle 02:02 (fra 3 h 45 min)".split()
    )
    late = told(NoticeKind.OUTAGE, since=since, window_end=BEGAN + timedelta(minutes=4))
    assert "la finestra è finita alle 22:06 (10 min 31 s fa)" in " ".join(late.split())


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"full": ("vda",)}, "22:03:11 LA MACCHINA VIRTUALE È IN PAUSA: il datastore è pieno (disco: vda)."),
        ({}, "22:03:11 LA MACCHINA VIRTUALE È IN PAUSA (ioerror):"),
        ({"ended": END}, "02:02:11 la macchina virtuale non è più in pausa (è rimasta ferma 3 h 59 min)"),
    ],
)
def test_a_pause_is_told(fields: dict[str, object], words: str) -> None:
    """A machine that its hypervisor holds, why, and when it let go."""
    assert " ".join(told(NoticeKind.PAUSE, pause=pause(**fields)).split()).startswith(words)


def test_the_windows_end_is_told() -> None:
    """When it ends, and in how long."""
    end = BEGAN + timedelta(minutes=29)
    assert told(NoticeKind.WINDOW, window_end=end) == (
        "22:16:42  la finestra concordata finisce alle 22:31 (fra 14 min 29 s)"
    )
    assert told(NoticeKind.WINDOW, window_end=BEGAN) == "22:16:42  la finestra concordata è finita alle 22:02"


def test_too_little_time_for_a_rollback_is_told_with_its_parts() -> None:
    """What it would take, and of what that is made up."""
    needed = {"shutdown": 38.0, "revert": 60.0, "boot": 71.0, "settle": 44.0, "checks": 22.0}
    end = BEGAN + timedelta(minutes=17)
    said = " ".join(told(NoticeKind.WAY_BACK, window_end=end, needed=needed).split())
    assert "22:19 (2 min 29 s) non basta più per un ripristino, che richiederebbe circa 3 min 55 s" in said
    assert "spegnimento 38 s, ritorno allo snapshot 1 min 00 s, avvio 1 min 11 s" in said
    late = " ".join(told(NoticeKind.WAY_BACK, window_end=BEGAN, needed=needed).split())
    assert "la finestra è finita alle 22:02: un ripristino richiederebbe ancora circa 3 min 55 s" in late


@pytest.mark.parametrize("kind", list(NoticeKind))
def test_no_line_is_too_long(kind: NoticeKind) -> None:
    """Eighty columns, whatever is told."""
    transition = runs.sight("web", "https://pbx.acme.it/occ", DOWN, 60, "x " * 200)
    needed = {"shutdown": 38.0, "revert": 60.0}
    facts = {"transition": transition, "pause": pause(full=("vda",)), "needed": needed}
    lines = told(kind, since=BEGAN, window_end=END, **facts).splitlines()
    assert max(map(len, lines)) <= 80
