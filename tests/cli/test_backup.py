"""``backup``, ``restore`` and ``keys rotate``: what is kept, what is not in it, and what stops a restore."""

import json
import os
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from cryptography.fernet import Fernet

from portal.core import keys
from portal.core.models import CaseStatusHistory, PersonContact
from portal.extensions import db
from tests.cli.conftest import both_engines
from tests.postgres import _binaries

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def tools(monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL's tools of the server's own version, as an operator has them on the path."""
    monkeypatch.setenv("PATH", f"{_binaries()}{os.pathsep}{os.environ['PATH']}")


@pytest.fixture
def kept(tmp_path: Path, installation, run) -> Path:
    """A backup of the demo data and one attachment."""
    folder = installation.settings.data_dir / "attachments" / "ab"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "abcdef").write_bytes(b"a letter")
    run("demo", "load")
    run("backup", str(tmp_path / "kept.tar"))
    return tmp_path / "kept.tar"


@both_engines
def test_a_restore_brings_back_what_was_there_and_nothing_that_came_later(kept, installation, run, rows, count):
    before = rows("SELECT id, reference, lifecycle_status FROM cases ORDER BY id")
    run("organisation", "create", "--name", "Came Later", "--email", "desk@later.example")
    letter = installation.settings.data_dir / "attachments" / "ab" / "abcdef"
    letter.unlink()

    assert "Restored the backup of" in run("restore", str(kept)).output

    assert rows("SELECT id, reference, lifecycle_status FROM cases ORDER BY id") == before
    assert count("organisations") == 2
    assert letter.read_bytes() == b"a letter"
    run("audit", "verify")
    run("organisation", "create", "--name", "Came Later", "--email", "desk@later.example")


@both_engines
def test_a_backup_holds_no_key_and_only_its_owner_can_read_it(kept, installation):
    assert kept.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in kept.parent.iterdir()] == ["kept.tar"]
    content = kept.read_bytes()
    settings = installation.settings
    for key in (*settings.data_keys, settings.index_key, settings.audit_key, settings.secret_key, *settings.token_keys):
        assert key.encode() not in content
    assert b"7700 900101" not in content


@pytest.mark.parametrize("changed", ["data_keys", "index_key", "audit_key"])
def test_a_restore_with_another_key_touches_nothing(kept, installation, run, count, changed):
    run("organisation", "create", "--name", "Came Later", "--email", "desk@later.example")
    settings = installation.settings
    other = (Fernet.generate_key().decode(),) if changed == "data_keys" else "another key"
    configure(replace(settings, **{changed: other}))

    said = run("restore", str(kept), code=1).output

    configure(settings)
    assert f"other keys: PORTAL_{changed.upper()}. Nothing was changed." in said
    assert count("organisations") == 3


def configure(settings) -> None:
    keys.configure(settings.data_keys, settings.index_key, settings.audit_key, settings.token_keys)


def test_a_rehearsal_is_not_restored_into_a_live_installation(kept, as_live, run):
    assert "is of a test installation; this one is live" in run("restore", str(kept), code=1).output


@pytest.mark.parametrize("spoil", ["cut", "foreign", "text"])
def test_what_is_no_whole_backup_touches_nothing(kept, run, count, spoil):
    if spoil == "cut":
        kept.write_bytes(kept.read_bytes()[:300_000])
    elif spoil == "foreign":
        (kept.parent / "manifest.json").write_text(json.dumps({"hello": "world"}))
        with tarfile.open(kept, "w") as archive:
            archive.add(kept.parent / "manifest.json", arcname="manifest.json")
    else:
        kept.write_text("not an archive")
    run("restore", str(kept), code=1)
    assert count("cases") == 16


def test_a_backup_into_a_folder_that_is_not_there_says_so(run, tmp_path):
    assert "There is no folder" in run("backup", str(tmp_path / "nowhere" / "kept.tar"), code=1).output


@both_engines
def test_rotating_puts_everything_under_the_newest_key_and_changes_nothing_else(
    app, installation, run, session, monkeypatch
):
    run("demo", "load")
    stamped = session.execute(sa.text("SELECT id, updated_at, version_id FROM people ORDER BY id")).all()
    phones = session.scalars(sa.select(PersonContact.value).order_by(PersonContact.id)).all()
    notes = session.scalars(sa.select(CaseStatusHistory.note).order_by(CaseStatusHistory.id)).all()
    session.remove()
    settings, newest = installation.settings, Fernet.generate_key().decode()
    both = replace(settings, data_keys=(newest, *settings.data_keys))
    monkeypatch.setitem(app.extensions, "settings", both)
    configure(both)
    assert "person_contacts: 11 of 11 rows" in run("keys", "rotate").output
    assert "0 rows written anew" in run("keys", "rotate").output

    configure(replace(settings, data_keys=(newest,)))

    assert session.scalars(sa.select(PersonContact.value).order_by(PersonContact.id)).all() == phones
    assert session.scalars(sa.select(CaseStatusHistory.note).order_by(CaseStatusHistory.id)).all() == notes
    assert session.execute(sa.text("SELECT id, updated_at, version_id FROM people ORDER BY id")).all() == stamped
    run("audit", "verify")


def test_a_row_that_no_key_reads_stops_the_rotation(app, installation, run, monkeypatch):
    run("demo", "load")
    strange = replace(installation.settings, data_keys=(Fernet.generate_key().decode(),))
    monkeypatch.setitem(app.extensions, "settings", strange)
    configure(strange)
    with app.app_context():
        before = db.session.execute(sa.text("SELECT value FROM person_contacts")).all()
    assert "cannot be read with any key" in run("keys", "rotate", code=1).output
    with app.app_context():
        assert db.session.execute(sa.text("SELECT value FROM person_contacts")).all() == before
