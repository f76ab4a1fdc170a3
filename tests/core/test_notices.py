"""Notices: who is told of what, once, about what they may see, until they act."""

import datetime as dt

import pytest
import sqlalchemy as sa

from portal.core import approvals, assignments, cases, notices, paging, participants
from portal.core.actors import from_organisation
from portal.core.correspondence import CaseTold, add, put
from portal.core.errors import NotFound
from portal.core.mail import MessageTold
from portal.core.models import Case, Notice, User
from portal.core.unit import record_reading, unit_of_work
from portal.core.vocabulary import Dialect, Direction, Origin, Priority, Role
from tests.factories import actor_of, committed, make_case, make_organisation, make_user, make_vertical

SENT = dt.datetime(2026, 11, 1, 9, 0, tzinfo=dt.UTC)


@pytest.fixture
def office(session):
    """A supervisor, two who work beside them, and a case of nobody's; by the names the tests call them."""
    with committed(session):
        vertical = make_vertical(session, default_for=Origin.CORRESPONDENCE)
        leader = make_user(session, Role.SUPERVISOR, vertical)
        worker, colleague = (make_user(session, Role.CASEWORKER, vertical) for _ in range(2))
        number = make_case(session, vertical).id
        people = {"leader": leader, "worker": worker, "colleague": colleague}
        return vertical.id, number, {name: actor_of(session, user) for name, user in people.items()}


def told(session, actor) -> list[str]:
    """What waits for somebody, by its kind without the number of what was asked."""
    rows = [each.notice.kind for each in notices.page(session, actor).rows if each.is_new]
    assert notices.waiting(session, actor) == len(rows)
    return [kind.rstrip("0123456789").rstrip(".") for kind in rows]


def give(session, by, number, to) -> None:
    with unit_of_work(session, by, intent="case.assign"):
        assignments.give(session, by, cases.find(session, by, number, lock=True), session.get(User, to.user_id))


def test_whoever_is_given_a_case_is_told_and_whoever_takes_one_is_not(session, office):
    _, number, people = office
    give(session, people["worker"], number, people["worker"])
    assert told(session, people["worker"]) == []
    give(session, people["leader"], number, people["colleague"])
    assert told(session, people["colleague"]) == [notices.GIVEN]
    assert told(session, people["leader"]) == []


def test_whoever_is_put_beside_the_owner_is_told(session, office):
    _, number, people = office
    with unit_of_work(session, people["leader"], intent="case.assign"):
        case = cases.find(session, people["leader"], number, lock=True)
        colleague = session.get(User, people["colleague"].user_id)
        begin = case.created_at + dt.timedelta(days=1)
        assignments.add(session, people["leader"], case, colleague, effective_from=begin)
    assert told(session, people["colleague"]) == [notices.ASSIGNED]


def test_an_approval_waits_for_those_who_may_give_it_until_one_of_them_does(session, office):
    vertical, number, people = office
    with committed(session):
        second = make_user(session, Role.SUPERVISOR, session.get(Case, number).primary_vertical)
        make_user(session, Role.SUPERVISOR, session.get(Case, number).primary_vertical, active=False)
        second = actor_of(session, second)
    with unit_of_work(session, people["leader"], intent="approval.ask"):
        case = cases.find(session, people["leader"], number)
        asked = approvals.ask(session, people["leader"], case, purpose=approvals.TRANSFER).uuid
    assert told(session, second) == [notices.APPROVAL]
    assert told(session, people["leader"]) == told(session, people["worker"]) == []
    assert session.query(Notice).count() == 1
    with unit_of_work(session, second, intent="approval.decide"):
        approvals.decide(session, second, approvals.find(session, second, asked, lock=True), approved=True)
    assert told(session, second) == []


def test_a_service_that_is_asked_is_told_by_reference_until_it_answers(session, office):
    _, number, people = office
    with committed(session):
        partner = make_vertical(session)
        member, agent = (actor_of(session, make_user(session, role, partner)) for role in (Role.CASEWORKER, Role.AGENT))
        partner_id = partner.id
    with unit_of_work(session, people["leader"], intent="participant.add"):
        case = cases.find(session, people["leader"], number, lock=True)
        participants.add(session, people["leader"], case, session.get(type(case.primary_vertical), partner_id))
    assert told(session, member) == [notices.INVITATION]
    assert told(session, agent) == []
    [shown] = notices.page(session, member).rows
    assert shown.notice.text == f"Your service was asked to take part in {shown.case.reference}."
    with unit_of_work(session, people["leader"], intent="participant.remove"):
        case = cases.find(session, people["leader"], number, lock=True)
        service = session.get(type(case.primary_vertical), partner_id)
        participants.remove(session, people["leader"], case, service, reason_code="NO_LONGER_NEEDED")
    assert told(session, member) == []
    assert notices.page(session, member).rows == []


