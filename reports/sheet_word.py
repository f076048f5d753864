"""The sheet for the customer's approval as a Word document, since customers edit it; it is never read back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from reports.sheet import ADDITIONAL, Chapter, Group, Item, Sheet
from reports.word import Cell, Word
from uat.model import Severity

_CODES = {"it": "it-IT", "en": "en-GB"}
_WIDTHS = (52, 88, 40)
_EVEN = (48, 44, 44, 44)


def word(sheet: Sheet, *, at: datetime) -> bytes:
    """Write a sheet as .docx.

    :param at: the moment at which it is made, as the document's properties tell it.
    """
    say, code = sheet.formats.language.say, sheet.formats.language.code
    title = say("sheet.title")
    paper = Word(
        title=f"{sheet.customer} · {title}",
        head=" · ".join(filter(None, (sheet.customer, sheet.change, title))),
        foot=f"sha256 {sheet.short_digest}",
        page=say("sheet.page"),
        language=_CODES.get(code, code),
        at=at,
    )
    for write in (_beginning, _overview, _checks, _left_out, _waivers, _changes, _contacts, _additional, _approval):
        write(paper, sheet)
    return paper.save()


def _beginning(paper: Word, sheet: Sheet) -> None:
    say = sheet.formats.language.say
    paper.title(say("sheet.title"))
    paper.paragraph(say("sheet.question"))
    for row, (name, text) in zip(paper.table((52, 128), len(sheet.facts)), sheet.facts, strict=True):
        row[0].line(name, is_soft=True)
        row[1].line(text)
    paper.heading(say("sheet.reading"))
    paper.paragraph(say("sheet.reading_text"))
    paper.paragraph(say("sheet.before_text"))
    for severity in Severity:
        meaning = say(f"severity_means.{severity}")
        paper.paragraph(say("sheet.severity_is", severity=say(f"severity.{severity}"), meaning=meaning))
    paper.paragraph(say("sheet.digest_text"))


def _overview(paper: Word, sheet: Sheet) -> None:
    say = sheet.formats.language.say
    paper.heading(say("sheet.overview"))
    heads = [say(f"sheet.{word}") for word in ("area", "automatic", "manual", "total", "blocking")]
    rows: list[tuple[str, Chapter | Sheet]] = [(chapter.title, chapter) for chapter in sheet.chapters]
    rows.append((say("sheet.total"), sheet))
    for row, (name, one) in zip(paper.table((64, 29, 29, 29, 29), len(rows), heads=heads), rows, strict=True):
        row[0].line(name, is_bold=one is sheet)
        whole = len(one.items)
        for cell, number in zip(row[1:], (whole - one.manual, one.manual, whole, one.blocking), strict=True):
            cell.line(str(number))
    if sheet.left_out:
        several = sheet.formats.language.count("label.checks", len(sheet.left_out))
        paper.paragraph(say("sheet.property", name=say("sheet.left_out"), text=several))


def _checks(paper: Word, sheet: Sheet) -> None:
    say = sheet.formats.language.say
    paper.heading(say("sheet.checks"))
    if not sheet.chapters:
        paper.paragraph(say("sheet.no_checks"))
    for chapter in sheet.chapters:
        paper.heading(chapter.title, level=2)
        heads = (say("sheet.check_of", area=chapter.title), say("sheet.expectation"), say("sheet.agreement"))
        rows = paper.table(_WIDTHS, len(chapter.items), heads=heads)
        for row, item in zip(rows, chapter.items, strict=True):
            _item(row, item, sheet)


def _item(row: Sequence[Cell], item: Item, sheet: Sheet) -> None:
    _name(row[0], item.title, (item.id, sheet.formats.language.say(f"severity.{item.severity}")))
    if item.why:
        row[0].line(item.why, is_soft=True)
    row[1].line(item.how)
    for group in item.groups:
        _group(row[1], group)
    for note in item.notes:
        row[1].line(note, is_soft=True)
    _boxes(row[2], sheet)


def _group(cell: Cell, group: Group) -> None:
    cell.line(group.title, is_soft=True)
    for number, line in enumerate(group.lines, 1):
        cell.line(f"{number}. {line}" if group.is_ordered else line)


def _name(cell: Cell, title: str, about: Sequence[str]) -> None:
    cell.line(title, is_bold=True)
    cell.line(" · ".join(about), is_soft=True)


def _boxes(cell: Cell, sheet: Sheet) -> None:
    cell.box(sheet.formats.language.say("sheet.agreed"))
    cell.box(sheet.formats.language.say("sheet.not_agreed"))
    cell.line("")


def _left_out(paper: Word, sheet: Sheet) -> None:
    say = sheet.formats.language.say
    paper.heading(say("sheet.left_out"))
    rows = _chapter(paper, sheet, "left_out", say("sheet.reason"), len(sheet.left_out))
    for row, one in zip(rows, sheet.left_out, strict=True):
        _name(row[0], one.title, (one.id, say(f"severity.{one.severity}"), one.area))
        row[1].line(one.state, is_bold=True)
        row[1].line(one.reason)


def _waivers(paper: Word, sheet: Sheet) -> None:
    say = sheet.formats.language.say
    paper.heading(say("sheet.waivers"))
    rows = _chapter(paper, sheet, "waivers", say("sheet.reason"), len(sheet.waivers))
    for row, one in zip(rows, sheet.waivers, strict=True):
        row[0].line(", ".join(one.ids))
        if one.is_over:
            row[1].line(say("sheet.expired"), is_bold=True)
        row[1].line(f"{one.reason} ({one.ticket})" if one.ticket else one.reason)
        row[1].line(f"{say('sheet.approved_by')} {one.approved_by}. {say('sheet.until')} {one.until}.", is_soft=True)


def _changes(paper: Word, sheet: Sheet) -> None:
    say = sheet.formats.language.say
    paper.heading(say("sheet.changes"))
    rows = _chapter(paper, sheet, "changes", say("sheet.change"), len(sheet.changes))
    for row, one in zip(rows, sheet.changes, strict=True):
        row[0].line(", ".join(one.ids))
        row[1].line(one.what)
        row[1].line(say("sheet.property", name=say("sheet.reason"), text=one.reason), is_soft=True)


def _chapter(paper: Word, sheet: Sheet, word: str, what: str, number: int) -> list[list[Cell]]:
    """Begin a chapter of things to agree on: its text, and a table with the boxes; or that there is nothing."""
    say = sheet.formats.language.say
    if not number:
        paper.paragraph(say(f"sheet.{word}_none"))
        return []
    paper.paragraph(say(f"sheet.{word}_text"))
    rows = paper.table(_WIDTHS, number, heads=(say("label.check"), what, say("sheet.agreement")))
    for row in rows:
        _boxes(row[2], sheet)
    return rows


def _contacts(paper: Word, sheet: Sheet) -> None:
    say = sheet.formats.language.say
    paper.heading(say("label.contacts"))
    if not sheet.contacts:
        paper.paragraph(say("sheet.contacts_none"))
        return
    heads = [say(f"sheet.{word}") for word in ("contact", "phone", "email", "hours")]
    rows = paper.table(_EVEN, len(sheet.contacts), heads=heads)
    for row, one in zip(rows, sheet.contacts, strict=True):
        for cell, text in zip(row, (one.name, one.phone, one.email, one.hours), strict=True):
            cell.line(text)


def _additional(paper: Word, sheet: Sheet) -> None:
    say = sheet.formats.language.say
    paper.heading(say("sheet.additional"), is_on_new_page=True)
    paper.paragraph(say("sheet.additional_text"))
    heads = [say(f"sheet.{word}") for word in ("additional_check", "steps", "see", "importance")]
    for row in paper.table(_EVEN, ADDITIONAL, heads=heads, height_mm=24):
        for severity in Severity:
            row[3].box(say(f"severity.{severity}"))


def _approval(paper: Word, sheet: Sheet) -> None:
    say = sheet.formats.language.say
    paper.heading(say("sheet.approval"), is_on_new_page=True)
    paper.paragraph(say("sheet.approval_text", digest=sheet.short_digest))
    for word in ("approve", "approve_changed", "refuse"):
        paper.box(say(f"sheet.{word}"))
    paper.table((180,), 1, heads=(say("label.remarks"),), height_mm=40)
    paper.paragraph("")
    heads = [say(f"label.{word}") for word in ("signs_for", "name_role", "date_time", "signature")]
    signing = (sheet.customer, say("sheet.partner"))
    for row, name in zip(paper.table(_EVEN, len(signing), heads=heads, height_mm=18), signing, strict=True):
        row[0].line(name)
