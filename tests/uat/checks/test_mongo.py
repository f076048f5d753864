"""What the script makes of MongoDB's own replies, and how the clients' answers are read.

No mongod can be had on the systems where the tests run: the replies are those of MongoDB's manual, and the script
that the client would run on them is run by node, where there is one.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import Any

import pytest

from uat.checks import mongo
from uat.errors import ObservationError
from uat.model import InvalidRecord, JsonValue, Limits, System
from uat.probe import Probe
from uat.ssh.output import Output


def member(name: str, state: str, health: int) -> dict[str, JsonValue]:
    """Write a member as rs.status() does; what is not read is left out."""
    return {"_id": 0, "name": name, "health": health, "stateStr": state, "uptime": 269}


THREE = {
    "set": "replset",
    "myState": 1,
    "members": [
        member("m2.example.net:27017", "SECONDARY", 1),
        member("m1.example.net:27017", "PRIMARY", 1),
        member("m3.example.net:27017", "SECONDARY", 1),
    ],
    "ok": 1,
}
"""documented: MongoDB manual 3.2 to 8.0, replSetGetStatus, the example."""
ONE_DOWN = THREE | {"members": [member("m1:27017", "PRIMARY", 1), member("m2:27017", "(not reachable/healthy)", 0)]}
"""documented: MongoDB manual, replSetGetStatus, members[n].health and stateStr."""
ALONE = {"ok": 0, "errmsg": "not running with --replSet", "code": 76, "codeName": "NoReplicationEnabled"}
ALONE_2_4 = {"ok": 0, "errmsg": "not running with --replSet"}
NOT_YET = {"ok": 0, "errmsg": "no replset config has been received", "code": 94, "codeName": "NotYetInitialized"}
FORBIDDEN = {"ok": 0, "errmsg": "not authorized on admin to execute command", "code": 13}
"""documented: MongoDB, src/mongo/db/repl and error_codes.yml."""


class Client:
    """Stands for the machine: gives one answer, and keeps what it was asked and told."""

    def __init__(self, stdout: str, stderr: str = "", exit_code: int = 0) -> None:
        self.output = Output(exit_code=exit_code, stdout=stdout.encode(), stderr=stderr.encode(), seconds=0.3)
        self.command = ""
        self.stdin = b""

    def run(self, command: str, *, deadline: float | None = None, stdin: bytes = b"") -> Output:
        """Answer."""
        self.command, self.stdin = command, stdin
        return self.output


def look(client: Client, **inputs: JsonValue) -> mongo.Observed:
    """Look once."""
    probe = Probe(connection=client, system=System(), limits=Limits())
    return mongo.observe(mongo.Inputs.model_validate(inputs), probe)


def printed(status: dict[str, Any], *, throws: bool = False) -> str:
    """Run the script on a reply; mongosh throws what is not ok, the older shells return it."""
    if shutil.which("node") is None:
        pytest.skip("no node here to run the client's script")
    answer = "throw Object.assign(new Error(s.errmsg), s)" if throws else "return s"
    shell = (
        f"var s = {json.dumps(status)}; var print = console.log; "
        "var db = {adminCommand: function (what) { if (what.buildInfo) { return {version: '4.4.29', ok: 1}; } "
        f"{answer}; }}}};"
    )
    ended = subprocess.run(["node", "-e", shell + mongo.SCRIPT], capture_output=True, text=True, check=True)
    return ended.stdout


def test_a_whole_set() -> None:
    """A set is told by name, with who leads, who follows, and each member's state."""
    assert look(Client(printed(THREE))) == mongo.Observed(
        answers=True,
        version="4.4.29",
        set="replset",
        primaries=1,
        secondaries=2,
        healthy=3,
        members=(
            "m1.example.net:27017 PRIMARY up",
            "m2.example.net:27017 SECONDARY up",
            "m3.example.net:27017 SECONDARY up",
        ),
    )


def test_a_lost_member() -> None:
    """A member that no heartbeat comes from is down, and not counted as healthy."""
    observed = look(Client(printed(ONE_DOWN)))
    assert (observed.healthy, observed.secondaries) == (1, 0)
    assert "m2:27017 (not reachable/healthy) down" in observed.members


@pytest.mark.parametrize(("status", "throws"), [(ALONE, False), (ALONE, True), (ALONE_2_4, False), (NOT_YET, True)])
def test_alone(status: dict[str, Any], throws: bool) -> None:
    """A server without a replica set answers, and is in none; whichever shell asked."""
    observed = look(Client(printed(status, throws=throws)))
    assert (observed.answers, observed.version, observed.set, observed.members) == (True, "4.4.29", None, ())


def test_forbidden() -> None:
    """A user who may not ask for the set is an error in the server's words."""
    with pytest.raises(ObservationError, match="not authorized on admin"):
        look(Client(printed(FORBIDDEN, throws=True)))


@pytest.mark.parametrize(
    "said",
    [
        "MongoNetworkError: connect ECONNREFUSED 127.0.0.1:27017\n",  # recorded: mongosh 2.12.0
        "Error: couldn't connect to server 127.0.0.1:27017, connection attempt failed: SocketException\n",  # 4.4
        "exception: connect failed\nError: couldn't connect to server 127.0.0.1:27017 (127.0.0.1)\n",  # 2.6
    ],
)
def test_no_server(said: str) -> None:
    """A server that is not there is a result: it does not answer; the shells say so on either stream."""
    assert look(Client("", said, exit_code=1)) == mongo.Observed(answers=False)
    assert look(Client(said, "", exit_code=1)) == mongo.Observed(answers=False)


def test_refused_login() -> None:
    """A refused login is an error, not a server that does not answer."""
    with pytest.raises(ObservationError, match="Authentication failed"):
        look(Client("", "Enter password: \nMongoServerError: Authentication failed.\n", exit_code=1))


def test_no_client() -> None:
    """A machine without a client is an error that says so."""
    with pytest.raises(ObservationError, match="not found"):
        look(Client("", "sh: mongo: command not found\n", exit_code=127))


def test_words_around() -> None:
    """Warnings and prompts around the line are passed over."""
    line = 'tvox-uat {"version":"7.0.5","set":"r","ok":1,"members":[["a:1","PRIMARY",1]]}'
    said = f"Enter password: ******\n----\nThe server generated these startup warnings\n----\n{line}\n"
    assert look(Client(said)).members == ("a:1 PRIMARY up",)


def test_password_at_the_prompt(monkeypatch: pytest.MonkeyPatch) -> None:
    """The password goes over stdin and stands in no command; the client is told to ask for it."""
    monkeypatch.setenv("UAT_MONGO_PASSWORD", "s3cret-1")
    client = Client('tvox-uat {"ok":1,"members":[]}\n')
    look(client, user="uat", password="env:UAT_MONGO_PASSWORD")
    assert client.stdin == b"s3cret-1\n"
    assert "s3cret-1" not in client.command
    assert client.command.endswith("admin --password")


def test_half_a_login() -> None:
    """A user without a password is refused when the checklist is loaded."""
    with pytest.raises(InvalidRecord, match="both or none"):
        mongo.Inputs.model_validate({"user": "uat"})
