"""Users as an administrator keeps them: taking in, changing, closing the door; and that an office keeps its keys."""

import dataclasses
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from portal.core import accounts, passwords, tokens, user_leaving, user_register
from portal.core.actors import SYSTEM, Actor
from portal.core.errors import DomainError, Forbidden, HolderInactive, InvalidInput, NotFound, Refused, StaleVersion
from portal.core.keys import digest
from portal.core.models import AuditEvent, AuditValue, User
from portal.core.unit import unit_of_work
from portal.core.user_register import Told, Wanted
from portal.core.vocabulary import Role
from portal.extensions import db
from tests.factories import PASSWORD, actor_of, committed, make_case, make_place, make_user, make_vertical


@dataclasses.dataclass(frozen=True)
class Office:
    """Two administrators, a caseworker with a case and a token, verticals and a place, by number."""

    ada: Actor
    ben: Actor
    worker: int
    here: int
    there: int
    place: int
    token: str


@pytest.fixture
def office(session) -> Office:
    """The office in which users are kept."""
    with committed(session):
        here, there = make_vertical(session, "HERE"), make_vertical(session, "THERE")
        ada, ben = (make_user(session, Role.ADMINISTRATOR, name=name) for name in ("Ada Admin", "Ben Admin"))
        worker = make_user(session, Role.CASEWORKER, here, name="Wen Worker", email="wen@office.example", password=True)
        make_case(session, here, owner=worker)
        text, _row = tokens.issue(session, SYSTEM, dialect="helpline", user=worker)
        place = make_place(session, "Harbour")
        actors = actor_of(session, ada), actor_of(session, ben)
        return Office(*actors, worker.id, here.id, there.id, place.id, text)


def told(**more) -> Told:
    """What is said of the caseworker, with changes."""
    return Told(**({"name": "Wen Worker", "role": Role.CASEWORKER} | more))


def change(session, actor, number, what, version=1) -> None:
    """Change a user in a unit of its own."""
    with unit_of_work(session, actor, intent="user.change"):
        held = user_register.hold(session, actor, number)
        user_register.change(session, actor, held, what, version=version)


def close(session, actor, number, version=1) -> None:
    """Deactivate a user in a unit of its own."""
    with unit_of_work(session, actor, intent="user.deactivate"):
        user_leaving.deactivate(session, actor, user_register.hold(session, actor, number), version=version)


def events(session, number: int) -> dict[str, tuple[dict, dict]]:
    """What was written down of a user: by action the details, and the values before and after."""
    found = {}
    for event in session.scalars(sa.select(AuditEvent).where(AuditEvent.chain_key == f"user:{number}")):
        rows = session.scalars(sa.select(AuditValue).where(AuditValue.event_id == event.id))
        found[event.action] = (event.details, {row.field: (row.before, row.after) for row in rows})
    return found


def test_who_is_taken_in_has_no_password_until_they_choose_one(session, office):
    chosen = accounts.hash_password("seven quiet herons wading")
    with unit_of_work(session, office.ada, intent="user.create"):
        what = told(name=" Nia  New ", agent_code="100", verticals={office.here}, places={office.place})
        made = user_register.create(session, office.ada, what, email=" Nia@office.example ")
        number, link = made.id, passwords.issue_reset(session, office.ada, made)
    assert session.get(User, number).password_hash is None
    with unit_of_work(session, SYSTEM, intent="account.reset_password"):
        passwords.reset(session, digest(link), password_hash=chosen)
    nia = accounts.check_password(session, "nia@office.example", "seven quiet herons wading")
    assert (nia.id, nia.name, nia.agent_code, nia.role) == (number, "Nia New", "100", Role.CASEWORKER)
    assert [place.name for place in user_register.places_of(session, nia)] == ["Harbour"]
    kept = events(session, number)
    details, values = kept["user.create"]
    assert (details.pop("values").keys(), details) == (values.keys(), {"role": "caseworker", "verticals": ["HERE"]})
    assert values == {"name": (None, "Nia New"), "email": (None, "Nia@office.example"), "agent_code": (None, "100")}
    assert kept["user.places"][0] == {"from": [], "to": [office.place]}


