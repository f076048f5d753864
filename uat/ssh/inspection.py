"""testinfra's modules over our own connection; the one file that knows testinfra."""

from __future__ import annotations

from collections.abc import Callable

from testinfra.backend.base import BaseBackend, CommandResult
from testinfra.host import Host

from uat.ssh.output import Output

__all__ = ["Host", "testinfra_host"]


def testinfra_host(run: Callable[[str], Output]) -> Host:
    """Make a testinfra host whose commands go through ``run``; it knows nothing of earlier ones.

    testinfra's own registry of hosts is not used: it keeps a host, and the facts it learnt, for ever.
    """
    backend = _Backend(run)
    host = Host(backend)
    backend.set_host(host)
    return host


class _Backend(BaseBackend):  # type: ignore[misc]  # testinfra brings no types
    """testinfra's way to a machine, by way of a function."""

    NAME = "tvox"

    def __init__(self, run: Callable[[str], Output]) -> None:
        super().__init__("tvox")
        self._run = run

    def run(self, command: str, *args: str, **kwargs: object) -> CommandResult:
        """Run a command, its arguments quoted."""
        line = self.get_command(command, *args)
        output = self._run(line)
        return self.result(output.exit_code, line.encode(), output.stdout, output.stderr)

    def decode(self, data: bytes) -> str:
        """Decode without asking the machine for its encoding; an odd byte is no error."""
        return data.decode("utf-8", errors="replace")

    def encode(self, data: str) -> bytes:
        """Encode without asking the machine for its encoding."""
        return data.encode("utf-8")
