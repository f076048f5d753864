"""pytest's side of speaking: words on the terminal while it runs, pages at the end, pytest-html as appendix."""

from __future__ import annotations

import os
import sys
from collections.abc import Generator, Iterable, Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import TextIO, TypeAlias

import pytest

from reports import html, notices, summary, terminal
from reports.appendix import Appendix, condition_of, id_of
from reports.terminal import Line
from reports.told import Told
from reports.verdict import Tone
from reports.words import speak
from uat import journal
from uat.model import Check, Header, News, NewsKind, Notice, Phase, Progress, Result, Run, Step

TOLD = pytest.StashKey[Told]()
"""What this session was told, on pytest's config; absent when ``--phase`` was not given."""

SCREEN = pytest.StashKey[TextIO]()
"""The terminal for what other threads have to say; absent where there is none."""

Status: TypeAlias = tuple[str, str, str | tuple[str, Mapping[str, bool]]] | None
"""What `pytest_report_teststatus` gives: category, letter, word."""

_PYTHON = "python"
"""The kind of a check that a partner wrote as a test function."""

_COLOURS = {Tone.GOOD: "green", Tone.CAUTION: "yellow", Tone.BAD: "red"}


@pytest.hookimpl(optionalhook=True)
def pytest_tvox_started(config: pytest.Config, header: Header, folder: Path) -> None:
    """Send pytest-html's report to the evidence folder.

    This is called from a `pytest_configure` that comes first; pytest-html reads its options in its own.
    """
    missing = tuple(path for path in (folder, *folder.parents) if not path.exists())
    told = config.stash[TOLD] = Told(header=header, folder=folder, folders=missing)
    if config.getoption("htmlpath", None):
        raise pytest.UsageError("--html: a session's page is session.html in its evidence folder; leave --html out")
    if config.pluginmanager.hasplugin("html") and not config.getoption("collectonly"):
        config.option.htmlpath = str(folder / "session.html")
        config.option.self_contained_html = True
        config.pluginmanager.register(Appendix(told))


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Take back the folders that pytest-html has just made: the journal makes them, and wants to be the first."""
    if (told := config.stash.get(TOLD, None)) is not None:
        _remove_empty(told.folders)
        open_screen(config)


def open_screen(config: pytest.Config) -> None:
    """Keep a way of our own to the terminal, as it is before pytest's capture begins."""
    try:
        descriptor = os.dup(sys.stdout.fileno())
    except (OSError, ValueError, AttributeError):  # no real terminal or pipe: somebody calls pytest from a program
        return
    screen = open(  # noqa: SIM115, PTH123  a descriptor, closed by the session's end
        descriptor, "w", encoding=sys.stdout.encoding, errors="backslashreplace", buffering=1
    )
    config.stash[SCREEN] = screen
    config.add_cleanup(screen.close)


@pytest.hookimpl(optionalhook=True)
def pytest_tvox_phrases(language: str) -> Mapping[str, str]:
    """Lend the words in which a person is asked."""
    return speak(language).section("ask")


def pytest_report_header(config: pytest.Config) -> list[str]:
    """Begin with whose machine this is."""
    told = config.stash.get(TOLD, None)
    if told is None:
        return []
    lines = terminal.started(told.header, _near(config, told.folder), begun=_begun(told))
    return [line.text for line in lines]


def _begun(told: Told) -> Step | None:
    """Give the last step of the session that this one goes on with; none when its folder was not there before."""
    if told.folder in told.folders:
        return None
    return next((step for step in reversed(journal.read(told.folder).steps) if step.was_begun), None)


def pytest_collection_finish(session: pytest.Session) -> None:
    """From here on our own words tell what happens; pytest's file names would stand between them."""
    config = session.config
    if TOLD in config.stash and config.option.verbose == 0 and not config.option.collectonly:
        config.option.verbose = -1


@pytest.hookimpl(wrapper=True)
def pytest_report_teststatus(config: pytest.Config) -> Generator[None, Status, Status]:
    """Count each outcome, without its dot."""
    status = yield
    if status is None or TOLD not in config.stash or config.option.verbose >= 0:
        return status
    return status[0], "", ""


@pytest.hookimpl(optionalhook=True)
def pytest_tvox_result(config: pytest.Config, check: Check, result: Result) -> None:
    """Say at once what is wrong, so that nobody waits for the end to read it."""
    told = config.stash[TOLD]
    if told.take(check, result):
        _write(config, [terminal.looking(told.header, result.phase)])
    _write(config, terminal.resulted(told.header, check, result, told.before))


@pytest.hookimpl(optionalhook=True)
def pytest_tvox_progress(config: pytest.Config, progress: Progress) -> None:
    """Say how far the looking is: on a terminal on one line that changes, elsewhere on a new one now and then."""
    screen, told = config.stash.get(SCREEN, None), config.stash[TOLD]
    if screen is None or not config.pluginmanager.hasplugin("terminalreporter"):
        return
    if progress.done == progress.total:
        wipe(config)
    elif screen.isatty():
        told.is_passing = True
        screen.write(f"\r{terminal.progressed(told.header, progress):<{terminal.WIDTH - 1}}")
        screen.flush()
    elif progress.elapsed - told.progress_at >= told.header.checklist.limits.progress_lines:
        told.progress_at = progress.elapsed
        screen.write(f"{terminal.progressed(told.header, progress)}\n")


