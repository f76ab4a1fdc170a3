"""Nothing that says who an erased person is, or what they told, is left in any byte; what law and audit need is."""

import datetime as dt
import io
import re
from pathlib import Path

import pytest
import sqlalchemy as sa

from portal.core import attachments, audit, clock, database, erasure, erasure_plan, erasure_sweep, people, restriction
from portal.core import models as m
from portal.core.actors import SYSTEM
from portal.core.erasure_tables import KEPT
from portal.core.errors import AlreadyDone, Forbidden, InvalidTransition, ReadOnly
from portal.core.unit import unit_of_work
from portal.core.vocabulary import Role, Status
from portal.extensions import db
from tests.canary.marks import World
from tests.canary.world import build
from tests.factories import (
    actor_of,
    committed,
    make_case,
    make_person,
    make_request,
    make_user,
    make_vertical,
    put_into,
)


def told(session) -> str:
    """Everything that stands in any table, decrypted."""
    tables = m.Base.metadata.sorted_tables
    return "\n".join(repr(tuple(row)) for table in tables for row in session.execute(sa.select(table))).casefold()


def raw(session, folder: Path) -> str:
    """Every byte of the database as it lies on the disk (SQLite), or as a dump of all tables has it (PostgreSQL)."""
    if session.get_bind().dialect.name == "sqlite":
        found = b"".join(path.read_bytes() for path in sorted(folder.glob("portal.db*")))
        return found.decode("latin-1").casefold()
    tables = [sa.table(name) for name in sa.inspect(session.connection()).get_table_names()]
    rows = (sa.select(sa.cast(sa.literal_column(f'"{one.name}"'), sa.Text)).select_from(one) for one in tables)
    return "\n".join(str(session.execute(query).all()) for query in rows).casefold()


class TestTheHiddenWorld:
    """Every column of words bears a mark; all its people are erased, and the marks are looked for."""

    @pytest.fixture
    def world(self, app) -> World:
        world = build(app)
        with app.app_context(), committed(db.session) as session:
            for number in session.scalars(sa.select(m.Case.id)):
                put_into(session, session.get_one(m.Case, number), Status.CLOSED)
        return world

    def test_no_mark_of_theirs_is_left(self, app, session, installation, world):
        for number in (world.hidden["people"], world.others["people"], world.relative):
            with unit_of_work(session, SYSTEM, intent="person.erase"):
                person = session.get_one(m.Person, number)
                erasure.carry_out(session, SYSTEM, person, erasure_plan.plan(session, person))
        with unit_of_work(session, SYSTEM, intent="erasures.sweep"):
            erasure_sweep.sweep(session)
        session.rollback()
        database.forget_log(db.engine)
        left = world.found_in(told(session)) | world.found_in(raw(session, installation.settings.data_dir))
        assert left - KEPT.keys() - {"cases.reference"} == set()

    def test_what_is_foreseen_of_anybody_is_what_the_certificate_states(self, session, world):
        people = sa.select(m.Person.id).where(m.Person.erased_at.is_(None), m.Person.root_id.is_(None))
        for number in session.scalars(people.order_by(m.Person.id)).all():
            with unit_of_work(session, SYSTEM, intent="person.erase"):
                person = session.get_one(m.Person, number)
                seen = erasure.foresee(session, erasure_plan.plan(session, person))
                done = erasure.carry_out(session, SYSTEM, person, erasure_plan.plan(session, person))
                assert (done.removed, done.emptied, done.kept) == (seen.removed, seen.emptied, seen.kept)


@pytest.fixture
def office(session, app) -> dict:
    """Amina and Omar are clients of one case; Amina alone of another, that is closed, with a file; she asks for it."""
    with committed(session):
        here = make_vertical(session, "HERE")
        admins = [make_user(session, Role.ADMINISTRATOR) for _ in range(2)]
        amina = make_person(session, "Amina Qortest", phone="+254711222333", vertical=here)
        omar = make_person(session, "Omar Elsewhere", vertical=here)
        alone = make_case(session, here, subject=amina, status=Status.CLOSED, narrative="Amina told of the Zqriver.")
        shared = make_case(session, here, status=Status.CLOSED, narrative="Amina Qortest and Omar quarrelled.")
        session.add_all(m.CasePerson(case_id=shared.id, person_id=one.id, role="client") for one in (amina, omar))
        storage = app.extensions["storage"]
        files = [storage.put(io.BytesIO(data), limit=99) for data in (b"hers", b"the same twice")]
        for stored, cases in zip(files, ([alone], [alone, shared]), strict=True):
            for case in cases:
                brought = attachments.Brought("a Qortest.txt", stored.checksum, stored.size_bytes, stored.content_type)
                attachments.add(session, SYSTEM, brought, case=case)
        actors = [actor_of(session, one) for one in admins]
        found = {"amina": amina.id, "alone": alone.id, "shared": shared.id, "sums": [one.checksum for one in files]}
        found |= {"asker": actors[0], "doer": actors[1]}
        typed = {"form": "intake", "key": "x" * 16, "body": '{"who": "qortest"}'}
        session.add(m.Draft(user_id=admins[0].id, **typed, **times()))
        session.add(m.SavedView(owner_id=admins[0].id, name="Hers", query="q=Am%C3%AEna+Qortest"))
        asked = {"principal": "user:1", "method": "POST", "route": "/v1/x", "key": "k", "request_digest": "d"}
        session.add(m.IdempotencyKey(**asked, body='{"name": "Qortest"}'))
        whose = {"case_id": alone.id, "author_id": admins[0].id, "recipient_id": amina.id}
        session.add(m.HeldMessage(**whose, text="Dear Qortest", run_at=clock.now()))
        audit.append(session, SYSTEM, "case.update", case=shared, values={"summary": ("of Qortest", "of nobody")})
    with unit_of_work(session, found["asker"], intent="test"):
        request = make_request(session, session.get(m.Person, found["amina"]), "erasure")
        request.recorded_by_id = found["asker"].user_id
    return found


