"""Saved views: one's own, shared ones, and that none of them tells a name or widens what is seen."""

import pytest
import sqlalchemy as sa

from portal.core import saved_views
from portal.core.errors import Forbidden, InvalidInput, NotFound, StaleVersion
from portal.core.models import AuditEvent, SavedView, User
from portal.core.saved_views import Sharing
from portal.core.unit import unit_of_work
from portal.core.vocabulary import Role
from tests.factories import actor_of, committed, make_user, make_vertical

LATE = {"view": ["overdue"], "status": ["active", "reopened"], "sort": ["next"]}


@pytest.fixture
def office(session):
    """An owner of views, a colleague of the same vertical, and somebody of another."""
    with committed(session):
        here, elsewhere = make_vertical(session), make_vertical(session)
        users = {
            "owner": make_user(session, Role.CASEWORKER, here),
            "colleague": make_user(session, Role.CASEWORKER, here),
            "stranger": make_user(session, Role.SUPERVISOR, elsewhere),
        }
    return {name: actor_of(session, user) for name, user in users.items()}, here, elsewhere


def save(session, actor, name, wanted=None, **more) -> SavedView:
    with unit_of_work(session, actor, intent="saved_view.save"):
        return saved_views.save(session, actor, name, LATE if wanted is None else wanted, **more)


def test_each_finds_their_own_and_what_is_shared_with_them(session, office):
    actors, here, _ = office
    owner = actors["owner"]
    save(session, owner, "Mine alone")
    save(session, owner, "For the vertical", sharing=Sharing.VERTICAL, vertical=here)
    save(session, owner, "For all", sharing=Sharing.OFFICE)
    found = {who: [one.name for one in saved_views.listed(session, actor)] for who, actor in actors.items()}
    assert found == {
        "owner": ["For all", "For the vertical", "Mine alone"],
        "colleague": ["For all", "For the vertical"],
        "stranger": ["For all"],
    }
    for one in session.scalars(sa.select(SavedView)).all():
        assert saved_views.asked(one) == LATE
        for who, actor in actors.items():
            if one.name in found[who]:
                assert saved_views.find(session, actor, one.id) is one
            else:
                with pytest.raises(NotFound):
                    saved_views.find(session, actor, one.id)
    with committed(session):
        session.get(User, owner.user_id).active = False
    assert saved_views.listed(session, actors["colleague"]) == [], "whoever left shares nothing"


def test_only_the_owner_renames_shares_and_deletes_and_the_audit_tells(session, office):
    actors, here, elsewhere = office
    owner, colleague = actors["owner"], actors["colleague"]
    number = save(session, owner, "Late", sharing=Sharing.VERTICAL, vertical=here).id

    def change(actor, **told):
        with unit_of_work(session, actor, intent="saved_view.change"):
            saved = saved_views.find(session, actor, number)
            saved_views.change(session, actor, saved, **{"name": "Late", "sharing": Sharing.NOBODY, **told})

    with pytest.raises(Forbidden):
        change(colleague, name="Other")
    with pytest.raises(Forbidden), unit_of_work(session, colleague, intent="saved_view.remove"):
        saved_views.remove(session, colleague, saved_views.find(session, colleague, number))
    change(owner, name="  Very   late ", version=1)
    assert session.get(SavedView, number).name == "Very late"
    with pytest.raises(StaleVersion):
        change(owner, version=1)
    for told in ({"sharing": Sharing.VERTICAL, "vertical": elsewhere}, {"name": " "}, {"name": "x" * 61}):
        with pytest.raises(InvalidInput):
            change(owner, **told)
    with pytest.raises(InvalidInput):
        save(session, owner, "VERY late")
    with unit_of_work(session, owner, intent="saved_view.remove"):
        saved_views.remove(session, owner, saved_views.find(session, owner, number))
    events = sa.select(AuditEvent.action).where(AuditEvent.action.like("saved_view.%"), AuditEvent.outcome == "done")
    assert list(session.scalars(events.order_by(AuditEvent.id))) == [
        "saved_view.save",
        "saved_view.change",
        "saved_view.remove",
    ]


def test_what_looks_for_a_name_is_kept_encrypted_and_never_shared(session, office):
    actors, here, _ = office
    owner, wanted = actors["owner"], {"view": ["all"], "q": ["Amina Testperson"]}
    for sharing in (Sharing.OFFICE, Sharing.VERTICAL):
        with pytest.raises(InvalidInput):
            save(session, owner, "Her cases", wanted, sharing=sharing, vertical=here)
    saved = save(session, owner, "Her cases", wanted)
    assert saved_views.asked(saved) == wanted
    raw = session.execute(sa.text("SELECT query FROM saved_views")).scalar()
    assert b"Amina" not in bytes(raw)
    with pytest.raises(InvalidInput), unit_of_work(session, owner, intent="saved_view.change"):
        found = saved_views.find(session, owner, saved.id)
        saved_views.change(session, owner, found, name="Her cases", sharing=Sharing.OFFICE)
    with pytest.raises(TypeError):
        save(session, owner, "Wider", {"scope": ["everything"]})


def test_nobody_keeps_more_than_can_be_listed(session, office):
    actors, *_ = office
    for number in range(saved_views.MOST):
        save(session, actors["owner"], f"View {number}")
    with pytest.raises(InvalidInput):
        save(session, actors["owner"], "One more")
