"""The CHECK UAT as a document for approval: a page and a Word document, made of a real checklist."""

from __future__ import annotations

import base64
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import docx
import pytest
from docx.document import Document
from docx.oxml.ns import qn
from docx.table import _Row

from reports.sheet import ADDITIONAL, Sheet, make
from reports.sheet_html import html
from reports.sheet_word import word
from reports.words import languages
from tests.reports import acme
from tests.reports.page import Page
from uat.checklist import load
from uat.model import Checklist, Severity

ROOT = Path(__file__).parents[2]
AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
HOSTILE = "<script>alert(1)</script>\"'&{{7*7}}\u202egnp.exe\x1b[31m"
BOX = "\u2610"

ACME = r"""
customer: ACME S.p.A.
change: CHG0042
system:
  ssh: root@10.20.30.40
  web: pbx.acme.it
  hypervisor: {manual: {where: vCenter, vm: TVOX1}}
upgrade:
  window: {from: 2026-11-28 22:00, to: 2026-11-29 02:00}
  release: {pre: 21.0.26, post: 22.0.17}
contacts:
  telenia: {phone: 045 2224660, hours: lun-ven 8-18}
  customer: {name: Giulia Bianchi, phone: 045 7777701, email: it@acme.example}
areas:
  telephony: {it: Telefonia, en: Telephony}
variables:
  number: {description: il numero}
  trunks: [{id: telecom}, {id: voda}]
licences: {FAX: false}
skip:
  - {id: TEL-02.voda, reason: in dismissione}
waivers:
  - {id: SYS-01, reason: disco ordinato, approved_by: M. Rossi, until: 2027-01-31, ticket: INC77}
  - {id: "SYS-*", reason: era rumore, approved_by: A. Verdi, until: 2026-10-31}
expected_changes:
  - {id: SYS-03, property: version, from: "1", to: "2", reason: la nuova release}
  - {id: SYS-04, property: sha256, changed: true, reason: certificato nuovo}
checks:
  - id: SYS-01
    title: {it: C'è spazio, en: There is room}
    why: {it: Senza spazio si ferma, en: It stops without room}
    reference: guida 22
    retry_for: 3m
    disk: {path: /opt}
    expect: {free_percent: {at_least: 20}}
  - {id: SYS-02, severity: blocker, licence: PBX, service: {name: asterisk}, expect: {running: true}}
  - {id: SYS-03, package: {name: tvox}, expect: {version: {unchanged: true}}}
  - {id: SYS-04, tls: {}, expect: {sha256: {unchanged: true}}}
  - id: TEL-01
    title: {it: Chiamata entrante, en: Incoming call}
    area: telephony
    severity: blocker
    manual:
      do: {it: [Chiamare 045 7777777, Ascoltare], en: [Call 045 7777777, Listen]}
      see: {it: L'IVR risponde, en: The IVR answers}
  - {id: TEL-02, area: telephony, each: trunks, manual: {do: Chiamare, see: Squilla}}
  - {id: TEL-03, area: telephony, title: Al numero, manual: {do: "Chiamare {number}", see: Squilla}}
  - {id: FAX-01, title: Un fax, licence: FAX, severity: minor, manual: {do: Spedire, see: Arriva}}
  - {id: CALL-01, title: Il 114, disabled: chiama davvero, manual: {do: Chiamare il 114, see: Risponde}}
"""
LEFT_OUT = {
    "TEL-02.voda": "in dismissione",
    "TEL-03": "La variabile number non ha un valore nella checklist.",
    "FAX-01": "La licenza o il modulo FAX non è presente su questo sistema.",
    "CALL-01": "chiama davvero",
}


def loaded(folder: Path, text: str = ACME) -> Checklist:
    """Load a checklist."""
    path = folder / "acme.yaml"
    path.write_text(text, encoding="utf-8")
    return load(path)


@pytest.fixture(params=["acme", "lab", "example-customer", "hostile", "empty"])
def checklist(request: pytest.FixtureRequest, tmp_path: Path) -> Checklist:
    """Checklists of every sort: with all that can be said, the project's own, a hostile and an empty one."""
    if request.param == "acme":
        return loaded(tmp_path)
    if request.param == "empty":
        return Checklist(customer="ACME")
    return hostile() if request.param == "hostile" else load(ROOT / "checklists" / f"{request.param}.yaml")


