"""The lab TVOX: a real virtual machine that stands in for the appliance, for the tests and for the demonstration."""

from tests.lab.machine import Lab, Status
from tests.lab.requirements import missing
from tests.lab.shell import LabError

__all__ = ["Lab", "LabError", "Status", "missing"]