@pytest.hookimpl(optionalhook=True)
def pytest_tvox_step(config: pytest.Config, step: Step, news: News) -> None:
    """Say what a step does."""
    told = config.stash[TOLD]
    if news.kind is NewsKind.ENDED:
        told.last_step = step
    _write(config, terminal.told(told.header, step, news))


@pytest.hookimpl(optionalhook=True)
def pytest_tvox_outage(config: pytest.Config, notice: Notice) -> None:
    """Say what was seen from outside, without touching pytest's capture: this is another thread."""
    screen, told = config.stash.get(SCREEN, None), config.stash[TOLD]
    if screen is not None and config.pluginmanager.hasplugin("terminalreporter"):
        for line in notices.noticed(told.header, notice):
            screen.write(f"{line.text}\n")


@pytest.hookimpl(optionalhook=True)
def pytest_tvox_ended(config: pytest.Config, run: Run, folder: Path) -> None:
    """Write the pages; what they come to is said last, after pytest's own summary."""
    written: tuple[Path, ...] = ()
    unwritten: tuple[Line, ...] = ()
    try:
        refuse_link(folder / "session.html")
        written = html.write(run, folder)
    except Exception as error:  # noqa: BLE001  the edge: the facts are on the disk, whatever happens to their pages
        unwritten = summary.unwritten(run, _near(config, folder), error)
    appendix = (folder / "session.html",) if config.pluginmanager.hasplugin("html") else ()
    near = tuple(_near(config, path) for path in (*written, *appendix))
    config.stash[TOLD].closing = (*summary.summary(run, near), *unwritten)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> Generator[None]:
    """Speak last; and leave nothing behind of a session that looked at nothing."""
    told = session.config.stash.get(TOLD, None)
    if told is None:
        return (yield)
    is_page_due = bool(session.config.getoption("htmlpath", None)) and not told.folder.exists()
    if is_page_due:
        told.folder.mkdir(parents=True)  # pytest-html writes in any case, and fails without the folder
    yield
    if is_page_due and [path.name for path in told.folder.iterdir()] == ["session.html"]:
        (told.folder / "session.html").unlink()
        _remove_empty(told.folders)
    _write(session.config, told.closing)
    return None


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Put what failed into words, in place of technical text; a partner's own test keeps its traceback."""
    report = yield
    told = item.config.stash.get(TOLD, None)
    if told and report.failed and report.when == "call" and (words := _words(told, report)):
        report.longrepr = words
    return report


def refuse_link(path: Path) -> None:
    """See that no symbolic link stands where pytest-html, which would follow it, is about to write."""
    if path.is_symlink():
        path.unlink()
        raise OSError(f"{path} was a symbolic link; it is not followed, and was taken away")


def _words(told: Told, report: pytest.TestReport) -> str:
    id = id_of(report)
    if found := told.results.get((Phase.PREFLIGHT, condition_of(report))):
        return terminal.failed_condition(told.header, found)
    result, step = told.latest(id), told.last_step
    if result and told.checks[id].kind != _PYTHON:
        return terminal.failure(told.header, told.checks[id], result, told.before)
    if not id and step and step.stop:
        return terminal.failed_step(told.header, step)
    return ""


def _near(config: pytest.Config, path: Path) -> Path:
    """Name a path from where the engineer stands, when it lies below."""
    here = config.invocation_params.dir
    return path.relative_to(here) if path.is_relative_to(here) else path


def _write(config: pytest.Config, lines: Iterable[Line]) -> None:
    """Write lines to the real terminal, also while pytest captures what a test prints."""
    reporter = config.pluginmanager.getplugin("terminalreporter")
    lines = tuple(lines)
    if reporter is None or not lines:
        return
    wipe(config)
    capture = config.pluginmanager.getplugin("capturemanager")
    with capture.global_and_fixture_disabled() if capture else nullcontext():
        for line in lines:
            colour = {_COLOURS[line.tone]: True} if line.tone else {}
            reporter.write_line(line.text, bold=line.is_strong, **colour)
        reporter.flush()


def wipe(config: pytest.Config) -> None:
    """Take the line that changes from the terminal, before something that stays is written."""
    screen, told = config.stash.get(SCREEN, None), config.stash.get(TOLD, None)
    if screen is not None and told is not None and told.is_passing:
        told.is_passing = False
        screen.write(f"\r{'':<{terminal.WIDTH - 1}}\r")
        screen.flush()


def _remove_empty(folders: Iterable[Path]) -> None:
    """Remove folders that are still there and empty, the deepest first."""
    for folder in folders:
        if not folder.is_dir() or any(folder.iterdir()):
            return
        folder.rmdir()
