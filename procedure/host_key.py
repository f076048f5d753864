"""The stop for a machine that shows another host key than before: a patch may do that, and so may another machine."""

from __future__ import annotations

from uat.errors import ChangedKeyError, ExitCode, ProcedureError


def stop_for(error: ChangedKeyError) -> ProcedureError:
    """Make the stop; only a person who compares the keys on the machine's console can tell which of both it is."""
    return ProcedureError("host_key_changed", facts=error.facts, exit_code=ExitCode.UNREACHABLE)