@pytest.mark.parametrize(
    ("target", "email", "more"),
    [
        ("name", "nia@office.example", {"name": "  "}),
        ("name", "nia@office.example", {"name": "n" * 256}),
        ("email", "nia.office.example", {}),
        ("email", "nia @office.example", {}),
        ("email", "", {}),
        ("email", "WEN@office.example", {}),
        ("agent_code", "nia@office.example", {"agent_code": "7" * 33}),
        ("verticals", "nia@office.example", {"verticals": frozenset({999})}),
        ("places", "nia@office.example", {"places": frozenset({999})}),
    ],
)
def test_who_cannot_be_taken_in_is_said_beside_the_field(session, office, target, email, more):
    with pytest.raises(InvalidInput) as refusal, unit_of_work(session, office.ada, intent="user.create"):
        user_register.create(session, office.ada, told(**more), email=email)
    assert refusal.value.target == target
    assert session.scalar(sa.select(User.id).where(User.email.like("nia%"))) is None


def test_a_change_is_judged_by_at_once_and_says_what_was_before(session, office):
    what = told(
        name="Wen Walker", role=Role.SUPERVISOR, agent_code="7", verticals={office.there}, places={office.place}
    )
    change(session, office.ada, office.worker, what)
    now = user_register.find(session, office.ada, office.worker)
    assert (now.name, now.role, now.agent_code, now.version_id) == ("Wen Walker", Role.SUPERVISOR, "7", 2)
    assert actor_of(session, now).vertical_ids == {office.there}
    details, values = events(session, office.worker)["user.change"]
    assert (details["joined"], details["left"]) == ([office.there], [office.here])
    assert details["role"] == {"from": "caseworker", "to": "supervisor"}
    assert values == {
        "name": ("Wen Worker", "Wen Walker"),
        "role": ("caseworker", "supervisor"),
        "agent_code": (None, "7"),
    }
    change(session, office.ada, office.worker, what, version=2)
    assert session.get(User, office.worker).version_id == 2, "what changes nothing makes nobody's page stale"
    with pytest.raises(StaleVersion):
        change(session, office.ben, office.worker, told(), version=1)
    with pytest.raises(InvalidInput, match="Another user has this agent code"):
        change(session, office.ada, office.ben.user_id, told(role=Role.ADMINISTRATOR, agent_code="7"))


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_only_administrators_keep_users(session, office, role):
    with committed(session):
        other = actor_of(session, make_user(session, role))
    tries = (
        lambda: user_register.page(session, other, Wanted()),
        lambda: user_register.find(session, other, office.worker),
        lambda: user_register.create(session, other, told(), email="nia@office.example"),
        lambda: change(session, other, office.worker, told()),
        lambda: close(session, other, office.worker),
        lambda: user_leaving.activate(session, other, session.get(User, office.worker)),
        lambda: user_leaving.holding(session, other, session.get(User, office.worker)),
    )
    for attempt in tries:
        with pytest.raises(Forbidden):
            attempt()


def test_nobody_changes_their_own_role_or_deactivates_themselves(session, office):
    number = office.ada.user_id
    change(session, office.ada, number, told(name="Ada Again", role=Role.ADMINISTRATOR))
    with pytest.raises(Refused, match="own role"):
        change(session, office.ada, number, told(role=Role.AGENT), version=2)
    with pytest.raises(Refused, match="themselves"):
        close(session, office.ada, number, version=2)
    refused = session.scalars(sa.select(AuditEvent.action).where(AuditEvent.outcome == "refused"))
    assert list(refused) == ["user.change", "user.deactivate"]