def times() -> dict:
    return {"title": "", "revision": 1, "saved_at": clock.now(), "expires_at": clock.now() + dt.timedelta(days=1)}


def erase(session, office, who: str = "doer") -> m.Erasure:
    with unit_of_work(session, office[who], intent="person.erase"):
        return erasure.erase(session, office[who], session.get(m.Person, office["amina"]))


def test_what_is_foreseen_is_what_is_done_and_the_certificate_says_it(session, office):
    seen = erasure.preview(session, office["doer"], session.get(m.Person, office["amina"]))
    session.rollback()
    done = erase(session, office)
    assert (done.removed, done.emptied, done.kept) == (seen.removed, seen.emptied, seen.kept)
    traces = ("drafts", "saved_views", "idempotency_keys", "outbox", "attachments")
    assert {table: done.removed[table] for table in traces} == dict.fromkeys(traces, 1) | {"attachments": 2}
    assert {"person_contacts", "person_keys"} <= done.removed.keys()
    assert {"cases", "audit_values"} <= done.emptied.keys()
    assert done.kept == {"consents": 0, "cases": 1, "shared": 1}
    event = session.scalars(sa.select(m.AuditEvent).where(m.AuditEvent.action == "person.erase")).one()
    assert event.details["removed"] == done.removed


def test_the_pseudonym_stays_others_keep_what_is_theirs_and_the_audit_is_whole(session, office):
    done = erase(session, office)
    person = session.get(m.Person, office["amina"])
    assert re.fullmatch(r"Erased person [0-9A-F]{8}", person.full_name) and person.full_name == done.pseudonym
    assert session.get(m.Case, office["alone"]).narrative == ""
    assert session.get(m.Case, office["shared"]).narrative == f"{done.pseudonym} and Omar quarrelled."
    assert "qortest" not in told(session) and "zqriver" not in told(session)
    assert people.search(session, office["doer"], "Qortest") == []
    assert list(audit.verify(session)) == []
    assert session.scalar(sa.select(sa.func.count()).select_from(m.Case)) == 2
    with pytest.raises(ReadOnly):
        restriction.require_usable(person)


def test_bytes_go_unless_somebody_elses_file_is_the_same(session, app, office, installation):
    erase(session, office)
    with unit_of_work(session, SYSTEM, intent="erasures.sweep"):
        assert erasure_sweep.sweep(session) == 1
    files = installation.settings.data_dir / "attachments"
    there = [(files / checksum[:2] / checksum).exists() for checksum in office["sums"]]
    assert there == [False, True]
    assert session.scalars(sa.select(m.Erasure)).one().swept_at is not None


def test_four_eyes_a_request_and_closed_cases_are_needed(session, office):
    with pytest.raises(Forbidden):
        erase(session, office, "asker")
    with committed(session):
        put_into(session, session.get(m.Case, office["alone"]), Status.ACTIVE)
    with pytest.raises(InvalidTransition):
        erase(session, office)
    with committed(session):
        put_into(session, session.get(m.Case, office["alone"]), Status.CLOSED)
    erase(session, office)
    with pytest.raises(AlreadyDone):
        erase(session, office)


def test_who_was_erased_is_erased_again_after_an_older_backup_was_restored(session, office, installation):
    (installation.settings.data_dir / erasure_sweep.LIST).unlink(missing_ok=True)
    done = erase(session, office)
    pseudonym = done.pseudonym
    with unit_of_work(session, SYSTEM, intent="erasures.sweep"):
        erasure_sweep.sweep(session)
    assert "Amina" not in (installation.settings.data_dir / erasure_sweep.LIST).read_text()
    with committed(session):  # as the backup has it
        person = session.get(m.Person, office["amina"])
        person.full_name, person.erased_at = "Amina Qortest", None
        session.get(m.Case, office["alone"]).narrative = "Amina told of the Zqriver."
    assert erasure_sweep.replay(session) == [pseudonym]
    assert erasure_sweep.replay(session) == []
    assert "zqriver" not in told(session)
    (installation.settings.data_dir / erasure_sweep.LIST).unlink()
