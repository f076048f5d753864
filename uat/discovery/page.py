"""Web pages that the vendor names, as seen from the engineer's place; one that answers with an error is none."""

from __future__ import annotations

from uat.probe import Probe
from uat.proposal import Found, Proposal

_PAGES = {"": "/", "occ": "/occ", "client": "/client", "tsam": "/tsam"}


def discover(probe: Probe) -> Found:
    """Take the pages; whether one is there is seen when it is looked at."""
    host = "{web}" if probe.system.web else "{host}"
    return Found(proposals=tuple(_proposal(name, path, host) for name, path in _PAGES.items()))


def _proposal(name: str, path: str, host: str) -> Proposal:
    return Proposal(
        about=name,
        title={"it": f"La pagina {path} risponde come prima", "en": f"The page {path} answers as before"},
        area="machine_web",
        kind="http",
        inputs={"url": f"https://{host}{path}"},
        expect={"status": {"at_most": 399, "unchanged": True}, "title": {"unchanged": True}},
        retry_for="3m",
    )
