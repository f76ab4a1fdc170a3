"""Whom a provider vouches for: matched once by address, then by the provider's own number, also of two at once."""

import pytest
import sqlalchemy as sa

from portal.core import outside_identities
from portal.core.actors import ANONYMOUS
from portal.core.errors import Forbidden
from portal.core.models import AuditEvent, OutsideIdentity, User
from portal.core.outside_identities import Vouched
from portal.core.unit import unit_of_work
from portal.core.vocabulary import Role
from portal.extensions import db
from tests.factories import actor_of, committed, make_user
from tests.races import both, meeting

ISSUER = "https://id.example"


@pytest.fixture
def ana(session) -> int:
    """Somebody whom the office knows by an address."""
    with committed(session):
        return make_user(session, email="ana@office.example").id


def recognise(session, subject="7", email="Ana@office.example", issuer=ISSUER) -> int | None:
    """Who that is here."""
    with unit_of_work(session, ANONYMOUS, intent="account.sign_in"):
        found = outside_identities.recognise(session, Vouched(issuer, subject, email))
        return found.id if found else None


def refusals(session) -> list[str]:
    """Why nobody was let in, in their order."""
    query = sa.select(AuditEvent).where(AuditEvent.outcome == "refused").order_by(AuditEvent.id)
    return [event.details["why"] for event in session.scalars(query)]


def test_the_address_counts_once_and_then_the_number(session, ana):
    assert recognise(session) == ana
    assert recognise(session, email=None) == ana
    assert recognise(session, email="somebody.else@office.example") == ana
    assert recognise(session, subject="8") is None
    assert recognise(session, subject="9", email=None) is None
    assert recognise(session, subject="9", email="nobody@office.example") is None
    assert recognise(session, subject="7", issuer="https://other.example") == ana
    assert refusals(session) == ["another_identity", "unverified", "unknown"]
    assert session.scalar(sa.select(sa.func.count()).select_from(OutsideIdentity)) == 2


def test_who_left_and_who_is_a_service_is_not_let_in(session, ana):
    with committed(session):
        session.get(User, ana).active = False
    assert recognise(session) is None
    assert refusals(session) == ["inactive"]


def test_of_two_first_sign_ins_at_once_both_come_in_as_the_same_and_are_remembered_once(app, session, ana):
    session.remove()
    with meeting(app, "outside_identities"):
        assert both(app, *[lambda: recognise(db.session)] * 2) == [ana, ana]
    assert session.scalar(sa.select(sa.func.count()).select_from(OutsideIdentity)) == 1


def test_of_two_identities_at_once_one_becomes_the_users(app, session, ana):
    session.remove()
    with meeting(app, "outside_identities"):
        came = both(app, *[lambda subject=subject: recognise(db.session, subject) for subject in ("7", "8")])
    assert sorted(came, key=str) == sorted([ana, None], key=str)
    assert refusals(session) == ["another_identity"]


def test_what_an_administrator_forgets_is_found_by_its_address_again(session, ana):
    recognise(session)
    with committed(session):
        ada = actor_of(session, make_user(session, Role.ADMINISTRATOR))
        worker = actor_of(session, session.get(User, ana))
    with pytest.raises(Forbidden), unit_of_work(session, worker, intent="user.forget_identity"):
        outside_identities.forget(session, worker, session.get(User, ana))
    with unit_of_work(session, ada, intent="user.forget_identity"):
        assert outside_identities.forget(session, ada, session.get(User, ana)) == 1
    assert recognise(session, subject="8") == ana
