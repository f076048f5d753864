"""pytest's side of change: the fixtures of the steps, the whole night or nothing, what blocks what."""

from __future__ import annotations

import os
import signal
import warnings
from collections.abc import Callable, Generator, Iterator
from functools import cache, partial
from pathlib import Path

import pytest

from procedure import hypervisors, logs, orders
from procedure.conduct import Conductor, Work
from procedure.custody import ActiveHereError, FileLock, hold_here
from procedure.hypervisors import Hypervisor, PowerState
from procedure.night import Night
from procedure.past import Past
from procedure.person import Person
from procedure.plan import steps_of
from procedure.preflight import Preflight, questions
from procedure.preflight import conditions as preflight_conditions
from procedure.watch import Watch
from procedure.whole import Key, difference, ending_early, key_of, narrowing, whole_session
from procedure.written import read_written
from uat.errors import ChecklistError
from uat.items import check_id, phase_of
from uat.journal import JournalError
from uat.model import News, Notice, Phase, Step
from uat.phases import CHANGING, PARTS, PROCEDURE
from uat.plugin import CHANGES, SESSION, ChecklistFile
from uat.session import Session

CONDUCTOR = pytest.StashKey[Conductor]()
WATCH = pytest.StashKey[Watch]()
PREFLIGHT = pytest.StashKey[Preflight]()
PAST = pytest.StashKey[Past]()
"""The upgrade that a rollback or a close belongs to."""
_OTHERS = pytest.StashKey[list[Key]]()
_HELD = pytest.StashKey[FileLock]()


_TESTS = {
    Phase.PREFLIGHT: "test_preflight.py",
    Phase.UPGRADE: "test_upgrade.py",
    Phase.ROLLBACK: "test_rollback.py",
    Phase.CLOSE: "test_close.py",
}


class ProcedureFile(ChecklistFile):
    """The checklist once more: the session's procedure, one item a condition or a step."""

    def collect(self) -> Iterator[pytest.Item | pytest.Collector]:
        """Yield the functions of each part of the procedure under the checklist's own name."""
        for part in PARTS[self.config.stash[SESSION].header.phase]:
            if part in _TESTS:
                path = Path(__file__).with_name(_TESTS[part])
                yield from pytest.Module.from_parent(self, path=path, nodeid=self.nodeid).collect()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options of change."""
    group = parser.getgroup("tvox")
    group.addoption("--confirm-host", metavar="NAME", help="the host's own name, in place of typing it")
    for name, place, meaning in orders.OPTIONS:
        group.addoption(name, metavar=place, help=meaning)
    group.addoption(
        "--early", action="store_true", help="close: before the date chosen; with --reason, --approved-by"
    )


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Refuse a procedure that cannot be whole, before anything is looked at."""
    session = procedure_of(config)
    if session is None:
        return
    phase = session.header.phase
    if early := ending_early(vars(config.option)):
        raise pytest.UsageError(f"{', '.join(early)}: --phase={phase} is not ended in its middle; leave it out")
    try:
        hypervisors.choose(session.checklist.system.hypervisor)
        steps_of(phase, session.checklist.upgrade)
        if phase in orders.LOOKING_BACK:
            config.stash[PAST] = orders.belong(session, config.getoption("run"))
    except (ValueError, JournalError) as error:
        raise pytest.UsageError(f"{session.checklist.path}: {error}") from error
    if Phase.PREFLIGHT in PARTS[phase]:
        config.stash[PREFLIGHT] = make_preflight(session)
    config.stash[_OTHERS] = []
    # pytest-timeout must not end a step that takes its time; without that plugin the marker has no meaning.
    config.addinivalue_line("markers", "timeout: set to none for a procedure")


