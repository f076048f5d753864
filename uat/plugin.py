"""pytest's side of looking and judging: options, the fixtures `phase` and `tvox`, collection, outcomes."""

from __future__ import annotations

import os
import shlex
from collections.abc import Generator, Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from uat import garbage, hooks, journal, options, resumption
from uat.answers import Channel
from uat.baseline import folder_of
from uat.ending import exit_code, stop_code
from uat.errors import TvoxError, UnreachableError
from uat.host import parse_address
from uat.items import PYTHON, check_id, check_ids, phase_of, python_check, python_result
from uat.model import Check, Checklist, Ending, Header, Outcome, Phase, Progress, Result, Run
from uat.phases import PROCEDURE, looked_at
from uat.probe import Probe
from uat.session import Session, Settings
from uat.ssh.known_hosts import file_of
from uat.terminal import Terminal

SESSION = pytest.StashKey[Session]()
"""Where the session stands on pytest's config; absent when ``--phase`` was not given."""

CHANGES = pytest.StashKey[bool]()
"""Set on a test's definition by the plugin that parametrizes its `phase` itself: a step, not a look."""

BLOCKED = "blocked: the session was stopped before"

_ORDER = [None, *Phase]


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    """Declare the hooks between the rooms."""
    pluginmanager.add_hookspecs(hooks)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options of looking."""
    group = parser.getgroup("tvox", "TVOX acceptance")
    group.addoption("--phase", choices=[phase.value for phase in Phase], help="what this session is for")
    group.addoption("--tvox-host", metavar="[USER@]HOST[:PORT]", help="the machine; wins over system.ssh")
    group.addoption("--identity", metavar="FILE", help="the private key that logs in (default: as ssh does)")
    group.addoption("--operator", default="", metavar="NAME", help="who runs it (default: the login name)")
    group.addoption("--evidence", default="evidence", metavar="DIR", help="where the evidence goes")
    group.addoption("--known-hosts", metavar="FILE", help="trusted host keys (default: the customer's own file)")
    group.addoption("--manual", choices=["terminal", "file", "none"], help="how the manual checks are asked")
    group.addoption("--answers", metavar="FILE", help="answers of the manual checks, in YAML")
    group.addoption(
        "--resume",
        action="store_true",
        help="the same command after an interruption: looks at the machine first, then goes on; no patch runs twice",
    )
    group.addoption("--baseline", metavar="RUN", help="the run that post is compared with: folder or id")
    group.addoption(
        "--var", action="append", default=[], metavar="NAME=VALUE", help="a variable; wins over the file's"
    )
    group.addoption(
        "--area", action="append", default=[], metavar="AREA", help="pre, post: the checks of an area only"
    )
    group.addoption("--tag", action="append", default=[], metavar="TAG", help="pre, post: the checks with a tag only")
    parser.addini("tvox_checklist", "the checklist of a session that names none", default="")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Load the checklist and prepare the session; nothing is looked at yet."""
    if not config.getoption("phase"):
        return
    # Whatever a session writes, pytest-html's and a partner's files too, is for its owner only.
    config.add_cleanup(partial(_set_umask, os.umask(0o077)))
    config.add_cleanup(garbage.collect_rarely())
    # A warning of a library must not end an upgrade at night, whatever the project's own tests want.
    config.addinivalue_line("filterwarnings", "default")
    # All that CentOS 6 offers; cryptography 50 warns of it at each key exchange.
    config.addinivalue_line("filterwarnings", "ignore:Diffie-Hellman over finite fields")
    refuse_parallel(config)
    refuse_half(config)
    try:
        config.stash[SESSION] = make_session(config)
    except (options.NoChecklistError, TvoxError, ValueError) as error:
        raise pytest.UsageError(str(error)) from error
    session = config.stash[SESSION]
    config.hook.pytest_tvox_started(config=config, header=session.header, folder=session.folder)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Spare pytest its last looks for garbage among what the process is about to give back."""
    if SESSION in config.stash:
        garbage.spare_what_is_left()


def _set_umask(mask: int) -> None:
    os.umask(mask)


def refuse_parallel(config: pytest.Config) -> None:
    """Refuse to spread one machine's session over several processes (pytest-xdist)."""
    if config.getoption("numprocesses", None) or config.getoption("dist", "no") not in (None, "no"):
        raise pytest.UsageError("-n: one machine is looked at by one process; leave -n and --dist out")


