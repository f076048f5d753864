"""It is known how Telenia is reached, and when: the procedure may stop with "contact Telenia"."""

from __future__ import annotations

from procedure.conditions import Area, Finding, Ground, found

AREA = Area.AGREEMENT


def look(ground: Ground) -> Finding:
    """Look under ``contacts.telenia`` for a number or an address, and the hours."""
    contact = ground.checklist.contacts.get("telenia")
    way = (contact.phone or contact.email) if contact else ""
    hours = contact.hours if contact else ""
    return found(bool(way and hours), contact=way or None, hours=hours or None)
