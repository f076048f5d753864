"""What a step tells of itself while it is done: facts, evidence and news; kept also when it fails."""

from __future__ import annotations

import time
from collections.abc import Callable

from uat.model import Evidence, JsonValue, News, NewsKind


class Account:
    """Collects what a step saw; whoever conducts the step writes it down when the step is over.

    ``continues`` is set by a step that found what an earlier session began, and goes on with it.
    """

    def __init__(self, on_news: Callable[[News], None], *, on_mark: Callable[[], None] = lambda: None) -> None:
        """:param on_mark: writes down at once what was seen so far."""
        self.facts: dict[str, JsonValue] = {}
        self.evidence: list[Evidence] = []
        self.continues = False
        self._on_news = on_news
        self._on_mark = on_mark
        self._began = time.monotonic()

    @property
    def elapsed(self) -> float:
        """Seconds since the step began."""
        return time.monotonic() - self._began

    def saw(self, **facts: JsonValue) -> None:
        """Add plain facts to the step's observation."""
        self.facts |= facts

    def mark(self, **facts: JsonValue) -> None:
        """Add facts, and have them written down before anything else happens: there is no way back from here."""
        self.saw(**facts)
        self._on_mark()

    def keep(self, *evidence: Evidence) -> None:
        """Add evidence to the step."""
        self.evidence += evidence

    def tell(self, kind: NewsKind, text: str = "") -> None:
        """Say something that whoever watches wants to know now."""
        self._on_news(News(kind=kind, text=text, elapsed=round(self.elapsed, 1)))