def refuse_half(config: pytest.Config) -> None:
    """Refuse an upgrade that would look before and after, and change nothing in between."""
    phase = Phase(config.getoption("phase"))
    if phase in PROCEDURE and not config.pluginmanager.hasplugin("procedure.plugin"):
        raise pytest.UsageError(f"--phase={phase}: procedure.plugin is not loaded; leave out -p no:procedure.plugin")


def make_session(config: pytest.Config) -> Session:
    """Put the command line and the checklist together; the checklist becomes an argument of pytest."""
    named = config.args if config.args_source is pytest.Config.ArgsSource.ARGS else []
    path = options.choose_checklist(named, config.getini("tvox_checklist"), config.invocation_params.dir)
    if not any(Path(one.split("::")[0]).suffix == path.suffix for one in named):
        config.args[:] = [*named, str(path)]
    checklist = options.load_checklist(path, config.getoption("tvox_host") or "", config.getoption("var"))
    options.check_filters(checklist, Phase(config.getoption("phase")), **filters_of(config))
    options.check_answers(config.getoption("answers"), checklist)
    header = options.make_header(checklist, Phase(config.getoption("phase")), config.getoption("operator"))

    def tell(check: Check, result: Result) -> None:
        config.hook.pytest_tvox_result(config=config, check=check, result=result)

    def tell_progress(progress: Progress) -> None:
        config.hook.pytest_tvox_progress(config=config, progress=progress)

    terminal = Terminal(config.pluginmanager.getplugin("capturemanager"))
    settings = settings_of(config, checklist, interactive=terminal.is_there)
    channel = channel_of(config, terminal, checklist.language)
    header = header.model_copy(update={"ssh_ignored": settings.address.ignored, "command": command_of(config)})
    ask = terminal.read_hidden if settings.interactive else None
    session = Session(
        settings,
        header,
        on_result=tell,
        on_progress=tell_progress,
        ask=ask,
        earlier=earlier_run(config, settings, header, channel),
    )
    session.channel = channel
    return session


def filters_of(config: pytest.Config) -> dict[str, list[str]]:
    """Give the areas and tags whose checks alone are to be looked at."""
    return {"areas": config.getoption("area"), "tags": config.getoption("tag")}


def command_of(config: pytest.Config) -> str:
    """Give what was typed, to be typed again; a name that was confirmed then is not confirmed for later."""
    words = (word for word in config.invocation_params.args if not word.startswith(("--resume", "--confirm-host")))
    return shlex.join(["pytest", *words])


def status_of(config: pytest.Config) -> str:
    """Give the command that tells where this change stands."""
    kept = ("--tvox-host=", "--identity=", "--known-hosts=", "--evidence=", "--var=")
    words = [word for word in config.invocation_params.args if word.startswith(kept)]
    return shlex.join(
        ["tvox-uat", "status", *words, *(path for path in config.args if path.endswith((".yaml", ".yml")))]
    )


def earlier_run(
    config: pytest.Config, settings: Settings, header: Header, channel: Channel
) -> tuple[Run, Path] | None:
    """Find the interrupted upgrade that this session goes on with; an unfinished one is never passed over."""
    place = folder_of(settings.evidence, header.checklist.customer, header.checklist.change)
    try:
        return resumption.choose(place, header, resume=config.getoption("resume"))
    except resumption.UnfinishedError as found:
        if config.getoption("collectonly"):
            return None
        raise ValueError(resumption.explain(found, header.command, status_of(config), channel.phrases)) from None