def procedure_of(config: pytest.Config) -> Session | None:
    """Give the session when a procedure belongs to it: preflight, upgrade, rollback, close."""
    session = config.stash.get(SESSION, None)
    return session if session and session.header.phase in PROCEDURE else None


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Take the checklist a second time, for its procedure."""
    if procedure_of(parent.config) is None or not parent.session.isinitpath(file_path):
        return None
    is_checklist = file_path.suffix in (".yaml", ".yml")
    return ProcedureFile.from_parent(parent, path=file_path) if is_checklist else None


@pytest.hookimpl(wrapper=True)
def pytest_generate_tests(metafunc: pytest.Metafunc) -> Generator[None]:
    """Ask each step once, each step of a patch once per patch; before the room of checks gives out phases."""
    if "preflight" in metafunc.fixturenames:
        metafunc.definition.stash[CHANGES] = True
        metafunc.parametrize("phase", [Phase.PREFLIGHT], scope="session", indirect=True)
        metafunc.parametrize("condition", preflight_conditions(), scope="session")
    if "conductor" in metafunc.fixturenames:
        _parametrize_step(metafunc)
    return (yield)


def _parametrize_step(metafunc: pytest.Metafunc) -> None:
    session = procedure_of(metafunc.config)
    if session is None or session.header.phase not in CHANGING:
        raise pytest.Collector.CollectError(
            f"{metafunc.definition.nodeid} asks for a step of the procedure: only in --phase=upgrade"
        )
    metafunc.definition.stash[CHANGES] = True
    if "release" in metafunc.fixturenames:
        releases = [patch.release for patch in session.checklist.upgrade.patches]
        metafunc.parametrize("release", releases, scope="session")
    metafunc.parametrize("phase", [session.header.phase], scope="session", indirect=True)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Take notice of what partners' own files add to the plan, before anything can leave it out again."""
    others = item.config.stash.get(_OTHERS, None)
    if others is not None and item.getparent(ChecklistFile) is None:
        others.append(item_key(item))


def item_key(item: pytest.Item) -> Key:
    """Name what an item stands for: a check, a condition, a step, or itself."""
    phase, parameters = phase_of(item), getattr(getattr(item, "callspec", None), "params", {})
    if item.getparent(ProcedureFile):
        return key_of(phase, parameters.get("condition") or step_name(item), parameters.get("release"))
    return key_of(phase, check_id(item) or item.nodeid)


def step_name(item: pytest.Item) -> str:
    """Give the step that an item of the procedure stands for: ``test_settle_after`` is a ``settle``."""
    function = getattr(item, "originalname", item.name)
    return str(function).removeprefix("test_").removesuffix("_after")


