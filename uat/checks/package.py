"""Look whether a package is installed, and in which version.

Example::

    - id: SYS-03
      title: {it: Il server web è installato, en: The web server is installed}
      package: {name: nginx}
      expect: {installed: true, version: {not_below_before: true}}
"""

from __future__ import annotations

from uat.checks._inputs import Name
from uat.errors import ObservationError
from uat.model import Field, Record
from uat.probe import Probe


class Inputs(Record):
    """Which package."""

    name: Name = Field(description="as rpm or dpkg knows it")


class Observed(Record):
    """What the machine's own list of packages says."""

    installed: bool
    version: str = Field(description="without rpm's release; empty if not installed")


def observe(inputs: Inputs, probe: Probe) -> Observed:
    """Ask rpm or dpkg, whichever the machine has, through testinfra."""
    try:
        package = probe.host.package(inputs.name)
        installed = bool(package.is_installed)
        return Observed(installed=installed, version=str(package.version) if installed else "")
    except (AssertionError, NotImplementedError, RuntimeError, IndexError) as error:
        # testinfra tells so that rpm or dpkg is missing, locked or broken.
        raise ObservationError(f"cannot ask for the package {inputs.name}: {error}") from error
