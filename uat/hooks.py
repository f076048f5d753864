"""The hooks by which the rooms hear of each other; everything else they share stands in the journal."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from uat.model import Check, Header, News, Notice, Progress, Result, Run, Step

if TYPE_CHECKING:
    import pytest


def pytest_tvox_started(config: pytest.Config, header: Header, folder: Path) -> None:
    """Hear that a session has its checklist and its evidence folder (not made yet)."""


def pytest_tvox_result(config: pytest.Config, check: Check, result: Result) -> None:
    """Hear of a check's result, right after it was journalled."""


def pytest_tvox_progress(config: pytest.Config, progress: Progress) -> None:
    """Hear, once a ``limits.progress`` and at the end, how far the looking of a phase is."""


def pytest_tvox_step(config: pytest.Config, step: Step, news: News) -> None:
    """Hear that a step began, what it shows while it runs, and how it ended."""


def pytest_tvox_outage(config: pytest.Config, notice: Notice) -> None:
    """Hear of a service that went or came back, of the running outage, of the window; from a thread of its own."""


def pytest_tvox_ended(config: pytest.Config, run: Run, folder: Path) -> None:
    """Hear that the journal is complete: time to make the pages."""


def pytest_tvox_phrases(language: str) -> Mapping[str, str] | None:
    """Give the words in which a person is asked; the first answer counts."""
