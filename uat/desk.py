"""The engineer's desk beside a pytest session: a session that only looks, for the command line's tools."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from uat import options
from uat.host import parse_address
from uat.model import Phase
from uat.session import Session, Settings
from uat.ssh.known_hosts import file_of


def open_desk(
    checklist: Path | None,
    *,
    host: str = "",
    variables: Sequence[str] = (),
    identity: str | None = None,
    known_hosts: Path | None = None,
    evidence: Path,
    operator: str = "",
    ask: Callable[[str], str] | None = None,
) -> Session:
    """Prepare a look at the machine of a checklist; nothing is connected to and nothing written yet.

    :param checklist: the customer's file; None: the only one in ``checklists/``.
    :param known_hosts: the trusted host keys; None: the customer's own file.
    :param ask: asks for a secret; None where nobody sits.
    :raises ChecklistError: it cannot be used.
    :raises ValueError: no machine is named; no checklist, or several.
    """
    named = [str(checklist)] if checklist else []
    try:
        path = options.choose_checklist(named, "", Path.cwd())
    except options.NoChecklistError as error:
        raise ValueError(str(error)) from None
    loaded = options.load_checklist(path, host, variables)
    if not (host or loaded.system.ssh):
        raise ValueError("which machine? give --tvox-host=USER@HOST, or system.ssh in the checklist")
    address = parse_address(
        host or loaded.system.ssh, config=options.SSH_CONFIG.expanduser(), jump=loaded.system.jump
    )
    if identity:
        address = address.model_copy(update={"identity_files": (identity,)})
    settings = Settings(
        phase=Phase.UPGRADE,
        address=address,
        known_hosts=known_hosts.expanduser() if known_hosts else file_of(loaded.customer),
        evidence=evidence,
        manual="none",
        interactive=ask is not None,
    )
    header = options.make_header(loaded, Phase.UPGRADE, operator)
    return Session(settings, header, on_result=lambda check, result: None, ask=ask)