def hostile() -> Checklist:
    """A checklist in which every text would like to be obeyed."""
    (check,) = (one for one in acme.checks() if one.id == "TEL-01")
    said = {"it": HOSTILE, "en": HOSTILE}
    evil = check.model_copy(
        update={
            "id": HOSTILE,
            "title": said,
            "why": said,
            "reference": said,
            "area": HOSTILE,
            "licence": HOSTILE,
            "inputs": {"do": [HOSTILE], "see": HOSTILE},
        }
    )
    waiver = acme.waiver().model_copy(update={"id": "*", "reason": HOSTILE, "approved_by": HOSTILE})
    update = {"customer": HOSTILE, "change": HOSTILE, "checks": (evil,), "waivers": (waiver,)}
    return acme.checklist().model_copy(update=update)


def opened(sheet: Sheet) -> Document:
    """Open the Word document as Word would."""
    return docx.Document(BytesIO(word(sheet, at=AT)))


def rows(document: Document) -> Iterator[_Row]:
    """Give every row of every table."""
    return (row for table in document.tables for row in table.rows)


def texts(document: Document) -> str:
    """Give all that can be read, a cell or paragraph a line; boxes too."""
    paragraphs = document.element.body.iter(qn("w:p"))
    return "\n".join("".join(str(text.text) for text in one.iter(qn("w:t"))) for one in paragraphs)


@pytest.mark.parametrize("language", languages())
def test_every_check_is_in_it_exactly_once(checklist: Checklist, language: str) -> None:
    """Whether looked at or not, each check of the plan has one row, on the page and in the Word document."""
    sheet = make(checklist, at=AT, language=language)
    ids = Counter(one.id for one in (*sheet.items, *sheet.left_out))
    assert len(ids) == len(checklist.checks)
    assert set(ids.values()) <= {1}
    anchors = [one for one in Page(html(sheet)).values("id") if one.startswith("c-")]
    assert len(anchors) == len(set(anchors)) == len(checklist.checks)
    named = [row.cells[0].paragraphs for row in rows(opened(sheet))]
    assert Counter(lines[1].text.partition(" · ")[0] for lines in named if len(lines) > 1) == ids


@pytest.mark.parametrize("language", languages())
def test_the_page_is_sound(checklist: Checklist, language: str) -> None:
    """Well-formed, ids once, links that lead somewhere, headings in a tree, tables and columns with their names."""
    page = Page(html(make(checklist, at=AT, language=language)))
    ids = page.values("id")
    wanted = {link.removeprefix("#") for link in page.values("href")}
    levels = [int(name[1]) for name, _ in page.tags if re.fullmatch("h[1-6]", name)]
    assert (page.unclosed, len(ids), wanted - set(ids)) == ([], len(set(ids)), set())
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert len(page.all("caption")) + len(page.values("aria-labelledby")) == len(page.all("table"))
    assert all("scope" in heading for heading in page.all("th"))
    assert page.all("html") == [{"lang": language}]


def test_nothing_is_fetched_or_run(checklist: Checklist) -> None:
    """One file: no script, no picture, no handler; and its policy allows its own style only."""
    page = Page(html(make(checklist, at=AT)))
    (style,) = re.findall("<style>(.*?)</style>", page.source, re.DOTALL)
    digest = base64.b64encode(sha256(style.encode()).digest()).decode()
    assert {"script", "img", "link", "iframe"} & {name for name, _ in page.tags} == set()
    assert [name for _, attributes in page.tags for name in attributes if name.startswith("on")] == []
    assert f"default-src 'none'; style-src 'sha256-{digest}'" in str(page.all("meta")[1]["content"])


def test_hostile_text_does_nothing() -> None:
    """What would be obeyed is shown instead, in the text, in the style's running head, and in Word."""
    sheet = make(hostile(), at=AT)
    page = Page(html(sheet))
    (style,) = re.findall("<style>(.*?)</style>", page.source, re.DOTALL)
    assert "<script>alert(1)</script>\"'&{{7*7}}⟨U+202E⟩gnp.exe⟨ESC⟩[31m" in page.text
    assert {"\u202e", "\x1b"} & set(page.source + texts(opened(sheet))) == set()
    assert "alert(1)" not in style
    assert "<" not in style


