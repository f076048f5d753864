"""Loads the three plugins when the suite runs from its checkout, where no entry point names them."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Import each plugin once, under the name its entry point has (a second name would abort pytest)."""
    for name in ("uat.plugin", "procedure.plugin", "reports.plugin"):
        pluginmanager.import_plugin(name)
