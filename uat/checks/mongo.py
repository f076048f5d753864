"""Ask a MongoDB server and its replica set how they are, through the client on the machine: mongosh or mongo.

It runs buildInfo and replSetGetStatus (``rs.status()``), two commands that only tell. The latter
needs the role ``clusterMonitor`` where the server wants logins.

Example::

    - id: MDB-01
      title: {it: Il replica set è al completo, en: The replica set is complete}
      mongo: {user: uat, password: env:TVOX_MONGO_PASSWORD}
      expect:
        answers: true
        set: tvox
        primaries: 1
        secondaries: {at_least: 2}
        members: {nothing_lost: true}
"""

from __future__ import annotations

import json
import re
from shlex import join

from uat.checks._inputs import Name, Secret
from uat.checks._shell import complaint
from uat.errors import ObservationError
from uat.model import Field, Record, model_validator
from uat.probe import Probe
from uat.ssh.output import Output

_MARK = "tvox-uat "
"""Before our line: the clients print warnings and prompts on the same stream."""

SCRIPT = (
    "function ask(what) { try { return db.adminCommand(what); } catch (error) { "
    "return {ok: 0, errmsg: error.message}; } } "
    "var build = ask({buildInfo: 1}), status = ask({replSetGetStatus: 1}), list = status.members || [], told = []; "
    "for (var i = 0; i < list.length; i++) { "
    "told.push([list[i].name, list[i].stateStr, Number(list[i].health)]); } "
    f"print('{_MARK}' + JSON.stringify({{version: build.version, set: status.set, ok: Number(status.ok), "
    "errmsg: status.errmsg, members: told}));"
)
"""For shells from 2.4 on: nothing younger than ECMAScript 5, and numbers made plain (NumberLong, Double)."""

_NO_SERVER = re.compile(
    r"ECONNREFUSED|EHOSTUNREACH|ETIMEDOUT|MongoServerSelectionError|couldn't connect to server|Connection refused"
)
"""mongosh 2 and the mongo shells, of a server that is not there."""
_STANDS_ALONE = ("not running with --replSet", "no replset config has been received")
"""The server's words, since 2.x; before 3.0 there were no codes (NoReplicationEnabled, NotYetInitialized)."""


class Inputs(Record):
    """Which server, as the machine sees it, and as whom."""

    host: Name = "127.0.0.1"
    port: int = Field(default=27017, ge=1, le=65535)
    user: Name | None = None
    password: Secret | None = None
    login_database: Name = Field(default="admin", description="where the user is kept")

    @model_validator(mode="after")
    def _is_whole(self) -> Inputs:
        if (self.user is None) != (self.password is None):
            raise ValueError("a login has 'user' and 'password', both or none")
        return self


class Observed(Record):
    """The server, and its set as it sees it (some seconds old, from heartbeats)."""

    answers: bool
    version: str = Field(default="", description="empty: not told")
    set: str | None = Field(default=None, description="the replica set's name; None: it stands alone")
    primaries: int = 0
    secondaries: int = 0
    healthy: int = Field(default=0, description="members whose last heartbeat came, the server itself too")
    members: tuple[str, ...] = Field(default=(), description="host:port, state, up or down; sorted")


def observe(inputs: Inputs, probe: Probe) -> Observed:
    """Ask once; the password is typed at the client's prompt, so it stands on no command line."""
    password = b""
    if inputs.password is not None:
        secret = probe.secret(inputs.password, purpose=f"{inputs.user}, MongoDB")
        password = secret.encode() + b"\n"
    output = probe.run(_question(inputs), stdin=password)
    line = re.search(rf"{_MARK}(\{{.*\}})\s*$", output.text, re.MULTILINE)
    if output.exit_code == 0 and line:
        return _read(line[1])
    said = output.errors + output.text
    if output.exit_code not in (0, 127) and _NO_SERVER.search(said):
        return Observed(answers=False)
    raise ObservationError(f"MongoDB cannot be asked (exit code {output.exit_code}): {_reason(output)}")


def _question(inputs: Inputs) -> str:
    """Take the newer client where there are both; without a value, --password stands last and asks."""
    words = ["--quiet", "--norc", "--host", inputs.host, "--port", str(inputs.port)]
    if inputs.user is not None:
        words += ["--username", inputs.user, "--authenticationDatabase", inputs.login_database]
    words += ["--eval", SCRIPT, "admin", *(["--password"] if inputs.user is not None else [])]
    return f"client=mongo; if command -v mongosh >/dev/null 2>&1; then client=mongosh; fi; $client {join(words)}"


def _reason(output: Output) -> str:
    """Find the client's own words, not its prompt."""
    said = re.search(r"^.*(Error|exception|failed).*$", output.errors + output.text, re.MULTILINE)
    return said[0].strip() if said else complaint(output)


def _read(text: str) -> Observed:
    told = json.loads(text)
    if told.get("ok") != 1 and not any(words in str(told.get("errmsg")) for words in _STANDS_ALONE):
        raise ObservationError(f"MongoDB does not tell about its replica set: {told.get('errmsg')}")
    members = told["members"]
    return Observed(
        answers=True,
        version=told.get("version") or "",
        set=told.get("set"),
        primaries=sum(state == "PRIMARY" for _, state, _ in members),
        secondaries=sum(state == "SECONDARY" for _, state, _ in members),
        healthy=sum(health == 1 for _, _, health in members),
        members=tuple(sorted(f"{name} {state} {'up' if health == 1 else 'down'}" for name, state, health in members)),
    )