def settings_of(config: pytest.Config, checklist: Checklist, *, interactive: bool) -> Settings:
    """Read the options of a session.

    :raises ValueError: no machine is named.
    """
    system = checklist.system
    named = config.getoption("tvox_host") or system.ssh
    if not named:
        raise ValueError("which machine? give --tvox-host=USER@HOST, or system.ssh in the checklist")
    address = parse_address(named, config=options.SSH_CONFIG.expanduser(), jump=system.jump)
    if identity := config.getoption("identity"):
        address = address.model_copy(update={"identity_files": (identity,)})
    answers, named_file = config.getoption("answers"), config.getoption("known_hosts")
    default = "file" if answers else "terminal" if interactive else "none"
    return Settings(
        phase=Phase(config.getoption("phase")),
        address=address,
        known_hosts=Path(named_file).expanduser() if named_file else file_of(checklist.customer),
        evidence=config.invocation_params.dir / config.getoption("evidence"),
        manual=config.getoption("manual") or default,
        answers=Path(answers) if answers else None,
        baseline=config.getoption("baseline"),
        interactive=interactive,
    )


def channel_of(config: pytest.Config, terminal: Terminal, language: str) -> Channel:
    """Prepare how a person is asked: the words, the terminal, the answers already written."""
    found: list[Mapping[str, str] | None] = config.hook.pytest_tvox_phrases(language=language)
    answers = config.getoption("answers")
    return Channel(
        phrases=next(filter(None, found), {}),
        read=terminal.read,
        write=terminal.write,
        file=Path(answers) if answers else None,
    )


class ChecklistFile(pytest.File):
    """A YAML checklist; its items are the functions of a test module, asked once per check and phase."""

    tests = Path(__file__).with_name("test_checklist.py")

    def collect(self) -> Iterator[pytest.Item | pytest.Collector]:
        """Yield the module's parametrized functions under the checklist's own name, where checks are looked at."""
        if looked_at(self.config.stash[SESSION].header.phase):
            yield from pytest.Module.from_parent(self, path=self.tests, nodeid=self.nodeid).collect()


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Take the checklist that stands on the command line."""
    if SESSION not in parent.config.stash or not parent.session.isinitpath(file_path):
        return None
    if file_path.suffix not in (".yaml", ".yml"):
        return None
    return ChecklistFile.from_parent(parent, path=file_path, nodeid=node_name(file_path, parent.config.rootpath))


def node_name(path: Path, root: Path) -> str:
    """Name a checklist's node after its file: relative to pytest's root, in full when it lies outside."""
    return (path.relative_to(root) if path.is_relative_to(root) else path).as_posix()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Ask each test that looks at the machine once per phase, and `test_check` once per check."""
    session = metafunc.config.stash.get(SESSION, None)
    if session is None:
        return
    names = set(metafunc.fixturenames)
    if "phase" in names and CHANGES not in metafunc.definition.stash:
        metafunc.parametrize("phase", looked_at(session.header.phase), scope="session", indirect=True)
    if metafunc.definition.getparent(ChecklistFile) and "check" in names:
        checks = [check for check in session.checklist.checks if check.kind != PYTHON]
        metafunc.parametrize("check", checks, ids=[check.id for check in checks])


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what was not asked for; bring the rest into the order of the night: pre, the procedure, post."""
    if SESSION in config.stash and any(filters_of(config).values()):
        wanted = asked_for(config)
        left_out = [item for item in items if check_id(item) not in wanted]
        items[:] = [item for item in items if check_id(item) in wanted]
        config.hook.pytest_deselected(items=left_out)
    items.sort(key=lambda item: _ORDER.index(phase_of(item)))


def asked_for(config: pytest.Config) -> set[str]:
    """List the checks of an area or tag that was asked for; a partner's own test has neither."""
    checklist, filters = config.stash[SESSION].checklist, filters_of(config)
    return {check.id for check in checklist.checks if options.is_selected(check, checklist, **filters)}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_finish(session: pytest.Session) -> None:
    """Write down what is planned, once it is known what pytest selected."""
    ours = session.config.stash.get(SESSION, None)
    if ours is None:
        return
    python = {check.id: check for item in session.items if (check := python_check(item))}
    known = {check.id for check in ours.checklist.checks}
    everything = (*ours.checklist.checks, *(check for id, check in python.items() if id not in known))
    selected = {phase: tuple(check_ids(session.items, phase)) for phase in looked_at(ours.header.phase)}
    full = {check.id for check in everything}
    ours.header = ours.header.model_copy(
        update={
            "checklist": ours.checklist.model_copy(update={"checks": everything}),
            "planned": selected,
            "partial": any(set(ids) != full for ids in selected.values()),
        }
    )


