"""One question to the machine's shell that never fails in silence."""

from __future__ import annotations

from collections.abc import Collection

from uat.errors import ObservationError
from uat.probe import Probe
from uat.ssh.output import Output

ADMIN_PATH = "PATH=$PATH:/usr/sbin:/sbin; "
"""Before a question to an administrator's tool: sshd gives others than root a PATH without them."""

_ABSENT = ("No such file or directory", "Not a directory")
"""strerror(3) of ENOENT and ENOTDIR in the C locale."""


def ask(probe: Probe, question: str, *, understood: Collection[int] | None = (0,)) -> Output:
    """Run a question on the machine.

    :param understood: the exit codes that are an answer; None where every code is one.
    :raises ObservationError: the question ended with another exit code, or with a flood of output.
    """
    output = probe.run(question)
    if output.is_truncated:
        raise ObservationError(f"more than {len(output.stdout)} bytes came back from: {question}")
    if understood is None or output.exit_code in understood:
        return output
    raise ObservationError(f"exit code {output.exit_code}, {complaint(output)}, from: {question}")


def complaint(output: Output) -> str:
    """Give the first line of what a command complained about, or said."""
    said = output.errors.strip() or output.text.strip()
    return said.partition("\n")[0] or "no word of why"


def is_absent(output: Output) -> bool:
    """Tell whether a command failed because the path does not exist, and not for another reason."""
    return output.exit_code != 0 and complaint(output).endswith(_ABSENT)
