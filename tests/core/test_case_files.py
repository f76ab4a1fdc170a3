"""Files of cases: what is told of them in a list, and that what is said beforehand is what happens."""

import itertools

import pytest

from portal.core import attachments, clock, messages, transitions
from portal.core.actors import SYSTEM
from portal.core.attachments import Brought
from portal.core.errors import DomainError
from portal.core.vocabulary import ConsentStatus, Role, Status
from tests.factories import actor_of, make_case, make_consent, make_person, make_user, make_vertical, put_into

LETTER = Brought("letter.pdf", "0" * 64, 19, "application/pdf")


@pytest.fixture
def care(session):
    return make_vertical(session, "CARE", consent=True)


@pytest.mark.parametrize("consent", ["stands", "was withdrawn"])
def test_what_is_said_beforehand_is_what_adding_does(session, care, consent):
    person = make_person(session, verified=True)
    given = make_consent(session, person, care)
    cases = {status: make_case(session, care, subject=person) for status in Status}
    actors = [actor_of(session, make_user(session, role, care)) for role in Role]
    if consent == "was withdrawn":
        given.status, given.withdrawn_at = ConsentStatus.WITHDRAWN, clock.now()
    taken = set()
    for (status, case), actor in itertools.product(cases.items(), actors):
        put_into(session, case, status)
        said = attachments.refusal(transitions.facts(session, actor, case))
        happened = refused(session, actor, case)
        if happened is None:
            taken.add(status)
            assert said is None, (status, actor.role)
        else:
            # That somebody is not let in is told them in other words.
            assert said.who, (status, actor.role)
            assert said.rule == "G4" or said.reason == happened, (status, actor.role)
    assert taken == (set(Status) - {Status.SUSPENDED, Status.ARCHIVED} if consent == "stands" else set())


def refused(session, actor, case) -> str | None:
    """What adding a file is refused with, or None where it is taken."""
    try:
        attachments.add(session, actor, LETTER, case=case)
    except DomainError as refusal:
        return refusal.message
    return None


def test_a_list_tells_who_brought_a_file_and_with_which_message_newest_first(session, care):
    worker = make_user(session, Role.CASEWORKER, care, name="Jo Worker")
    case = make_case(session, care)
    written = messages.write(session, actor_of(session, worker), case, "Dear Amina")
    first = attachments.add(session, actor_of(session, worker), LETTER, case=case)
    second = attachments.add(session, SYSTEM, LETTER, case=case)
    second.message_id = written.id
    session.flush()
    told = attachments.told(session, [case.id])
    assert [(line.file.id, line.by, line.message_id, line.message_at) for line in told] == [
        (second.id, "This office", written.id, written.sent_at),
        (first.id, "Jo Worker", None, None),
    ]
    assert attachments.of_messages(session, [written.id]) == {written.id: [second]}


def test_what_was_removed_is_not_told(session, care):
    case = make_case(session, care)
    gone = attachments.add(session, SYSTEM, LETTER, case=case)
    gone.state, gone.message_id = "removed", None
    session.flush()
    assert attachments.told(session, [case.id]) == []