@pytest.fixture(scope="session")
def phase(request: pytest.FixtureRequest) -> Iterator[Phase]:
    """The phase of the session that this test runs in: pre, upgrade, post ..."""
    session, wanted = request.config.stash[SESSION], Phase(request.param)
    ids = set(check_ids(request.session.items, wanted))
    checks = [check for check in session.checklist.checks if check.id in ids]
    session.begin(wanted, [check for check in checks if check.kind != PYTHON])
    if session.stop is not None:
        session.block(checks, wanted)
    yield wanted
    session.end()


@pytest.fixture(scope="session")
def tvox(phase: Phase, request: pytest.FixtureRequest) -> Probe:
    """The machine, as a check may use it: `.host` (testinfra), `.web` (requests), evidence recorded.

    A test that asks for it is a check: it runs in each phase and has its row in the reports.
    """
    session = request.config.stash[SESSION]
    if session.stop is not None:
        pytest.skip(BLOCKED)
    return session.probe()


@pytest.fixture
def result(check: Check, phase: Phase, request: pytest.FixtureRequest) -> Result:
    """What the look at this check came to."""
    session = request.config.stash[SESSION]
    if session.stop is not None:
        pytest.skip(BLOCKED)
    return session.results[phase, check.id]


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Block every check that comes after the session was stopped."""
    session, phase, id = item.config.stash.get(SESSION, None), phase_of(item), check_id(item)
    if session is None or phase is None or id is None:
        return
    if session.earlier and phase is Phase.PRE and python_check(item):
        pytest.skip("looked at before the interruption")
    if session.stop is None:
        return
    if (phase, id) not in session.results:
        session.block([check for check in session.checklist.checks if check.id == id], phase)
        pytest.skip(BLOCKED)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Give each report its check's id and outcome, and turn a partner's own test into a result."""
    report = yield
    keep_secrets_out(report, item.config)
    session, phase, id = item.config.stash.get(SESSION, None), phase_of(item), check_id(item)
    if session is None or phase is None or id is None:
        return report
    check = python_check(item)
    if check and (report.when == "call" or report.failed) and (phase, id) not in session.results:
        session.keep(check, python_result(item, check, report))
    if (found := session.results.get((phase, id))) and report.when == "call":
        item.user_properties[:] = [("id", id), ("outcome", str(found.outcome))]
        report.user_properties = list(item.user_properties)
    return report


def keep_secrets_out(report: pytest.TestReport, config: pytest.Config) -> None:
    """Take the session's secrets out of what pytest itself would show: tracebacks with their variables, output."""
    session = config.stash.get(SESSION, None)
    if session is None:
        return
    clean = session.secrets.redactor.clean
    report.sections[:] = [(name, clean(text)) for name, text in report.sections]
    if report.failed and (text := str(report.longrepr)) != clean(text):
        report.longrepr = clean(text)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Write down what was not run and how it ended, choose the exit code, and let the reports speak."""
    ours = session.config.stash.get(SESSION, None)
    if ours is None or not ours.has_journal:
        return
    for phase, ids in ours.header.planned.items():
        planned = set(ids)
        ours.leave([check for check in ours.checklist.checks if check.id in planned], phase, Outcome.NOT_RUN)
    session.exitstatus = exit_code(ours, int(exitstatus))
    ending = Ending(
        exit_code=session.exitstatus,
        stop=stop_code(ours),
        message=str(ours.stop) if isinstance(ours.stop, UnreachableError) else "",
        ended_at=datetime.now(UTC),
    )
    ours.journal.write("ending", ending)
    ours.journal.close()
    config = session.config
    config.hook.pytest_tvox_ended(config=config, run=journal.read(ours.folder), folder=ours.folder)