def test_the_running_head_is_the_customer() -> None:
    """Every printed page says whose it is, and is numbered."""
    source = html(make(Checklist(customer='A "B" \\', change="CHG"), at=AT))
    assert r'@top-left { content: "A\20 \22 B\22 \20 \5c \20 \b7 \20 CHG"; }' in source
    assert 'counter(page) " / " counter(pages)' in source


def test_the_running_head_in_word(tmp_path: Path) -> None:
    """The Word document says on each page whose it is, and has fields for the page's number."""
    (section,) = opened(make(loaded(tmp_path), at=AT)).sections
    fields = [one.get(qn("w:instr")) for one in section.footer.paragraphs[0]._p.iter(qn("w:fldSimple"))]
    assert section.header.paragraphs[0].text == "ACME S.p.A. · CHG0042 · Elenco delle verifiche da approvare"
    assert fields == ["PAGE", "NUMPAGES"]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)


def test_the_same_checklist_makes_the_same_page(tmp_path: Path) -> None:
    """A page is a pure function of the checklist and the moment."""
    checklist = loaded(tmp_path)
    assert html(make(checklist, at=AT)) == html(make(checklist, at=AT))


@pytest.mark.parametrize(
    ("language", "right", "wrong"), [("it", "Telefonia", "Telephony"), ("en", "Telephony", "Telefonia")]
)
def test_each_language(tmp_path: Path, language: str, right: str, wrong: str) -> None:
    """Areas, titles and steps are said in the sheet's language only."""
    sheet = make(loaded(tmp_path), at=AT, language=language)
    for text in (Page(html(sheet)).text, texts(opened(sheet))):
        assert right in text
        assert wrong not in text


def test_the_checklist_s_own_language(tmp_path: Path) -> None:
    """Without being told the sheet speaks the checklist's language."""
    assert make(loaded(tmp_path, f"language: en\n{ACME}"), at=AT).formats.language.code == "en"


FACTS = [
    "pbx.acme.it · 10.20.30.40 · macchina virtuale TVOX1",
    "dalla 21.0.26 alla 22.0.17",
    "28 nov 2026, 22:00 – 29 nov 2026, 02:00 (Europe/Rome)",
    "20 nov 2026",
    "Spazio su disco: /opt",
    "spazio libero: almeno 20 %",
    "Se non è subito in ordine si riprova, al massimo per 3 min.",
    "Richiede la licenza o il modulo PBX.",
    "Riferimento: guida 22",
    "Senza spazio si ferma",
    "bloccante",
    "Chiamare 045 7777777",
    "L'IVR risponde",
    "versione: da 1 a 2",
    "impronta sha256: assume un altro valore",
    "disco ordinato (INC77)",
    "045 2224660",
    "it@acme.example",
]


@pytest.mark.parametrize("fact", FACTS)
def test_what_the_customer_reads(tmp_path: Path, fact: str) -> None:
    """What is agreed on is there as it is written, numbers too; on the page and in the Word document."""
    sheet = make(loaded(tmp_path), at=AT)
    assert fact in Page(html(sheet)).text
    assert fact in texts(opened(sheet))


def test_the_digest_is_that_of_the_reports(tmp_path: Path) -> None:
    """The sheet carries the digest that every report of a run shows."""
    checklist = loaded(tmp_path)
    sheet = make(checklist, at=AT)
    assert checklist.sha256 in Page(html(sheet)).text
    assert checklist.sha256 in texts(opened(sheet))


@pytest.mark.parametrize("id", LEFT_OUT)
def test_what_is_left_out_says_why(tmp_path: Path, id: str) -> None:
    """Skipped, disabled, without licence or value: in a chapter of its own, with the reason."""
    sheet = make(loaded(tmp_path), at=AT)
    (found,) = (one for one in sheet.left_out if one.id == id)
    assert found.reason == LEFT_OUT[id]
    assert found.reason in Page(html(sheet)).text
    assert found.reason in texts(opened(sheet))


def test_nothing_else_is_left_out(tmp_path: Path) -> None:
    """What is looked at, a waiver or not, is no exception."""
    sheet = make(loaded(tmp_path), at=AT)
    assert {one.id for one in sheet.left_out} == set(LEFT_OUT)


