#!/usr/bin/python3
"""Stands for the telephony engine: a process that lives, and says so in a file once a second."""

import signal
import sys
import time
from pathlib import Path
from types import FrameType

HEARTBEAT = Path("/run/lab-telephony/heartbeat")


def stop(_signal: int, _frame: FrameType | None) -> None:
    """End quietly, as systemd asks for it."""
    sys.exit(0)


def main() -> None:
    """Write the time to the heartbeat file until told to stop."""
    signal.signal(signal.SIGTERM, stop)
    while True:
        HEARTBEAT.write_text(f"{time.time():.0f}\n", encoding="ascii")
        time.sleep(1)


if __name__ == "__main__":
    main()
