"""Secrets are named in a checklist, never written there."""

from __future__ import annotations

from pathlib import Path

import pytest

from uat.errors import ObservationError
from uat.secret import Secrets, is_reference, resolve


@pytest.mark.parametrize(
    ("text", "expected"),
    [("ask", True), ("env:A", True), ("file:/a", True), ("asking", False), ("environment", False), ("", False)],
)
def test_reference(text: str, expected: bool) -> None:
    """Three forms name a secret."""
    assert is_reference(text) is expected


def test_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """env:NAME is a variable's value, blanks included."""
    monkeypatch.setenv("TVOX_TEST", " s3cret ")
    assert resolve("env:TVOX_TEST") == " s3cret "


def test_file(tmp_path: Path) -> None:
    """file:PATH is a file's content without the line's end."""
    (tmp_path / "secret").write_text("s3cret \r\n")
    assert resolve(f"file:{tmp_path}/secret") == "s3cret "


def test_ask() -> None:
    """ask is what a person types; the prompt says what for."""
    assert resolve("ask", ask=lambda prompt: prompt, purpose="vCenter") == "Password (vCenter): "


def test_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A secret that is not there is an error that names the place, not a value."""
    monkeypatch.delenv("TVOX_TEST", raising=False)
    (tmp_path / "empty").write_text("\n")
    for reference in ("env:TVOX_TEST", f"file:{tmp_path}/none", f"file:{tmp_path}/empty"):
        with pytest.raises(ObservationError, match=reference.partition(":")[2]):
            resolve(reference)
    with pytest.raises(ObservationError, match="no password was typed"):
        resolve("ask", ask=lambda _: "")


@pytest.mark.parametrize("text", ["s3cret", "env:", "file:", "pass:word"])
def test_no_reference(text: str) -> None:
    """What is no reference is refused, and not repeated: it may be the secret itself."""
    with pytest.raises(ObservationError) as raised:
        resolve(text)
    assert "s3cret" not in str(raised.value)
    assert "word" not in str(raised.value).replace("password", "")


def test_asked_once_a_purpose() -> None:
    """A person is asked once for each purpose, not for each check."""
    asked: list[str] = []

    def ask(prompt: str) -> str:
        asked.append(prompt)
        return prompt

    secrets = Secrets(ask=ask)
    answers = {secrets.get("ask", purpose=purpose) for purpose in ("web", "web", "sql", "web")}
    assert asked == ["Password (web): ", "Password (sql): "]
    assert len(answers) == 2


def test_registered(monkeypatch: pytest.MonkeyPatch) -> None:
    """A secret that was fetched is redacted from then on."""
    monkeypatch.setenv("TVOX_TEST", "s3cret")
    secrets = Secrets()
    secrets.get("env:TVOX_TEST")
    assert secrets.redactor.clean("a s3cret b") == "a [redacted] b"
