"""Numbers, dates, durations and sizes, as Italian and English write them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from reports.formats import Formats
from reports.words import speak
from uat.model import JsonValue

AT = datetime(2026, 11, 28, 21, 14, 3, tzinfo=UTC)


def formats(code: str = "it", zone: str = "Europe/Rome") -> Formats:
    return Formats(language=speak(code), zone=ZoneInfo(zone))


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (0.0042, "0,004 s"),
        (0.41, "0,41 s"),
        (6.44, "6,4 s"),
        (59.4, "59 s"),
        (59.6, "1 min 00 s"),
        (872, "14 min 32 s"),
        (3599.7, "1 h 00 min"),
        (7500, "2 h 05 min"),
    ],
)
def test_a_duration_is_written_in_the_units_that_fit(seconds: float, text: str) -> None:
    """Short times have parts of a second, long ones hours."""
    assert formats().duration(seconds) == text


@pytest.mark.parametrize(("size", "text"), [(0, "0 B"), (1023, "1023 B"), (24576, "24 KB"), (18253611008, "17 GB")])
def test_a_size_is_written_in_the_unit_that_fits(size: int, text: str) -> None:
    """Bytes become KB, MB, GB by 1024."""
    assert formats().size(size) == text


def test_the_decimal_mark_is_the_language_s() -> None:
    """Italian writes a comma, English a point."""
    assert (formats("it").number(1.5), formats("en").number(1.5)) == ("1,5", "1.5")


def test_a_moment_is_told_in_the_checklist_s_time_zone() -> None:
    """The customer reads local time, and which."""
    assert formats("it").moment(AT) == "28 nov 2026, 22:14:03 CET"


def test_a_summer_s_moment_is_told_in_summer_time() -> None:
    """The zone's own rule decides."""
    assert formats("en").moment(AT.replace(month=7)) == "28 Jul 2026, 23:14:03 CEST"


def test_a_day_is_written_without_time() -> None:
    """A waiver ends on a day."""
    assert formats("it").day(date(2027, 1, 31)) == "31 gen 2027"


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("running", True, "sì"),
        ("running", False, "no"),
        ("error", None, "—"),
        ("output", "", "(vuoto)"),
        ("names", [], "nessuno"),
        ("names", ["a", "b"], "a, b"),
        ("json", {"queue": 2, "ok": True}, "queue: 2; ok: sì"),
        ("number", 5060, "5060"),
        ("size_bytes", 24576, "24 KB"),
        ("free_percent", 15.25, "15,25 %"),
        ("offset_seconds", -0.5, "-0,5 s"),
        ("json.queue.seconds", 2, "2 s"),
        ("server", "22.0", "22.0"),
        ("output", "a\x1b[2J\nb", "a⟨ESC⟩[2J ⏎ b"),
        ("kept_until", "2026-12-05T21:06+00:00", "5 dic 2026, 22:06"),
        ("taken_at", "not a time", "not a time"),
    ],
)
def test_a_value_is_written_by_its_name_and_type(name: str, value: JsonValue, text: str) -> None:
    """The unit stands in the property's name; text stays as it was written."""
    assert formats().value(name, value) == text
