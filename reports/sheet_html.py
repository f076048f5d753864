"""The sheet for the customer's approval as a page that is printed on A4 and needs no other file."""

from __future__ import annotations

from reports.html import fill, style_sheet
from reports.sheet import ADDITIONAL, Sheet
from reports.visible import visible
from uat.model import Severity

_MARGINS = """
@page {{
  @top-left {{ content: {head}; }}
  @top-right {{ content: {title}; }}
  @bottom-left {{ content: {foot}; }}
  @bottom-right {{ content: {page} counter(page) " / " counter(pages); }}
}}
"""
"""What stands in the margins of every printed page."""


def html(sheet: Sheet) -> str:
    """Write a sheet as HTML."""
    say = sheet.formats.language.say
    margins = _MARGINS.format(
        head=_quoted(" · ".join(filter(None, (sheet.customer, sheet.change)))),
        title=_quoted(say("sheet.title")),
        foot=_quoted(f"sha256 {sheet.short_digest}"),
        page=_quoted(f"{say('sheet.page')} "),
    )
    style = style_sheet("style.css") + style_sheet("sheet.css") + margins
    content = {"sheet": sheet, "severities": tuple(Severity), "additional": ADDITIONAL}
    return fill("sheet.html.j2", content, sheet.formats, style=style)


def _quoted(text: str) -> str:
    """Write a text as a string of CSS in which no character means anything (CSS Syntax 3, 4.3.7)."""
    return '"{}"'.format("".join(c if c.isascii() and c.isalnum() else f"\\{ord(c):x} " for c in visible(text)))
