"""What is said when the way to a machine is closed, and what must be allowed on it for old machines."""

from __future__ import annotations

import os
import socket
import warnings


def network_words(error: OSError, *, limit: float) -> str:
    """Say what the system says (asyncio puts its own words in its place), and what to do.

    :param limit: seconds that were waited; of our own limit the system says nothing.
    """
    if isinstance(error, socket.gaierror) or not error.errno:
        words = error.strerror or str(error) or f"no answer within {limit:g} s"
    else:
        words = os.strerror(error.errno)
    return f"{words}. Check the address, the VPN and the firewall"


def allow_old_key_exchange() -> None:
    """Let cryptography (49 and later) speak Diffie-Hellman without a warning: CentOS 6's sshd knows nothing else."""
    warnings.filterwarnings("ignore", message="Diffie-Hellman over finite fields")