def _whole(session: Session, others: list[Key]) -> tuple[Key, ...]:
    return whole_session(session.header.phase, session.checklist, preflight_conditions(), others)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Bring a procedure into the order of its plan, and let nothing put a time limit of its own on a step."""
    session = procedure_of(config)
    if session is None:
        return
    places = {key: place for place, key in enumerate(_whole(session, config.stash[_OTHERS]))}
    items.sort(key=lambda item: places.get(item_key(item), len(places)))
    for item in items:
        item.add_marker(pytest.mark.timeout(0))


@pytest.hookimpl(trylast=True)
def pytest_collection_finish(session: pytest.Session) -> None:
    """Start only what is whole: the items must be the plan, in its order."""
    config, ours = session.config, procedure_of(session.config)
    if ours is None:
        return
    if said := difference(_whole(ours, config.stash[_OTHERS]), [item_key(item) for item in session.items]):
        by = narrowing(vars(config.option), config.invocation_params.args, os.environ.get("PYTEST_ADDOPTS", ""))
        raise pytest.UsageError(
            f"--phase={ours.header.phase} runs whole or not at all: {said}."
            f" Leave out: {', '.join(by) or 'what changes the plan'}"
        )
    if ours.header.phase in CHANGING and not config.getoption("collectonly"):
        config.stash[_HELD] = hold_machine(ours)
        heed_signals()
        config.stash[CONDUCTOR] = make_conductor(config, ours)


def hold_machine(session: Session) -> FileLock:
    """See that no other process of this computer works on the machine, before anything is looked at."""
    uuid = hypervisors.choose(session.checklist.system.hypervisor).machine.uuid
    try:
        return hold_here(uuid, run=session.header.id)
    except ActiveHereError as error:
        phrase = session.channel.phrases.get("active_here") if session.channel else None
        raise pytest.UsageError(phrase.format(**error.about) if phrase else str(error)) from None


def heed_signals() -> None:
    """Let an end that comes from outside (SIGTERM, a closed terminal) end the watching as Ctrl-C does.

    A second one, from a hand that is impatient, does not disturb the ending: the machine may have to be switched on
    again, and the line that goes on has to be said. A third one ends at once.
    """
    heard: list[int] = []

    def interrupt(number: int, frame: object) -> None:
        heard.append(number)
        if len(heard) != 2:
            raise KeyboardInterrupt(signal.Signals(number).name)

    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), interrupt)


def make_conductor(config: pytest.Config, session: Session) -> Conductor:
    """Put together who conducts the night."""
    watch = config.stash[WATCH] = make_watch(config, session)

    def tell(step: Step, news: News) -> None:
        guarded(step.name, partial(config.hook.pytest_tvox_step, config=config, step=step, news=news))
        guarded(step.name, partial(watch.hear, step, news))

    work = make_work(config, session)
    plan = steps_of(session.header.phase, session.checklist.upgrade)
    earlier = session.earlier.steps if session.earlier else ()
    return Conductor(plan, session, work, on_step=tell, earlier=earlier)


def make_watch(config: pytest.Config, session: Session) -> Watch:
    """Put together who looks from outside while the machine is changed."""

    def tell(notice: Notice) -> None:
        guarded(notice.kind, partial(config.hook.pytest_tvox_outage, config=config, notice=notice))

    chosen = hypervisors.choose(session.checklist.system.hypervisor)
    nobody = Person(None, is_there=False)

    @cache  # so that a login that was refused is remembered
    def opened() -> Hypervisor:
        return chosen.open(limits=session.checklist.limits, ask=nobody, secret=session.secrets.get)

    def power() -> PowerState:
        return opened().power()

    return Watch(session, tell=tell, power=None if chosen.is_attested else power)


def guarded(name: str, act: Callable[[], object]) -> None:
    """Do what must not end a step half way when it fails, such as telling a terminal that was closed."""
    try:
        act()
    except Exception as error:  # noqa: BLE001  the edge: the step goes on, and why it was not told is said
        with warnings.catch_warnings():
            warnings.simplefilter("default")
            warnings.warn(f"{name}: nobody could be told: {error!r}", stacklevel=1)


def make_work(config: pytest.Config, session: Session) -> Work:
    """Choose what the steps of this session's procedure mean."""
    ask = Person(session.channel, is_there=session.settings.interactive)
    if upgrade := config.stash.get(PAST, None):
        return orders.make_work(session, upgrade, ask=ask, get=config.getoption)
    return Night(session, ask=ask, confirm_host=config.getoption("confirm_host"))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Block what a partner added to the procedure once that was stopped; steps and checks know by themselves."""
    session = procedure_of(item.config)
    if session and session.stop and phase_of(item) in PROCEDURE and item.getparent(ProcedureFile) is None:
        pytest.skip("blocked: the procedure was stopped before")


@pytest.hookimpl(wrapper=True)
def pytest_sessionfinish(session: pytest.Session) -> Generator[None]:
    """Write down the conditions and steps that were not come to, before the journal is closed."""
    if watch := session.config.stash.get(WATCH, None):
        watch.close()
    ours, conductor = procedure_of(session.config), session.config.stash.get(CONDUCTOR, None)
    if ours and ours.has_journal and (looking := session.config.stash.get(PREFLIGHT, None)):
        looking.close()
    if ours and conductor and ours.has_journal:
        conductor.close()
    yield
    if ours and ours.has_journal:
        logs.after_stop(ours, show=Person(ours.channel, is_there=False).show)
    return None


@pytest.fixture(scope="session")
def conductor(phase: Phase, request: pytest.FixtureRequest) -> Conductor:
    """Whoever does the steps, each once; `phase` ends the looking before and closes its connection."""
    return request.config.stash[CONDUCTOR]


@pytest.fixture(scope="session")
def preflight(phase: Phase, request: pytest.FixtureRequest) -> Preflight:
    """Whoever looks whether the upgrade may start: each condition once, its result written down."""
    return request.config.stash[PREFLIGHT]


def make_preflight(session: Session) -> Preflight:
    """Put together who looks at the conditions, with what was answered before the night.

    :raises pytest.UsageError: the file of answers is wrong, with every mistake's place.
    """
    ask = Person(session.channel, is_there=session.settings.interactive)
    path, phrases = session.settings.answers, session.channel.phrases if session.channel else {}
    try:
        written = read_written(path, questions(), phrases) if path else {}
    except ChecklistError as error:
        raise pytest.UsageError(str(error)) from error
    return Preflight(session, ask=ask, written=written)


@pytest.fixture(scope="session")
def snapshot(conductor: Conductor) -> Step:
    """The record of the snapshot: taken with the machine off, without memory, looked at again."""
    return conductor.step("snapshot")


@pytest.fixture(scope="session")
def patch(conductor: Conductor, release: str) -> Step:
    """The record of a patch: its log, its exit code, its proof."""
    return conductor.step("patch", release)


@pytest.fixture(scope="session")
def reboot(conductor: Conductor, release: str) -> Step:
    """The record of the reboot after a patch: boot id before and after."""
    return conductor.step("reboot", release)
