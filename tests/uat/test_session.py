"""The session keeps what was typed while the machine is away, and forgets a typing mistake."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from uat import session as module
from uat.errors import LoginError, UnreachableError
from uat.host import parse_address
from uat.model import Checklist, Header, Phase
from uat.session import Session, Settings


@pytest.mark.parametrize(
    ("failure", "asked"), [(UnreachableError("refused while it boots"), 1), (LoginError("wrong password"), 2)]
)
def test_what_was_typed(
    failure: UnreachableError, asked: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a reboot nobody types the password again; after a refused login it is asked for anew."""
    prompts: list[str] = []

    def connect(*_: Any, ask: Any, **__: Any) -> None:
        ask("Password of root@pbx: ")
        raise failure

    monkeypatch.setattr(module, "connect", connect)
    session = Session(
        Settings(
            phase=Phase.PRE,
            address=parse_address("root@pbx"),
            known_hosts=tmp_path,
            evidence=tmp_path,
            manual="none",
        ),
        Header(
            id="r",
            phase=Phase.PRE,
            started_at=datetime.now(UTC),
            operator="anna",
            tool="t",
            checklist=Checklist(customer="ACME"),
            planned={},
        ),
        on_result=lambda check, result: None,
        ask=lambda prompt: prompts.append(prompt) or "secret",
    )
    for _ in range(2):
        with pytest.raises(UnreachableError):
            session.connection()
    assert len(prompts) == asked
