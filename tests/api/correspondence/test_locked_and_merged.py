"""Mail is a fact: a locked case takes it, and a merged one leads it to the survivor."""

import pytest
import sqlalchemy as sa

from portal.core.models import Case
from portal.core.vocabulary import Status
from tests.api.correspondence.conftest import example, message
from tests.factories import make_case

LOCKED = [Status.SUSPENDED, Status.ARCHIVED]
WORD = {Status.SUSPENDED: "on-hold", Status.ARCHIVED: "closed"}


@pytest.mark.parametrize("status", LOCKED)
def test_a_locked_case_takes_new_messages_and_keeps_the_rest(office, closer, status):
    closer.put()
    office.put_into(status)
    facets = office.rows()["correspondence_cases"]
    changed = example("put_case", subject="Otherwise", status="closed", tags=..., messages=[message("new")])
    answer = closer.put(changed)
    assert (answer.status_code, answer.json["status"]) == (200, WORD[status])
    assert answer.json["notApplied"] == [
        *("source", "created", "updated", "subject", "inbox", "status", "tags", "customFields", "messages")
    ]
    assert office.rows()["correspondence_cases"] == facets
    assert [(m.message_uid, m.withdrawn_at) for m in office.messages()] == [("msg-001", None), ("new", None)]
    assert (office.case().lifecycle_status, office.case().needs_triage) == (status, True)


@pytest.mark.parametrize("status", LOCKED)
def test_a_message_alone_reaches_a_locked_case(office, sender, status):
    sender.put()
    office.put_into(status)
    answer = sender.put_message()
    assert "messages" not in answer.json["notApplied"]
    assert sender.post().json["notApplied"] == []
    assert [m.message_uid for m in office.messages()] == ["msg-001", "msg-002", "msg-003"]
    assert office.case().lifecycle_status is status


@pytest.mark.parametrize("status", LOCKED)
@pytest.mark.parametrize("body", [None, {"subject": "x"}, {"messages": [message("new")]}])
def test_a_patch_of_a_locked_case_is_refused_and_changes_nothing(office, sender, status, body):
    sender.put()
    office.put_into(status)
    before = office.rows()
    answer = sender.patch(body)
    assert (answer.status_code, list(answer.json)) == (409, ["error"])
    assert office.rows() == before
    assert sender.patch({}).status_code == 200


@pytest.fixture
def survivor(office, closer):
    """The sender's case was merged into one that another door opened."""
    closer.put()
    number = office.case().id

    def merge(session):
        vertical = session.get(Case, number).primary_vertical
        target = make_case(session, vertical, summary="The survivor")
        values = {"merged_into_id": target.id, "root_id": target.id, "lifecycle_status": Status.ARCHIVED}
        stamp = {"archived_at": target.created_at, "status_reason": "DUPLICATE_RECORD"}
        session.execute(sa.update(Case.__table__).where(Case.__table__.c.id == number).values(**values, **stamp))
        return target.id

    return office.do(merge)


def survivor_row(office, number):
    return office.look(lambda session: session.get(Case, number))


def test_put_on_a_merged_case_overwrites_its_own_row_and_lands_on_the_survivor(office, closer, survivor):
    before = survivor_row(office, survivor)
    answer = closer.put(example("put_case", subject="Otherwise", priority="urgent", messages=[message("new")]))
    after = survivor_row(office, survivor)
    assert (answer.status_code, answer.json["mergedInto"]) == (200, after.reference)
    assert (after.summary, after.priority, after.external_status) == ("The survivor", before.priority, None)
    old, new = office.messages()
    assert (old.case_id != survivor, old.withdrawn_at is not None, new.case_id) == (True, True, survivor)
    told = closer.get().json
    assert (told["subject"], told["mergedInto"]) == ("Otherwise", after.reference)
    assert [m["messageUid"] for m in told["messages"]] == ["new"]


def test_a_word_about_a_merged_case_does_not_move_the_survivor(office, closer, survivor):
    answer = closer.patch({"status": "closed"})
    assert (answer.status_code, answer.json["notApplied"]) == (200, ["status"])
    assert survivor_row(office, survivor).lifecycle_status is Status.ACTIVE


def test_a_message_for_a_merged_case_lands_on_the_survivor(office, closer, survivor):
    assert closer.post().json["mergedInto"] == survivor_row(office, survivor).reference
    assert office.messages()[-1].case_id == survivor
    assert office.audit_breaks() == []