@pytest.mark.parametrize("way", ["demote", "deactivate"])
def test_the_last_administrator_stays_one_even_when_two_act_at_once(app, session, office, way):
    def turn(pair: tuple[Actor, Actor]) -> str:
        actor, other = pair
        with app.app_context():
            try:
                if way == "demote":
                    change(db.session, actor, other.user_id, told(role=Role.AGENT))
                else:
                    close(db.session, actor, other.user_id)
            except DomainError as refusal:
                return type(refusal).__name__
            except sa.exc.OperationalError:
                return "lost"
            finally:
                db.session.remove()
            return "done"

    session.remove()
    with ThreadPoolExecutor(2) as both:
        ends = sorted(both.map(turn, [(office.ada, office.ben), (office.ben, office.ada)]))
    assert ends in (["Forbidden", "done"], ["done", "lost"])
    left = session.scalar(sa.select(sa.func.count()).where(User.role == Role.ADMINISTRATOR, User.active))
    assert left == 1


def test_the_door_that_is_closed_ends_sessions_and_tokens_and_leaves_the_cases(session, office):
    worker = user_register.find(session, office.ada, office.worker)
    assert user_leaving.holding(session, office.ada, worker) == user_leaving.Holding(cases=1, tokens=1)
    epoch = worker.session_epoch
    close(session, office.ada, office.worker)
    now = session.get(User, office.worker)
    assert (now.active, now.session_epoch) == (False, epoch + 1)
    assert accounts.check_password(session, now.email, PASSWORD) is None
    with pytest.raises(DomainError):
        tokens.resolve(session, office.token, "helpline")
    assert user_leaving.holding(session, office.ada, now) == user_leaving.Holding(cases=1, tokens=0)
    details, values = events(session, office.worker)["user.deactivate"]
    assert (details["tokens"], values["state"]) == (1, ("active", "inactive"))
    close(session, office.ada, office.worker)

    with unit_of_work(session, office.ada, intent="user.activate"):
        user_leaving.activate(session, office.ada, user_register.hold(session, office.ada, office.worker))
    assert accounts.check_password(session, now.email, PASSWORD) is not None
    with pytest.raises(DomainError) as refusal:
        tokens.resolve(session, office.token, "helpline")
    assert not isinstance(refusal.value, HolderInactive), "what was revoked stays revoked"


def test_an_inactive_administrator_is_no_other_one(session, office):
    close(session, office.ada, office.ben.user_id)
    with pytest.raises(Refused, match="last active administrator"):
        change(session, SYSTEM, office.ada.user_id, told(role=Role.AGENT))
    with pytest.raises(Refused, match="last active administrator"):
        close(session, SYSTEM, office.ada.user_id)


@pytest.mark.parametrize("how", ["closed", "demoted"])
def test_whoever_administered_when_they_asked_and_no_longer_does_changes_nobody(session, office, how):
    with committed(session):
        third = actor_of(session, make_user(session, Role.ADMINISTRATOR, name="Cy Admin"))
    if how == "closed":
        close(session, office.ada, office.ben.user_id)
    else:
        change(session, office.ada, office.ben.user_id, told(role=Role.AGENT))
    with pytest.raises(Forbidden):
        change(session, office.ben, third.user_id, told(role=Role.AGENT))
    with pytest.raises(Forbidden):
        change(session, office.ben, office.worker, told(role=Role.ADMINISTRATOR))


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        (Wanted(), ["Ada Admin", "Ben Admin", "Wen Worker"]),
        (Wanted(text="admin ada"), ["Ada Admin"]),
        (Wanted(text="WEN@"), ["Wen Worker"]),
        (Wanted(text="%"), []),
        (Wanted(role=Role.ADMINISTRATOR), ["Ada Admin", "Ben Admin"]),
        (Wanted(active=False), ["Ben Admin"]),
        (Wanted(active=True, role=Role.ADMINISTRATOR), ["Ada Admin"]),
    ],
)
def test_users_are_listed_by_name(session, office, wanted, names):
    close(session, office.ada, office.ben.user_id)
    found, cursor = [], None
    while True:
        page = user_register.page(session, office.ada, wanted, cursor=cursor, limit=2)
        found += [user.name for user in page.rows]
        cursor = page.following
        if cursor is None:
            break
    assert found == names


def test_who_is_not_there_cannot_be_held(session, office):
    for attempt in (user_register.find, user_register.hold):
        with pytest.raises(NotFound):
            attempt(session, office.ada, 999)
