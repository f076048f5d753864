"""Watching from outside, on real servers that stop and start again."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from procedure.outage import Watcher
from procedure.sight import Look, ask_banner, is_own_network, is_silence, looks
from tests.https import running_https
from tests.sip import running_sip
from tests.sshd import Sshd, free_port
from uat.errors import ObservationError
from uat.host import Address
from uat.journal import JournalError
from uat.model import Availability, Limits, System, Transition, Watch

UP, DOWN, UNKNOWN = Availability.UP, Availability.DOWN, Availability.UNKNOWN
QUICK = Limits(outage_every=0.05, outage_look=2, keepalive=0.05)
HERE = Address(user="root", host="127.0.0.1")
ROOT = Path(__file__).parents[2]
SILENT = TimeoutError("timed out")


def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds; a minute is for ever."""
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.01)


def is_watched(target: str) -> bool:
    """Tell whether a thread still looks."""
    return any(thread.name.startswith(f"watch {target}") for thread in threading.enumerate())


class Seen:
    """What a watcher wrote down."""

    def __init__(self) -> None:
        self.all: list[Transition] = []

    def states(self, service: str) -> list[Availability]:
        """Give the states of a service, in their order."""
        return [one.state for one in self.all if one.service == service]

    def said(self, service: str) -> str:
        """Give a service's last words."""
        return [one.said for one in self.all if one.service == service][-1]


@contextmanager
def watching(*seen: Look, limits: Limits = QUICK) -> Iterator[tuple[Watcher, Seen]]:
    """Watch, and stop."""
    found = Seen()
    watcher = Watcher(seen, limits=limits, record=found.all.append)
    watcher.start()
    try:
        yield watcher, found
    finally:
        watcher.stop()


class Script:
    """A service whose answers are prepared; the last one is repeated."""

    def __init__(self, *answers: str | Exception) -> None:
        self.answers = list(answers)
        self.times: list[datetime] = []

    @property
    def asked(self) -> int:
        """Count the questions."""
        return len(self.times)

    def __call__(self) -> str:
        """Give the next answer."""
        self.times.append(datetime.now(UTC))
        answer = self.answers[0] if len(self.answers) == 1 else self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def look(service: str, ask: Callable[[], str], **more: Any) -> Look:
    """Make a look."""
    return Look(service=service, target=service, ask=ask, **more)


class Tvox(BaseHTTPRequestHandler):
    """A page and the WebAPI; the page is as `status` says."""

    protocol_version = "HTTP/1.1"
    status = 200
    connections: set[Any] = set()

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """Give the page."""
        self.connections.add(self.client_address)
        self._send(type(self).status, b"<title>OCC</title>")

    def do_POST(self) -> None:
        """Give the version."""
        self.rfile.read(int(self.headers["Content-Length"]))
        self._send(200, b'{"result": ["22.0.17", "3.4"], "id": 1}')

    def _send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture(autouse=True)
def _fresh() -> None:
    Tvox.status, Tvox.connections = 200, set()


def test_sshd_goes_and_comes_back(sshd: Sshd, tmp_path: Path) -> None:
    """The machine is up while sshd shows its banner, down when nobody listens, up again when it is back."""
    address = sshd.address
    with watching(*(one for one in looks(System(), address, limits=QUICK) if "ssh" in one.target)) as (_, seen):
        assert seen.states("machine") == [UP]
        assert seen.said("machine").startswith("SSH-2.0-OpenSSH")
        sshd.process.terminate()
        sshd.process.wait()
        until(lambda: seen.states("machine") == [UP, DOWN])
        with _again(sshd):
            until(lambda: seen.states("machine") == [UP, DOWN, UP])


