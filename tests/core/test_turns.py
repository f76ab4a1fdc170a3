"""What is counted before it is added, or looked at before the last is taken away, holds for two at once, too."""

import pytest
import sqlalchemy as sa

from portal.core import break_glass, passkeys, recovery_codes, saved_views, second_factor
from portal.core.actors import Actor
from portal.core.errors import InvalidInput, Refused
from portal.core.models import BreakGlassGrant, Passkey, SavedView, SecondFactor, User
from portal.core.unit import unit_of_work
from portal.core.vocabulary import Role
from portal.extensions import db
from tests.factories import actor_of, committed, make_user, make_vertical
from tests.races import both, meeting

WHY = {"reason_code": "SAFEGUARDING_CHECK", "text": "The school rang; nobody answers."}


@pytest.fixture
def ana(session) -> Actor:
    """Somebody who may do all of it."""
    with committed(session):
        return actor_of(session, make_user(session, Role.SUPERVISOR, make_vertical(session)))


def doing(actor: Actor, work, *given, **named):
    """A deed: some work in a unit of its own."""

    def deed():
        with unit_of_work(db.session, actor, intent="test.together"):
            work(db.session, actor, *given, **named)

    return deed


def number_of(session, model) -> int:
    session.rollback()
    return session.scalar(sa.select(sa.func.count()).select_from(model))


def test_two_requests_at_once_do_not_pass_the_number_of_an_hour(app, session, ana):
    for number in range(break_glass.MOST_AN_HOUR - 1):
        doing(ana, break_glass.ask, f"X-{number}", **WHY)()
    session.remove()
    with meeting(app, "break_glass_grants"):
        came = both(app, *[doing(ana, break_glass.ask, f"Y-{number}", **WHY) for number in range(2)])
    assert sorted(map(type, came), key=str) == sorted([type(None), Refused], key=str)
    assert number_of(session, BreakGlassGrant) == break_glass.MOST_AN_HOUR


def test_two_views_saved_at_once_do_not_pass_the_number_of_an_owner(app, session, ana):
    with committed(session):
        kept = {"query": "view=mine", "shared_with": "nobody"}
        names = [f"View {number}" for number in range(saved_views.MOST - 1)]
        session.add_all(SavedView(owner_id=ana.user_id, name=name, **kept) for name in names)
    session.remove()
    with meeting(app, "saved_views"):
        came = both(app, *[doing(ana, saved_views.save, name, {"view": ["mine"]}) for name in ("One", "Two")])
    assert sorted(map(type, came), key=str) == sorted([type(None), InvalidInput], key=str)
    assert number_of(session, SavedView) == saved_views.MOST


def _remove(session, actor, number):
    passkeys.remove(session, actor, passkeys.find(session, actor, number, lock=True), required=True)


def _keep_passkeys(session, ana, *numbers: int) -> list[int]:
    made = [
        Passkey(user_id=ana.user_id, name=f"Key {n}", credential=bytes([n]), public_key=b"-", sign_count=0)
        for n in numbers
    ]
    session.add_all(made)
    session.flush()
    return [one.id for one in made]


def test_of_the_last_two_passkeys_one_stays_where_a_second_factor_is_required(app, session, ana):
    with committed(session):
        numbers = _keep_passkeys(session, ana, 1, 2)
    session.remove()
    with meeting(app, "passkeys"):
        came = both(app, *[doing(ana, _remove, number) for number in numbers])
    assert sorted(map(type, came), key=str) == sorted([type(None), Refused], key=str)
    assert number_of(session, Passkey) == 1


def test_of_an_app_and_a_passkey_one_stays_where_a_second_factor_is_required(app, session, ana):
    with committed(session):
        (number,) = _keep_passkeys(session, ana, 1)
        second_factor.begin(session, ana)
        session.scalar(sa.select(SecondFactor)).confirmed_at = session.get(User, ana.user_id).created_at
        code, *_more = recovery_codes.make(session, ana.user_id)
    session.remove()
    with meeting(app, "passkeys", "second_factors"):
        came = both(app, doing(ana, _remove, number), doing(ana, second_factor.turn_off, code, required=True))
    assert sorted(map(type, came), key=str) == sorted([type(None), Refused], key=str)
    assert number_of(session, Passkey) + number_of(session, SecondFactor) == 1
