"""What a check kind may use to look; it keeps what was asked and answered as evidence, without secrets."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from typing import Protocol

from uat.errors import ObservationError, UnreachableError
from uat.host import Host, Output, testinfra_host
from uat.model import Evidence, JsonValue, Limits, Phase, System, Viewpoint
from uat.redact import Redactor
from uat.secret import Secrets
from uat.web import Doors, Web


class Runs(Protocol):
    """What a probe needs of a connection."""

    def run(self, command: str, *, deadline: float | None = None, stdin: bytes = b"") -> Output:
        """Run a command and wait for its answer."""


class Probe:
    """The machine and the limits, for one look of one check; costs nothing until it is used.

    ``phase`` is the phase of the look, and ``before`` what the same check observed in the pre that it is compared
    with, if it was looked at then; whoever observes sets both.
    """

    def __init__(
        self,
        *,
        connection: Runs,
        system: System,
        limits: Limits,
        again: Runs | None = None,
        ask: Callable[[str], str] | None = None,
        secrets: Secrets | None = None,
        doors: Doors | None = None,
        turn: AbstractContextManager[object] | None = None,
    ) -> None:
        """:param again: whom to ask in every further look, when the answers of the first may be shared.
        :param secrets: those of the session, so that each is asked for once and redacted in every check.
        :param doors: kept connections to web servers; none is kept when left out.
        :param turn: held while something is asked over the network from here.
        """
        self.system = system
        self.limits = limits
        self.phase: Phase | None = None
        self.before: Mapping[str, JsonValue] | None = None
        self.turn = turn or nullcontext()
        self._connection = connection
        self._again = again or connection
        self._doors = doors
        self._secrets = secrets or Secrets(ask=ask)
        self._evidence: list[Evidence] = []
        self._host: Host | None = None
        self._lock = threading.Lock()

    @property
    def redactor(self) -> Redactor:
        """Takes the session's secrets out of texts."""
        return self._secrets.redactor

    @property
    def host(self) -> Host:
        """testinfra's modules over our connection; what they remember ends with the look."""
        if self._host is None:
            self._host = testinfra_host(self.run)
        return self._host

    @property
    def web(self) -> Web:
        """Web pages as seen from here, under the system's TLS rule."""
        return Web(
            tls=self.system.tls,
            limits=self.limits,
            record=self.record,
            redact=self.redactor,
            doors=self._doors,
            turn=self.turn,
        )

    def secret(self, reference: str, *, purpose: str = "") -> str:
        """Give a secret (``env:NAME``, ``file:PATH``, ``ask``); it is redacted everywhere from then on.

        :raises ObservationError: there is none where the reference points.
        """
        return self._secrets.get(reference, purpose=purpose)

    def run(self, command: str, *, deadline: float | None = None, stdin: bytes = b"") -> Output:
        """Run a command that only looks, and record it.

        :raises ObservationError: no answer before the deadline (seconds; ``limits.command`` when left out).
        :raises UnreachableError: the link is gone.
        """
        taken_at, began = datetime.now(UTC), time.monotonic()
        try:
            output = self._connection.run(command, deadline=deadline, stdin=stdin)
        except (ObservationError, UnreachableError) as error:
            problem = self.redactor.clean(str(error))
            self._keep(command, None, errors=problem, taken_at=taken_at, seconds=time.monotonic() - began)
            raise type(error)(problem) from None
        self._keep(command, output, errors="", taken_at=taken_at, seconds=output.seconds)
        return output

    def record(self, evidence: Evidence) -> None:
        """Keep a piece of evidence."""
        with self._lock:
            self._evidence.append(evidence)

    def take_evidence(self) -> tuple[Evidence, ...]:
        """Hand over what was recorded and begin a new look: evidence and remembered facts are dropped."""
        with self._lock:
            taken, self._evidence = tuple(self._evidence), []
        self._host, self._connection = None, self._again
        return taken

    def _keep(self, command: str, output: Output | None, *, errors: str, taken_at: datetime, seconds: float) -> None:
        cap = self.limits.evidence_bytes
        label, in_label = self.redactor.clean_bytes(command.encode(errors="surrogatepass"))
        body = self.redactor.body(output.stdout if output else b"", cap=cap)
        said = self.redactor.body(output.stderr if output else errors.encode(), cap=cap)
        is_short = output is not None and output.is_truncated
        is_whole_hash = is_short and not body.redacted and output is not None
        self.record(
            Evidence(
                kind="command",
                label=label.decode(errors="replace"),
                status=str(output.exit_code) if output else "",
                body=body.text,
                errors=said.text,
                sha256=output.sha256 if output and is_whole_hash else body.sha256,
                size_bytes=output.size_bytes if output and is_whole_hash else body.size_bytes,
                truncated=is_short or body.is_truncated or said.is_truncated,
                redacted=in_label + body.redacted + said.redacted,
                taken_at=taken_at,
                seconds=round(seconds, 3),
                viewpoint=Viewpoint.MACHINE,
            )
        )
