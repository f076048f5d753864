"""The lab's command line: python -m tests.lab up | down | status | reset | ssh | console."""

import argparse
import os
import sys
import time

from tests.lab import Lab, LabError

COMMANDS = {
    "up": "start the lab, unless it runs (the first time, the image is built: some minutes)",
    "down": "turn the lab off",
    "status": "show what the lab is doing, and where",
    "reset": "start the lab as it was after its first boot: release 21.0.26",
    "ssh": "log in as root; words after -- are a command to run there",
    "console": "the serial console (Ctrl-] leaves it)",
}


def main() -> int:
    """Do what the command line asks for; return the exit code."""
    arguments = parser().parse_intermixed_args()
    try:
        lab = Lab.named(arguments.name)
        return do(lab, arguments.command, arguments.words)
    except LabError as error:
        print(f"lab: {error}", file=sys.stderr)
        return 1


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    lines = "\n".join(f"  {command:<9}{meaning}" for command, meaning in COMMANDS.items())
    made = argparse.ArgumentParser(
        prog="python -m tests.lab", description=__doc__, epilog=f"commands:\n{lines}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    made.add_argument("command", choices=COMMANDS, metavar="command")
    made.add_argument("--name", default="lab", help="which lab (default: lab); several run side by side")
    made.add_argument("words", nargs="*", help=argparse.SUPPRESS)
    return made


def do(lab: Lab, command: str, words: list[str]) -> int:
    """Do one command on one lab."""
    if command == "ssh":
        os.execvp("ssh", [*lab.ssh(), *words])
    if command == "console":
        os.execvp("virsh", ["virsh", "--connect", lab.uri, "console", lab.domain, "--force"])
    if command == "status":
        return show(lab)
    if command == "down":
        lab.down()
        print(f"lab {lab.name} is off")
        return 0
    (lab.up if command == "up" else lab.reset)(Steps())
    return show(lab)


class Steps:
    """Prints each step with the seconds since the beginning."""

    def __init__(self) -> None:
        self.began = time.monotonic()

    def __call__(self, line: str) -> None:
        """Print one step."""
        print(f"{time.monotonic() - self.began:6.1f} s  {line}", flush=True)


def show(lab: Lab) -> int:
    """Print what the lab is doing; return 0 when it runs."""
    status = lab.status()
    rows = {
        "lab": f"{lab.name}: {status.domain}, system {status.system or '-'}, release {status.release or '-'}",
        "ssh": f"root@127.0.0.1:{lab.ssh_port}, key {lab.key}, known_hosts {lab.known_hosts}",
        "web": f"https://127.0.0.1:{lab.https_port}/occ (name pbx.lab.example), http {lab.http_port}",
        "sip": f"127.0.0.1:{lab.sip_port}, UDP and TCP",
        "libvirt": f"{lab.uri}, domain {lab.domain}, UUID {lab.uuid}",
        "console": str(lab.console),
    }
    print("\n".join(f"{name:<8}{value}" for name, value in rows.items()))
    return 0 if status.domain == "running" else 3


if __name__ == "__main__":
    sys.exit(main())
