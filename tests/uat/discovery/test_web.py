"""Sources that find what is seen from outside."""

from __future__ import annotations

from tests.uat.checks.tables.port import OLD_HEADER
from tests.uat.discovery.machines import abouts, found
from uat.model import System

LISTENING = OLD_HEADER + (
    "LISTEN     0      128    *:443    *:*\n"
    "LISTEN     0      128    *:8443    *:*\n"
    "LISTEN     0      128    127.0.0.1:636    *:*\n"
    "LISTEN     0      128    *:5432    *:*\n"
)


def inputs(system: System) -> dict[str, object]:
    """Give what is looked at, by name."""
    return {one.about: one.inputs for one in found("certificate", LISTENING, system=system).proposals}


def test_certificate() -> None:
    """TLS is spoken only where it is usual, and not to what listens for the machine alone."""
    usual = {"8443": {"host": "{host}", "port": 8443}}
    assert inputs(System(web="pbx.acme.it")) == {"web": {}, **usual}
    assert inputs(System(web="127.0.0.1:22221")) == {"web": {"port": 22221}, **usual}
    assert inputs(System()) == {"443": {"host": "{host}"}, **usual}


def test_page() -> None:
    """The vendor's pages, by the name of the web pages or, where there is none, by the machine."""
    assert abouts(found("page", system=System(web="pbx.acme.it"))) == ["", "occ", "client", "tsam"]
    assert found("page", system=System()).proposals[1].inputs == {"url": "https://{host}/occ"}
