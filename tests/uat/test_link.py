"""The way to a machine keeps what was typed while it is away, forgets a typing mistake, and tries once for all."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from uat import link as module
from uat.errors import LoginError, UnreachableError
from uat.host import parse_address
from uat.link import Link
from uat.model import Limits
from uat.secret import Secrets


def link(folder: Path, ask: Callable[[str], str]) -> Link:
    """Make a way to a machine that is not there."""
    return Link(
        parse_address("root@pbx"),
        limits=Limits(),
        known_hosts=folder,
        secrets=Secrets(ask=ask),
        password=None,
        ask=ask,
    )


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
    way = link(tmp_path, ask=lambda prompt: prompts.append(prompt) or "secret")
    for _ in range(2):
        with pytest.raises(UnreachableError):
            way.connection()
    assert len(prompts) == asked


def test_one_tries_for_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twenty that wait for a machine that is away do not wait twenty times; who comes later tries again."""
    tries: list[int] = []
    all_wait = threading.Barrier(20)

    def connect(*_: Any, **__: Any) -> None:
        tries.append(1)
        if len(tries) == 1:
            threading.Event().wait(0.5)
        raise UnreachableError("it is away")

    def wait(way: Link) -> str:
        all_wait.wait()
        with pytest.raises(UnreachableError) as failed:
            way.connection()
        return str(failed.value)

    monkeypatch.setattr(module, "connect", connect)
    way = link(tmp_path, ask=str)
    with ThreadPoolExecutor(20) as pool:
        assert set(pool.map(wait, [way] * 20)) == {"it is away"}
    assert len(tries) == 1
    with pytest.raises(UnreachableError):
        way.connection()
    assert len(tries) == 2
