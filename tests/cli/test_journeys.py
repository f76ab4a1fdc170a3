"""What a newcomer and an operator type, in processes of their own."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from tests.browser.conftest import Server

pytestmark = pytest.mark.slow

FLASK = [str(Path(sys.executable).parent / "flask"), "--app", "wsgi"]
LIVE = {
    "PORTAL_ENVIRONMENT": "live",
    "PORTAL_SECRET_KEY": "s" * 48,
    "PORTAL_DATA_KEYS": Fernet.generate_key().decode(),
    "PORTAL_INDEX_KEY": "i" * 32,
    "PORTAL_AUDIT_KEY": "a" * 32,
    "PORTAL_TOKEN_KEYS": "t" * 48,
}


def flask(data_dir: Path, *arguments: str, code: int = 0, stdin: str | None = None, **environment: str):
    """Run a command with this environment and nothing else of the portal's."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
    done = subprocess.run(
        [*FLASK, *arguments],
        env={**plain, "PORTAL_DATA_DIR": str(data_dir), **environment},
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done


def served(data_dir: Path) -> str:
    """Serve until the portal is ready, stop it, and return what it said."""
    server = Server(data_dir)
    del server.environment["PORTAL_DEMO_PASSWORD"]
    server.start()
    server.stop()
    return (data_dir / "server.log").read_text()


def test_a_newcomer_starts_twice_and_finds_everything_as_it_was(tmp_path):
    first = served(tmp_path)
    assert "Open  http://127.0.0.1:" in first
    assert "caseworker@demo.example" in first
    assert "Loaded the demo data." in first
    password = next(line for line in first.splitlines() if "Password" in line)
    # The environment is not repeated on the command line: it is kept beside the data.
    issued = flask(tmp_path, "token", "issue", "--dialect", "helpline", "--user", "agent@demo.example")
    assert len(issued.stdout.splitlines()) == 1
    assert (tmp_path / "environment").stat().st_mode & 0o777 == 0o600

    second = served(tmp_path)

    assert password in second
    assert "Loaded the demo data." not in second
    assert "agent@demo.example" in flask(tmp_path, "token", "list").stdout
    assert "The audit is whole" in flask(tmp_path, "audit", "verify").stdout
    # What was tried out never becomes the real thing.
    refused = flask(tmp_path, "organisation", "list", code=1, **LIVE)
    assert "cannot be opened as live" in refused.stderr


def test_an_operator_sets_up_a_live_installation(tmp_path):
    keyless = flask(tmp_path, "reference", "load", code=1, PORTAL_ENVIRONMENT="live")
    assert "PORTAL_SECRET_KEY, PORTAL_DATA_KEYS, PORTAL_INDEX_KEY, PORTAL_AUDIT_KEY" in keyless.stderr

    early = flask(tmp_path, "reference", "load", code=1, **LIVE)
    assert "First: flask --app wsgi db upgrade" in early.stderr
    flask(tmp_path, "db", "upgrade", **LIVE)
    flask(tmp_path, "reference", "load", **LIVE)
    user = ("--email", "ada@office.example", "--name", "Ada Diallo", "--role", "administrator", "--password-stdin")
    flask(tmp_path, "user", "create", *user, stdin="a long enough password\n", **LIVE)

    assert "this one is live" in flask(tmp_path, "demo", "load", code=1, **LIVE).stderr
    assert "The audit is whole" in flask(tmp_path, "audit", "verify", **LIVE).stdout
    assert not (tmp_path / "environment").exists(), "keys of a live installation are given, never kept beside the data"


def test_a_backup_is_restored_on_a_new_machine_that_has_the_keys(tmp_path):
    old, new = tmp_path / "old", tmp_path / "new"
    demo = {"PORTAL_ENVIRONMENT": "demo"}
    flask(old, "db", "upgrade", **demo)
    flask(old, "demo", "load", "--cases", "25")
    flask(old, "backup", str(tmp_path / "kept.tar"))
    new.mkdir()
    refused = flask(new, "restore", str(tmp_path / "kept.tar"), code=1, **demo)
    assert "made with other keys" in refused.stderr
    shutil.copy(old / "environment", new / "environment")

    flask(new, "restore", str(tmp_path / "kept.tar"), stdin="")

    assert "The audit is whole" in flask(new, "audit", "verify").stdout
    assert "No case was missing" in flask(new, "demo", "load", "--cases", "25").stdout
