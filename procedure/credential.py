"""The password for a hypervisor: fetched when it is needed, and not tried again once it was refused."""

from __future__ import annotations

from procedure.hypervisors import Secret
from uat.errors import ExitCode, ObservationError, ProcedureError
from uat.redact import Redactor


class Password:
    """Holds what one way to a hypervisor logs in with.

    A session waits and asks again; with a password that is refused it would lock the account that way. So after the
    first refusal nothing is asked any more: another session, with another password, goes on.
    """

    def __init__(self, reference: str, *, secret: Secret, purpose: str) -> None:
        """:param purpose: what the password is for, for the prompt: user and hypervisor."""
        self._reference = reference
        self._secret = secret
        self._purpose = purpose
        self._redactor = Redactor()
        self._refused: ProcedureError | None = None

    def get(self) -> str:
        """Give the password.

        :raises ProcedureError: ``hypervisor_login``: there is none where the checklist says, or it was refused.
        """
        if self._refused is not None:
            raise self._refused
        try:
            value = self._secret(self._reference, purpose=self._purpose)
        except ObservationError as error:
            raise self.refused(str(error)) from error
        self._redactor.add(value)
        return value

    def refused(self, said: str) -> ProcedureError:
        """Make the stop of a login that was refused; from now on there is no other answer.

        :param said: the hypervisor's own words; the password is taken out of them.
        """
        facts = {"error": f"{self._purpose}: {self._redactor.clean(said)}"}
        self._refused = ProcedureError("hypervisor_login", facts=facts, exit_code=ExitCode.UNREACHABLE)
        return self._refused