def test_a_message_tells_the_owner_once_while_it_is_unread(session, office):
    _, _, people = office
    with committed(session):
        partner = from_organisation(
            make_organisation(session), dialect=Dialect.CORRESPONDENCE, scopes=frozenset({"v1:case"})
        )
    began = {"created": SENT, "updated": SENT}
    opening = CaseTold(
        uid="c-1",
        values={"source": "mail", "inbox": "x", "subject": "Help", "status": "new", **began},
        read_priority=lambda _: Priority.MEDIUM,
    )
    with unit_of_work(session, partner, intent="case.put"):
        number = put(session, partner, opening, [_message("m-1")], only_these=True).held.case.id
    assert session.query(Notice).count() == 0, "nobody has it yet"
    give(session, people["worker"], number, people["worker"])
    for uid, direction in (("m-2", Direction.OUTBOUND), ("m-3", Direction.INBOUND), ("m-4", Direction.INBOUND)):
        with unit_of_work(session, partner, intent="message.add"):
            add(session, partner, "c-1", _message(uid, direction))
    assert told(session, people["worker"]) == [notices.MESSAGE]
    assert "secret" not in session.scalars(sa.select(Notice.text)).one()


def test_opening_a_case_puts_away_what_was_told_of_it_and_of_nothing_else(session, office):
    _, number, people = office
    with committed(session):
        other = make_case(session, session.get(Case, number).primary_vertical).id
    for case in (number, other):
        give(session, people["leader"], case, people["worker"])
    record_reading(session, people["colleague"], "case.read", opened=[number], case=number)
    assert told(session, people["worker"]) == [notices.GIVEN, notices.GIVEN]
    record_reading(session, people["worker"], "case.read", opened=[number], case=number)
    [new, read] = notices.page(session, people["worker"]).rows
    assert (new.case.id, new.is_new, read.case.id, read.is_new) == (other, True, number, False)


def test_a_case_that_is_not_seen_any_more_is_not_told_of(session, office):
    _, number, people = office
    give(session, people["leader"], number, people["worker"])
    with committed(session):
        case = session.get(Case, number)
        case.restricted, case.owner_id = True, None
        mine = session.scalars(sa.select(Notice.id)).one()
    assert told(session, people["worker"]) == []
    with pytest.raises(NotFound), unit_of_work(session, people["worker"], intent="notice.read"):
        notices.clear(session, people["worker"], mine)
    with unit_of_work(session, people["worker"], intent="notice.read"):
        notices.clear_all(session, people["worker"])
    assert session.get(Notice, mine).cleared_at is None


def test_notices_of_others_are_not_there(session, office):
    _, number, people = office
    give(session, people["leader"], number, people["worker"])
    mine = session.scalars(sa.select(Notice.id)).one()
    with pytest.raises(NotFound), unit_of_work(session, people["leader"], intent="notice.read"):
        notices.clear(session, people["leader"], mine)
    with unit_of_work(session, people["leader"], intent="notice.read"):
        notices.clear_all(session, people["leader"])
    assert told(session, people["worker"]) == [notices.GIVEN]
    with unit_of_work(session, people["worker"], intent="notice.read"):
        notices.clear(session, people["worker"], mine)
    assert told(session, people["worker"]) == []


def test_what_is_new_comes_first_on_every_page(session, office):
    _, _, people = office
    worker = people["worker"]
    with committed(session):
        made = [Notice(user_id=worker.user_id, kind="token.issued", text=f"{number}") for number in range(7)]
        session.add_all(made)
        session.flush()
        for read in made[4:]:
            read.cleared_at = read.created_at
    seen, cursor = [], None
    while True:
        page = notices.page(session, worker, cursor=cursor, limit=3)
        seen += [each.notice.text for each in page.rows]
        if page.following is None:
            break
        cursor = paging.decode(paging.encode(page.following))
    assert seen == ["3", "2", "1", "0", "6", "5", "4"]
    back = notices.page(session, worker, cursor=page.preceding, limit=3)
    assert [each.notice.text for each in back.rows] == ["0", "6", "5"]


def _message(uid: str, direction: Direction = Direction.INBOUND) -> MessageTold:
    sender = {"name": "Amina"}
    return MessageTold(uid=uid, sent_at=SENT, direction=direction, sender=sender, recipients=[], text="secret words")