@contextmanager
def _again(sshd: Sshd) -> Iterator[None]:
    process = subprocess.Popen(["/usr/sbin/sshd", "-D", "-f", sshd.folder / "sshd_config"], stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def test_a_port_that_only_opens_is_no_machine() -> None:
    """A forwarder takes every connection and closes it: without a banner the machine does not answer."""
    closing = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def take() -> None:
            while not closing.is_set():
                listener.accept()[0].close()

        thread = threading.Thread(target=take, daemon=True)
        thread.start()
        port = listener.getsockname()[1]
        with pytest.raises(ConnectionResetError):
            ask_banner("127.0.0.1", port, seconds=5)
        closing.set()
        socket.create_connection(("127.0.0.1", port)).close()
        thread.join()


def test_sshd_sees_a_client_that_leaves(sshd: Sshd) -> None:
    """The look says who it is, so that sshd's log shows no scanner."""
    until(lambda: "kex_exchange_identification" in sshd.log)  # whoever started it only tried the port
    before = len(sshd.log)
    ask_banner("127.0.0.1", sshd.port, seconds=5)
    until(lambda: "Connection closed" in sshd.log[before:])
    assert "identification" not in sshd.log[before:]


def test_pages_and_webapi_go_and_come_back(tmp_path: Path) -> None:
    """Page and WebAPI are watched under the pinned certificate; a 502 is as good as nothing, and is said."""
    with running_https(tmp_path, Tvox) as server:
        system = System(web=server.url.removeprefix("https://"), tls=f"sha256:{server.fingerprint}")
        web = [one for one in looks(system, HERE, limits=QUICK) if one.service in ("web", "webapi")]
        assert [one.target for one in web] == [f"{server.url}/occ", f"{server.url}/tvox/webapi"]
        with watching(*web) as (_, seen):
            assert (seen.states("web"), seen.states("webapi")) == ([UP], [UP])
            assert "22.0.17" in seen.said("webapi")
            Tvox.status = 502
            until(lambda: seen.states("web") == [UP, DOWN])
            assert seen.said("web") == "HTTP 502"
            Tvox.status = 302
            until(lambda: seen.states("web") == [UP, DOWN, UP])
    assert seen.states("webapi") == [UP]


def test_looking_is_gentle(tmp_path: Path) -> None:
    """A page is asked over one connection that is kept, not with a handshake each second."""
    with running_https(tmp_path, Tvox) as server:
        system = System(web=server.url.removeprefix("https://"), tls=f"sha256:{server.fingerprint}")
        page = next(one for one in looks(system, HERE, limits=QUICK) if one.service == "web")
        for _ in range(5):
            page.ask()
    assert len(Tvox.connections) == 1


def test_a_page_of_another_certificate_does_not_answer(tmp_path: Path) -> None:
    """TLS is as system.tls says: another certificate is a reason, not the page."""
    with running_https(tmp_path, Tvox) as server:
        system = System(web=server.url.removeprefix("https://"), tls="sha256:" + "0" * 64)
        with watching(*(one for one in looks(system, HERE, limits=QUICK) if one.service == "web")) as (_, seen):
            assert seen.states("web") == [DOWN]
            assert seen.said("web").startswith("Fingerprints did not match")


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_sip_goes_and_comes_back(transport: str) -> None:
    """A SIP server that is stopped and started on the same port is seen to go and to come back."""
    with ExitStack() as first:
        server = first.enter_context(running_sip(transport))
        system = System(watch=Watch(sip=f"{transport}:127.0.0.1:{server.port}"))
        with watching(*(one for one in looks(system, HERE, limits=QUICK) if one.service == "sip")) as (_, seen):
            assert seen.states("sip") == [UP]
            first.close()
            until(lambda: seen.states("sip") == [UP, DOWN])
            with running_sip(transport, port=server.port, status="200 OK"):
                until(lambda: seen.states("sip") == [UP, DOWN, UP])
                assert seen.said("sip") == "200 OK"


def test_503_is_no_service() -> None:
    """A SIP server that says it cannot serve does not (RFC 3261, 21.5.4)."""
    with running_sip(status="503 Service Unavailable") as server:
        system = System(watch=Watch(sip=f"127.0.0.1:{server.port}"))
        with watching(*(one for one in looks(system, HERE, limits=QUICK) if one.service == "sip")) as (_, seen):
            assert seen.states("sip") == [DOWN]


def test_what_is_looked_at_by_itself() -> None:
    """Without a word in the checklist: SSH, the OCC page and the WebAPI of system.web, SIP at the SSH host."""
    found = [one.target for one in looks(System(web="pbx"), HERE, limits=QUICK) if "ping" not in one.target]
    assert found == [
        "ssh 127.0.0.1:22",
        "https://pbx/occ",
        "https://pbx/tvox/webapi",
        "sip:127.0.0.1:5060;transport=udp",
    ]


def test_what_the_checklist_names_is_looked_at() -> None:
    """Pages take the place of the OCC page; sip: none leaves SIP out."""
    system = System(watch=Watch(pages=("https://pbx/a", "https://pbx/b"), sip="none"))
    found = [one.target for one in looks(system, HERE, limits=QUICK) if one.service != "machine"]
    assert found == ["https://pbx/a", "https://pbx/b"]


def test_behind_a_jump_host_what_cannot_be_tried_is_said() -> None:
    """SSH and SIP of a machine behind a jump host are not tried, and why stands in the journal."""
    address = HERE.model_copy(update={"jump": HERE, "port": free_port()})
    with watching(*looks(System(), address, limits=QUICK)) as (_, seen):
        time.sleep(5 * QUICK.outage_every)
    assert seen.states("sip") == [UNKNOWN]
    assert set(seen.states("machine")) == {UNKNOWN}
    assert "jump host" in seen.said("machine")


def test_a_slow_service_delays_no_other() -> None:
    """One look is under way per service, and the others go on meanwhile."""
    answer = threading.Event()
    quick = Script("here")
    slow_asked = []

    def slow() -> str:
        slow_asked.append(1)
        answer.wait(60)
        return "at last"

    limits = QUICK.model_copy(update={"outage_look": 0.05})
    with watching(look("web", slow), look("sip", quick), limits=limits) as (_, seen):
        until(lambda: quick.asked > 10)
        assert len(slow_asked) == 1
        answer.set()
        until(lambda: seen.states("web") == [UP])


def test_only_changes_are_written() -> None:
    """A service that stays as it is is written down once; going counts from the question, coming from the answer."""
    ask = Script("a", "b", OSError("gone"), OSError("still"), "c")
    before = datetime.now(UTC)
    with watching(look("web", ask)) as (_, seen):
        until(lambda: len(seen.all) == 3)
        last = ask.asked
        until(lambda: ask.asked > last + 5)
    assert seen.states("web") == [UP, DOWN, UP]
    assert [one.said for one in seen.all] == ["a", "gone", "c"]
    assert before <= seen.all[0].at <= seen.all[1].at <= seen.all[2].at <= datetime.now(UTC)


def test_one_late_answer_is_no_outage() -> None:
    """A look that timed out between two answers is not written; two in a row count from the first of them."""
    ask = Script("a", SILENT, "b", SILENT, SILENT, "c")
    with watching(look("web", ask)) as (_, seen):
        until(lambda: len(seen.all) == 3)
    assert seen.states("web") == [UP, DOWN, UP]
    assert [one.said for one in seen.all] == ["a", "timed out", "c"]
    assert ask.times[2] < seen.all[1].at <= ask.times[3]


def test_a_defect_in_a_look_is_unknown_and_the_looking_goes_on() -> None:
    """An exception that nobody thought of is recorded with its reason, and the next look counts again."""
    with watching(look("web", Script(ZeroDivisionError("oops"), "back"))) as (_, seen):
        until(lambda: len(seen.all) == 2)
    assert seen.states("web") == [UNKNOWN, UP]
    assert seen.all[0].said == "ZeroDivisionError: oops"


def test_a_lost_link_with_everything_silent_is_unknown() -> None:
    """While our link is down and nothing answers, nobody can tell; what just went with it is taken back."""
    web, sip = Script("here"), Script("here")
    limits = QUICK.model_copy(update={"keepalive": 10})
    with watching(look("web", web), look("sip", sip), limits=limits) as (watcher, seen):
        web.answers[:] = sip.answers[:] = [SILENT]
        until(lambda: seen.states("web") == seen.states("sip") == [UP, DOWN])
        watcher.link(is_lost=True)
        until(lambda: seen.states("web") == seen.states("sip") == [UP, DOWN, UNKNOWN])
        gone = {one.service: one.at for one in seen.all if one.state is DOWN}
        assert {one.service: one.at for one in seen.all if one.state is UNKNOWN} == gone
        watcher.link(is_lost=False)
        until(lambda: seen.states("web")[3:] == [DOWN])
        web.answers[:] = ["here"]
        until(lambda: seen.states("web")[4:] == [UP])


def test_what_was_out_long_before_the_link_was_lost_stays_out_until_then() -> None:
    """Only the time since the link may have been down is taken back."""
    web = Script("here")
    web.answers[:] = [SILENT]
    with watching(look("web", web)) as (watcher, seen):
        gone = seen.all[0].at
        unnoticed = QUICK.keepalive * (QUICK.keepalive_missed + 1) + QUICK.outage_look + QUICK.outage_every
        until(lambda: datetime.now(UTC) > gone + timedelta(seconds=unnoticed + 0.1))
        watcher.link(is_lost=True)
        until(lambda: seen.states("web") == [DOWN, UNKNOWN])
    assert seen.all[1].at > gone


def test_a_lost_link_with_one_service_answering_is_an_outage() -> None:
    """As long as anything answers from outside, what is silent is down, whatever our own link does."""
    web = Script("here")
    with watching(look("web", web), look("sip", Script("here"))) as (watcher, seen):
        watcher.link(is_lost=True)
        web.answers[:] = [SILENT]
        until(lambda: seen.states("web") == [UP, DOWN])
        asked = web.asked
        until(lambda: web.asked > asked + 5)
    assert seen.states("web") == [UP, DOWN]


def test_a_refusal_is_no_silence() -> None:
    """What refuses is there: a lost link does not make it unknown."""
    web = Script("here")
    with watching(look("web", web)) as (watcher, seen):
        watcher.link(is_lost=True)
        web.answers[:] = [ConnectionRefusedError(111, "refused")]
        until(lambda: seen.states("web") == [UP, DOWN])


def test_without_a_network_of_our_own_nobody_can_tell() -> None:
    """A laptop that lost its network says nothing about the machine."""
    web = Script("here")
    with watching(look("web", web)) as (_, seen):
        web.answers[:] = [OSError(101, "Network is unreachable")]
        until(lambda: seen.states("web") == [UP, UNKNOWN])


def test_a_sleep_is_unknown_from_the_last_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a laptop slept, the time since the look before is unknown, and the next look counts."""
    shift = [timedelta()]

    class Clock(datetime):
        """A wall clock that can jump."""

        @classmethod
        def now(cls, tz: Any = None) -> Any:
            """Tell the time."""
            return datetime.now(tz) + shift[0]

    monkeypatch.setattr("procedure.outage.datetime", Clock)
    ask = Script("here")
    with watching(look("web", ask)) as (_, seen):
        shift[0] = timedelta(hours=1)
        until(lambda: len(seen.all) == 3)
    assert seen.states("web") == [UP, UNKNOWN, UP]
    assert seen.all[2].at - seen.all[1].at > timedelta(minutes=59)


def test_silence_is_told_from_refusal_through_requests(tmp_path: Path) -> None:
    """A page behind a closed port refuses; one that never answers is silent."""
    limits = QUICK.model_copy(update={"outage_look": 0.3})
    with socket.create_server(("127.0.0.1", 0)) as mute:
        for port, silent in ((free_port(), False), (mute.getsockname()[1], True)):
            system = System(web=f"127.0.0.1:{port}", tls="sha256:" + "0" * 64)
            page = next(one for one in looks(system, HERE, limits=limits) if one.service == "web")
            with pytest.raises(ObservationError) as error:
                page.ask()
            assert is_silence(error.value) is silent
            assert not is_own_network(error.value)


def test_a_journal_that_cannot_be_written_ends_the_looking() -> None:
    """What cannot be written down is not gone on with; nothing is raised."""

    def refuse(transition: Transition) -> None:
        raise JournalError("full")

    ask = Script("here")
    watcher = Watcher([look("web", ask)], limits=QUICK, record=refuse)
    watcher.start()
    until(lambda: not is_watched("web"))
    watcher.stop()


def test_stopping_is_quick_and_silent() -> None:
    """Told to stop, it does not wait for a look under way, and that look says nothing any more."""
    asked, answer = threading.Event(), threading.Event()
    first = Script("here")

    def ask() -> str:
        if not first.asked:
            return first()
        asked.set()
        answer.wait(60)
        raise ConnectionRefusedError("late")

    with watching(look("web", ask)) as (watcher, seen):
        asked.wait(60)
        began = time.monotonic()
        watcher.stop()
        assert time.monotonic() - began < 30
        answer.set()
        until(lambda: not is_watched("web"))
    assert seen.states("web") == [UP]


PROGRAM = """
import time
from procedure.outage import Watcher
from procedure.sight import Look
from uat.model import Limits
ask = lambda: time.sleep(600)
Watcher([Look(service="web", target="x", ask=ask)], limits=Limits(outage_look=0.1), record=print).start()
"""


def test_it_never_keeps_the_process_alive() -> None:
    """A program whose watcher hangs in a look for ten minutes ends when it has nothing else to do."""
    subprocess.run([sys.executable, "-c", PROGRAM], cwd=ROOT, check=True, timeout=120)
