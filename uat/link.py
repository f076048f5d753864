"""The way to one machine: opened when it is needed, and opened again when it is lost."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from uat.errors import LoginError, ObservationError, UnreachableError
from uat.host import Address, Connection, connect
from uat.model import Limits
from uat.secret import Secrets
from uat.ssh.refusals import Refusals


class Link:
    """Holds the one connection to a machine, and the secrets that were typed for it."""

    def __init__(
        self,
        address: Address,
        *,
        limits: Limits,
        known_hosts: Path,
        secrets: Secrets,
        password: str | None,
        ask: Callable[[str], str] | None,
    ) -> None:
        """:param password: the reference of the password that logs in (``env:NAME``), when the checklist names one.
        :param ask: asks the person at the terminal; None where nobody sits.
        """
        self._address = address
        self._limits = limits
        self._known_hosts = known_hosts
        self._secrets = secrets
        self._password = password
        self._ask = ask
        self._typed: dict[str, str] = {}
        self._refusals = Refusals(pause=0.0 if ask else limits.login_pause)
        self._connection: Connection | None = None
        self._opening = threading.Lock()
        self._failures, self._failure = 0, UnreachableError("nothing was tried yet")

    def connection(self) -> Connection:
        """Give the one connection, opened when there is none.

        Of many who wait for it, one tries; if it fails, it has failed for all of them.

        :raises UnreachableError: the machine does not answer, or is not the one we trust.
        """
        before = self._failures
        with self._opening:
            if self._connection is not None and not self._connection.is_lost:
                return self._connection
            if self._failures != before:
                raise self._failure
            try:
                self._connection = self._connect()
            except UnreachableError as error:
                self._failures, self._failure = self._failures + 1, error
                raise
            return self._connection

    def drop(self) -> None:
        """Close the connection; the next who needs one opens another."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def _connect(self) -> Connection:
        password = self._fetch_password()
        self._refusals.require_another(with_password=bool(password or self._ask))
        try:
            opened = connect(
                self._address,
                limits=self._limits,
                known_hosts=self._known_hosts,
                password=password,
                ask=self._ask_once if self._ask else None,
            )
        except LoginError as error:
            self._typed.clear()
            self._refusals.add(error)
            raise
        self._refusals.forget()
        return opened

    def _ask_once(self, prompt: str) -> str:
        """Ask for a password or passphrase; after a reboot, at night, nobody types it again."""
        if prompt not in self._typed and self._ask:
            self._typed[prompt] = self._ask(prompt)
        return self._typed[prompt]

    def _fetch_password(self) -> str | None:
        try:
            return self._secrets.get(self._password, purpose=str(self._address)) if self._password else None
        except ObservationError as error:
            raise UnreachableError(f"{self._address}: no password to log in with: {error}") from error