def test_a_waiver_names_its_checks(tmp_path: Path) -> None:
    """A waiver stands with all checks that it covers; one that is over on the sheet's day says so in capitals."""
    sheet = make(loaded(tmp_path), at=AT)
    valid, over = sheet.waivers
    assert (valid.ids, valid.is_over) == (("SYS-01",), False)
    assert (over.ids, over.is_over) == (("SYS-01", "SYS-02", "SYS-03", "SYS-04"), True)
    assert "SCADUTA era rumore" in Page(html(sheet)).text
    assert "SCADUTA\nera rumore" in texts(opened(sheet))


def test_a_waiver_stands_beside_its_check(tmp_path: Path) -> None:
    """Whoever reads a check sees that its failure would be accepted, and by whom."""
    (item,) = (one for one in make(loaded(tmp_path), at=AT).items if one.id == "SYS-01")
    assert "In deroga: disco ordinato. Approvata da M. Rossi, valida fino al 31 gen 2027." in item.notes


@pytest.mark.parametrize("chapter", ["left_out", "waivers", "changes", "contacts"])
def test_an_empty_chapter_says_so(chapter: str) -> None:
    """Where there is nothing, the sheet says that there is nothing."""
    sheet = make(Checklist(customer="ACME"), at=AT)
    said = sheet.formats.language.say(f"sheet.{chapter}_none")
    assert said in Page(html(sheet)).text
    assert said in texts(opened(sheet))


def test_boxes(tmp_path: Path) -> None:
    """Two boxes for everything that is agreed on, three for each check that is added, three for the whole."""
    sheet = make(loaded(tmp_path), at=AT)
    agreed = len(sheet.items) + len(sheet.left_out) + len(sheet.waivers) + len(sheet.changes)
    boxes = 2 * agreed + len(Severity) * ADDITIONAL + 3
    document = opened(sheet)
    assert [one.get("class") for one in Page(html(sheet)).all("span")].count("box") == boxes
    assert texts(document).count(BOX) == boxes
    ticks = [one for one in document.element.body.iter() if str(one.tag).endswith("}checkbox")]
    assert len(ticks) == boxes


def test_rows_hold_together(tmp_path: Path) -> None:
    """In Word no row is broken over two pages, and a table's heads come again on each."""
    document = opened(make(loaded(tmp_path), at=AT))
    assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in rows(document))
    heads = [table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None for table in document.tables]
    assert heads == [False, *[True] * (len(heads) - 1)]


def test_a_contact_without_a_name(tmp_path: Path) -> None:
    """Whom nobody named is called by the role, in the sheet's language."""
    text = ACME.replace("name: Giulia Bianchi, ", "")
    assert [one.name for one in make(loaded(tmp_path, text), at=AT).contacts] == ["Telenia", "Cliente"]


def test_signatures(tmp_path: Path) -> None:
    """Customer and partner sign, each with name, date and signature."""
    *_, table = opened(make(loaded(tmp_path), at=AT)).tables
    assert [row.cells[0].text for row in table.rows[1:]] == ["ACME S.p.A.", "Il partner che esegue l’aggiornamento"]
    assert [cell.text for cell in table.rows[0].cells] == ["Per", "Nome e ruolo", "Data e ora", "Firma"]


def test_word_finds_the_parts_in_its_order(tmp_path: Path) -> None:
    """Lines and margins of a table stand where the format wants them (ECMA-376, CT_TblPr), or Word may refuse it."""
    order = ["tblStyle", "tblW", "tblBorders", "tblLayout", "tblCellMar", "tblLook"]
    for table in opened(make(loaded(tmp_path), at=AT)).tables:
        names = [str(one.tag).partition("}")[2] for one in table._tbl.tblPr]
        assert names == [name for name in order if name in names]
        assert {"tblBorders", "tblCellMar"} <= set(names)


def test_three_hundred_checks() -> None:
    """A long list is all there: a row each."""
    (check,) = (one for one in acme.checks() if one.id == "PLT-02")
    checks = tuple(check.model_copy(update={"id": f"P-{n}", "area": f"Area {n // 20}"}) for n in range(300))
    sheet = make(acme.checklist().model_copy(update={"checks": checks}), at=AT)
    assert len(sheet.chapters) == 15
    assert len([one for one in Page(html(sheet)).values("id") if one.startswith("c-")]) == 300
    assert len(list(rows(opened(sheet)))) > 300
