"""Runs the command line: ``python -m tvox_uat``."""

import sys

from tvox_uat import main

if __name__ == "__main__":
    sys.exit(main())
