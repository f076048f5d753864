"""Real databases for tests, Debian's PostgreSQL and MariaDB: own folder, own socket, no network."""

from __future__ import annotations

import getpass
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.serving import serving

PASSWORD = "uät $(pw) 'x'"
"""Of the database user ``uat``: what a shell, a URL and ASCII would each break."""


@dataclass(frozen=True, kw_only=True)
class Database:
    """A running server; ``socket`` is what a client of its kind is told, ``owner`` a user without a password."""

    socket: str
    owner: str


def postgresql() -> Path | None:
    """Find the newest PostgreSQL's programs."""
    return next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)), None)


def has_mariadb() -> bool:
    """Tell whether MariaDB is here."""
    return Path("/usr/sbin/mariadbd").exists() and shutil.which("mariadb-install-db") is not None


@contextmanager
def running_postgresql(statements: Sequence[str]) -> Iterator[Database]:
    """Make a cluster and run it; it refuses to be root's, so root gives it to the user postgres."""
    initdb = postgresql()
    assert initdb is not None
    owner = "postgres" if os.getuid() == 0 else getpass.getuser()
    as_owner = ["runuser", "-u", owner, "--"] if os.getuid() == 0 else []
    with _folder(owner) as folder:
        data = folder / "data"
        _run([*as_owner, str(initdb), "-N", "-E", "UTF8", "--locale=C.UTF-8", "-U", owner, "-D", str(data)])
        hba = f"local all {owner} peer\nlocal all all scram-sha-256\n"
        (data / "pg_hba.conf").write_text(hba)
        options = ("-c", "listen_addresses=", "-c", "fsync=off", "-k", str(folder))
        client = [*as_owner, "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", str(folder), "-d", "postgres"]
        server = [*as_owner, str(initdb.with_name("postgres")), "-D", str(data), *options]
        with serving(server, folder=folder, is_up=lambda: _answers([*client, "-c", "select 1"])):
            _run(client, "\n".join(statements))
            yield Database(socket=str(folder), owner=owner)


@contextmanager
def running_mariadb(statements: Sequence[str]) -> Iterator[Database]:
    """Make a data folder and run a server on it, as whoever runs the tests."""
    me = getpass.getuser()
    with _folder(me) as folder:
        where = [f"--datadir={folder}/data", f"--user={me}"]
        _run(
            [
                "mariadb-install-db", "--no-defaults", *where,
                "--auth-root-authentication-method=normal", "--skip-test-db",
            ]
        )  # fmt: skip
        socket = f"{folder}/socket"
        options = ("--skip-networking", f"--socket={socket}", f"--pid-file={folder}/pid")
        client = ["mariadb", "--no-defaults", f"--socket={socket}", "--user=root", "--default-character-set=utf8mb4"]
        server = ["/usr/sbin/mariadbd", "--no-defaults", *where, *options]
        with serving(server, folder=folder, is_up=lambda: _answers([*client, "--execute=select 1"])):
            _run(client, "\n".join(statements))
            yield Database(socket=socket, owner="root")


@contextmanager
def _folder(owner: str) -> Iterator[Path]:
    """Make a folder with a short path (a socket's has at most 107 characters) that another user may enter."""
    folder = Path(tempfile.mkdtemp(prefix="uat-db-"))
    shutil.chown(folder, owner)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def _answers(client: list[str]) -> bool:
    return subprocess.run(client, cwd="/", capture_output=True, check=False).returncode == 0


def _run(command: list[str], stdin: str = "") -> None:
    ended = subprocess.run(command, input=stdin.encode(), cwd="/", capture_output=True, check=False)
    if ended.returncode != 0:
        raise RuntimeError(f"{command}: {(ended.stderr + ended.stdout).decode(errors='replace')}")
