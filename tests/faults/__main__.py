"""``python -m tests.faults report`` makes docs/faults.md of what the last runs left."""

from __future__ import annotations

import argparse

from tests.faults.report import write


def main() -> None:
    """Do what was asked."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("what", choices=["report"])
    parser.parse_args()
    print(write())


if __name__ == "__main__":
    main()
