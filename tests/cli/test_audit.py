"""``audit verify`` and ``checkpoint``."""

import pytest
import sqlalchemy as sa

from portal.core import audit
from portal.core.actors import SYSTEM
from portal.core.models import AuditValue
from portal.core.unit import unit_of_work
from portal.extensions import db
from tests.cli.conftest import both_engines

pytestmark = pytest.mark.slow


@both_engines
def test_a_whole_audit_ends_with_zero(run):
    run("demo", "load")
    assert "The audit is whole" in run("audit", "verify").output
    run("checkpoint")
    assert "1 checkpoints" in run("audit", "verify").output


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE audit_events SET actor_name = 'Somebody Else' WHERE chain_key = 'case:5' AND seq = 2",
        "DELETE FROM audit_events WHERE chain_key = 'case:5' AND seq = 2",
        "UPDATE audit_chains SET seq = seq - 1 WHERE key = 'case:5'",
    ],
)
def test_a_broken_audit_ends_with_one_and_names_the_place(run, app, tampering):
    run("demo", "load")
    with app.app_context(), db.engine.begin() as connection:
        assert connection.execute(sa.text(tampering)).rowcount == 1
    said = run("audit", "verify", code=1).output
    assert said.startswith("The audit is broken at case:5")


def test_values_that_were_erased_by_law_are_told_of(run, app):
    run("reference", "load")
    with app.app_context(), unit_of_work(db.session, SYSTEM, intent="test"):
        audit.append(db.session, SYSTEM, "person.correct", chain="person:1", values={"name": ("Amina", "Amira")})
        audit.erase_values(db.session, SYSTEM, db.session.scalars(sa.select(AuditValue)).all(), chain="person:1")
    assert "1 kept values were erased by law" in run("audit", "verify").output


def test_a_checkpoint_prints_one_line_that_proves_the_past(run, rows):
    run("reference", "load")
    number, at, chains, digest = run("checkpoint").stdout.split()
    assert (number, chains, len(digest)) == ("1", "1", 64)
    assert at.endswith("+00:00")
    assert rows("SELECT hash FROM audit_checkpoints") == [(digest,)]
    assert run("checkpoint").stdout.split()[-1] == digest, "nothing happened since, so nothing new is sealed"


def test_there_is_no_checkpoint_of_nothing(run):
    assert "Nothing has happened yet" in run("checkpoint", code=1).output
