"""Paper in Word's own format: headings, tables whose rows hold together, boxes that a click ticks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO

from docx import Document
from docx.document import Document as Body
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.table import Table, _Cell, _Row
from docx.text.paragraph import Paragraph

_SOFT = RGBColor(0x58, 0x64, 0x74)
_INK = RGBColor(0x1C, 0x24, 0x30)
_LINE = "BFC6D0"
_SIZES = {"Normal": 9.5, "Header": 8, "Footer": 8, "Title": 20, "Heading 1": 14, "Heading 2": 11.5}
_SMALL = Pt(8)

_NAMES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"'
)
_BOX = f"""<w:sdt {_NAMES}><w:sdtPr><w14:checkbox><w14:checked w14:val="0"/>
<w14:checkedState w14:val="2612" w14:font="MS Gothic"/><w14:uncheckedState w14:val="2610" w14:font="MS Gothic"/>
</w14:checkbox></w:sdtPr><w:sdtContent><w:r><w:rPr><w:rFonts w:ascii="MS Gothic" w:eastAsia="MS Gothic"
w:hAnsi="MS Gothic" w:hint="eastAsia"/></w:rPr><w:t>\u2610</w:t></w:r></w:sdtContent></w:sdt>"""
"""A box that a click ticks ([MS-DOCX] 2.6, checkbox)."""

_MARGINS = (
    f"""<w:tblCellMar {_NAMES}><w:top w:w="57" w:type="dxa"/><w:bottom w:w="57" w:type="dxa"/></w:tblCellMar>"""
)
"""A millimetre above and below what stands in a cell."""


@dataclass
class Cell:
    """One cell of a table, written from top to bottom."""

    cell: _Cell
    is_empty: bool = True

    def line(self, text: str, *, is_bold: bool = False, is_soft: bool = False) -> None:
        """Write a paragraph; a soft one is small and grey."""
        run = self._next().add_run(text)
        run.bold = is_bold or None
        if is_soft:
            run.font.size, run.font.color.rgb = _SMALL, _SOFT

    def box(self, text: str) -> None:
        """Write a box and what ticking it means."""
        _add_box(self._next(), text)

    def _next(self) -> Paragraph:
        """Give the paragraph that is written next; a cell has a first one already."""
        paragraph: Paragraph = self.cell.paragraphs[0] if self.is_empty else self.cell.add_paragraph()
        self.is_empty = False
        return paragraph


class Word:
    """One document of A4 pages, each with a running head, and its number at the foot."""

    def __init__(self, *, title: str, head: str, foot: str, page: str, language: str, at: datetime) -> None:
        self._body: Body = Document()
        self._styles(language)
        self._properties(title, language, at)
        section = self._body.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.left_margin = section.right_margin = Mm(15)
        section.top_margin, section.bottom_margin = Mm(20), Mm(18)
        section.header.paragraphs[0].add_run(head)
        _add_numbers(section.footer.paragraphs[0], f"{foot} · {page} ")

    def title(self, text: str) -> None:
        """Write the title."""
        self._body.add_paragraph(text, style="Title")

    def heading(self, text: str, *, level: int = 1, is_on_new_page: bool = False) -> None:
        """Write a heading; it stays with what follows."""
        self._body.add_heading(text, level).paragraph_format.page_break_before = is_on_new_page

    def paragraph(self, text: str) -> None:
        """Write a paragraph."""
        self._body.add_paragraph(text)

    def box(self, text: str) -> None:
        """Write a box and what ticking it means."""
        _add_box(self._body.add_paragraph(), text)

    def table(
        self,
        widths_mm: Sequence[int],
        rows: int,
        *,
        heads: Sequence[str] = (),
        height_mm: int = 0,
    ) -> list[list[Cell]]:
        """Make a table and give its cells; the heads come again on every page, no row is broken over two.

        :param height_mm: how high its rows are at least, to be written in by hand.
        """
        table = self._body.add_table(rows=rows + bool(heads), cols=len(widths_mm))
        _outline(table, widths_mm, sides=("top", "bottom", "insideH", *(("insideV",) if height_mm else ())))
        cells = [_row(row, widths_mm) for row in table.rows]
        if heads:
            _repeat(table)
            for cell, text in zip(cells.pop(0), heads, strict=True):
                cell.line(text, is_bold=True, is_soft=True)
                cell.cell.paragraphs[0].paragraph_format.keep_with_next = True  # never alone at the foot of a page
        for row in list(table.rows)[bool(heads) :] if height_mm else []:
            row.height = Mm(height_mm)
        return cells

    def save(self) -> bytes:
        """Give the document's file."""
        kept = BytesIO()
        self._body.save(kept)
        return kept.getvalue()

    def _styles(self, language: str) -> None:
        for name, size in _SIZES.items():
            style = self._body.styles[name]
            assert isinstance(style, ParagraphStyle)
            style.font.size, style.font.name, style.font.color.rgb = Pt(size), "Calibri", _INK
            fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
            for kind in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
                fonts.attrib.pop(qn(f"w:{kind}"), None)  # a theme's font would win over the one that is named
        normal = self._body.styles["Normal"]
        assert isinstance(normal, ParagraphStyle)
        normal.paragraph_format.space_after = Pt(2)
        spoken = OxmlElement("w:lang")
        spoken.set(qn("w:val"), language)
        normal.element.get_or_add_rPr().append(spoken)

    def _properties(self, title: str, language: str, at: datetime) -> None:
        about = self._body.core_properties
        about.title, about.language, about.author, about.comments = title, language, "", ""
        about.created = about.modified = at.astimezone(UTC).replace(tzinfo=None)


def _outline(table: Table, widths_mm: Sequence[int], *, sides: Sequence[str]) -> None:
    table.autofit = False
    for column, width in zip(table.columns, widths_mm, strict=True):
        column.width = Mm(width)
    lines = "".join(f'<w:{side} w:val="single" w:sz="4" w:color="{_LINE}"/>' for side in sides)
    borders = f"<w:tblBorders {_NAMES}>{lines}</w:tblBorders>"
    for part, follower in ((borders, "w:tblLayout"), (_MARGINS, "w:tblLook")):  # Word wants them in this order
        table._tbl.tblPr.find(qn(follower)).addprevious(parse_xml(part))


def _row(row: _Row, widths_mm: Sequence[int]) -> list[Cell]:
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    cells = row.cells
    for cell, width in zip(cells, widths_mm, strict=True):
        cell.width = Mm(width)
    return [Cell(cell) for cell in cells]


def _repeat(table: Table) -> None:
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def _add_box(paragraph: Paragraph, text: str) -> None:
    paragraph._p.append(parse_xml(_BOX))
    paragraph.add_run(f" {text}")


def _add_numbers(paragraph: Paragraph, before: str) -> None:
    """Write the page's number and how many there are, as fields that Word fills in."""
    paragraph.add_run(before)
    for between, field in (("", "PAGE"), (" / ", "NUMPAGES")):
        paragraph.add_run(between)
        number = OxmlElement("w:fldSimple")
        number.set(qn("w:instr"), field)
        paragraph._p.append(number)
