"""Numbers, dates, durations and sizes as a language writes them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from reports.visible import on_one_line
from reports.words import Language
from uat.model import JsonValue

_MAGNITUDES = ("B", "KB", "MB", "GB", "TB")


@dataclass(frozen=True, kw_only=True)
class Formats:
    """How one report writes values: its language and the checklist's time zone."""

    language: Language
    zone: ZoneInfo

    def number(self, value: float, digits: int = 2) -> str:
        """Write a number with the language's decimal mark, without trailing zeros."""
        text = f"{value:.{digits}f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
        return text.replace(".", self.language.say("units.decimal"))

    def duration(self, seconds: float) -> str:
        """Write seconds as `0,41 s`, `14 min 32 s` or `2 h 05 min`."""
        if seconds < 10:
            return f"{self.number(seconds, 3 if seconds < 1 else 1)} s"
        whole = round(seconds)
        if whole < 60:
            return f"{whole} s"
        minutes, rest = divmod(whole, 60)
        if minutes < 60:
            return f"{minutes} min {rest:02d} s"
        hours, minutes = divmod(minutes, 60)
        return f"{hours} h {minutes:02d} min"

    def size(self, size_bytes: float) -> str:
        """Write bytes in the largest fitting unit, by 1024."""
        for unit in _MAGNITUDES:
            if size_bytes < 1024 or unit == _MAGNITUDES[-1]:
                break
            size_bytes /= 1024
        return f"{self.number(size_bytes, 1)} {unit}"

    def day(self, day: date) -> str:
        """Write a date as `28 nov 2026`."""
        return f"{day.day} {self.language.say(f'units.month.{day.month}')} {day.year}"

    def clock(self, at: datetime) -> str:
        """Write the time of day, `22:14:03`, in the checklist's zone."""
        return at.astimezone(self.zone).strftime("%H:%M:%S")

    def moment(self, at: datetime) -> str:
        """Write a moment as `28 nov 2026, 22:14:03 CET`."""
        local = at.astimezone(self.zone)
        return f"{self.day(local)}, {local:%H:%M:%S} {local.tzname()}"

    def minute(self, at: datetime) -> str:
        """Write a moment that people agreed on, `28 nov 2026, 22:00`."""
        local = at.astimezone(self.zone)
        return f"{self.day(local)}, {local:%H:%M}"

    def value(self, name: str, value: JsonValue, *, limit: int = 300) -> str:
        """Write an observed or expected value; the unit stands in the property's name (`size_bytes`)."""
        if value is None:
            return self.language.say("units.nothing")
        if isinstance(value, bool):
            return self.language.say("units.yes" if value else "units.no")
        if isinstance(value, int | float):
            return self._quantity(name.rpartition(".")[2], value)
        if isinstance(value, list | tuple):
            return self._several(name, value, limit)
        if isinstance(value, dict):
            pairs = (f"{key}: {self.value(str(key), inner, limit=limit)}" for key, inner in value.items())
            return on_one_line("; ".join(pairs), limit=limit)
        return self._text(name, str(value), limit)

    def _several(self, name: str, values: list[JsonValue] | tuple[JsonValue, ...], limit: int) -> str:
        if not values:
            return self.language.say("units.none")
        return on_one_line(", ".join(self.value(name, value, limit=limit) for value in values), limit=limit)

    def _quantity(self, name: str, value: float) -> str:
        if name.endswith("_bytes"):
            return self.size(value)
        if name.endswith("_percent"):
            return f"{self.number(value)} %"
        if name.endswith("seconds"):
            return self.duration(value) if value >= 0 else f"{self.number(value, 3)} s"
        return str(value) if isinstance(value, int) else self.number(value, 6)

    def _text(self, name: str, text: str, limit: int) -> str:
        if name.endswith(("_at", "_until")):
            try:
                at = datetime.fromisoformat(text)
            except ValueError:
                return on_one_line(text, limit=limit)
            return self.minute(at) if name.endswith("_until") else self.moment(at)
        return on_one_line(text, limit=limit) if text else self.language.say("units.empty")
