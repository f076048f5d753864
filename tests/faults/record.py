"""A plugin of the tests: leaves what came of each test in `tests/faults/results`, for the table of faults."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.faults.rows import RESULTS

_TESTS: pytest.StashKey[dict[str, dict[str, Any]]] = pytest.StashKey()


def pytest_configure(config: pytest.Config) -> None:
    """Begin with nothing."""
    config.stash[_TESTS] = {}
    config.pluginmanager.register(Recorder(config.stash[_TESTS]))


class Recorder:
    """Takes notice of each test once it is over."""

    def __init__(self, tests: dict[str, dict[str, Any]]) -> None:
        self._tests = tests

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep what a test came to; a failure of its setting counts as well."""
        if report.when != "call" and report.passed:
            return
        said = {name: value for name, value in report.user_properties if name in ("seen", "kills", "nights")}
        skipped = str(report.longrepr[2]).removeprefix("Skipped: ") if isinstance(report.longrepr, tuple) else ""
        self._tests[report.nodeid] = {"passed": report.passed, "skipped": skipped, **said}

    def pytest_sessionfinish(self) -> None:
        """Write it down."""
        RESULTS.mkdir(exist_ok=True)
        moment = datetime.now(UTC)
        document = {"at": moment.isoformat(timespec="seconds"), "tests": self._tests}
        path = RESULTS / f"{moment:%Y%m%dT%H%M%S.%f}.json"
        path.write_text(json.dumps(document, indent=1, ensure_ascii=False), encoding="utf-8")
