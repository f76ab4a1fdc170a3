"""PUT overwrites what its sender said before, and nothing that is not the sender's."""

import pytest
import sqlalchemy as sa

from portal.core import cases, notes
from portal.core.models import AuditValue, CorrespondenceCase, CorrespondenceField, MessageVersion, User
from portal.core.vocabulary import Priority
from tests.api.correspondence.conftest import example, message
from tests.factories import actor_of

FULL = {"priority": "urgent", "messages": [message("m1"), message("m2", created="2024-01-15T09:00:00+02:00")]}


def edit(office, work):
    """Let the caseworker change the sender's case."""
    number = office.case().id

    def edited(session):
        actor = actor_of(session, session.get(User, office.worker_id))
        work(session, actor, cases.find(session, actor, number, lock=True))

    office.do(edited)


def test_what_is_left_out_is_cleared_and_the_earlier_values_are_kept(office, sender):
    sender.put(example("put_case", **FULL))
    bare = example("put_case", inbox=..., status=..., tags=..., customFields=..., messages=[message("m1")])
    assert sender.put(bare).json["status"] == "open"
    told = sender.get().json
    assert (told["tags"], told["customFields"]) == ([], [])
    assert {"inbox", "priority"}.isdisjoint(told)
    (event,) = office.events("correspondence.change")
    assert event["cleared"] == ["fields", "inbox", "priority", "status", "tags"]
    kept = office.look(lambda session: {row.field: row.before for row in session.scalars(sa.select(AuditValue))})
    assert (kept["inbox"], kept["tags"]) == ("support@company.com", '["support", "urgent"]')
    assert office.case().external_status is None
    assert office.look(lambda session: session.scalars(sa.select(CorrespondenceField)).all()) == []


def test_a_message_that_is_left_out_is_withdrawn_and_may_come_back(office, sender):
    sender.put(example("put_case", **FULL))
    sender.put(example("put_case", messages=[message("m1")]))
    assert [m["messageUid"] for m in sender.get().json["messages"]] == ["m1"]
    first, second = office.messages()
    assert (first.withdrawn_at, second.withdrawn_at is not None) == (None, True)
    assert len(office.events("message.withdraw")) == 1
    sender.put(example("put_case", **FULL))
    assert [m["messageUid"] for m in sender.get().json["messages"]] == ["m2", "m1"]  # by created
    assert len(office.messages()) == 2


def test_a_message_that_is_replaced_keeps_its_earlier_text(office, sender):
    sender.put()
    sender.post({"caseUid": "case-12345", **message(text="Corrected.", direction="INBOUND")})
    (kept,) = office.messages()
    assert kept.text == "Corrected."
    (version,) = office.look(lambda session: session.scalars(sa.select(MessageVersion)).all())
    assert (version.message_id, version.text) == (kept.id, "I'm having trouble logging into my account...")
    assert len(office.events("message.replace")) == 1


def test_the_same_message_uid_in_another_case_is_another_message(office, sender):
    sender.put()
    sender.put(example("put_case", caseUid="another"))
    assert len(office.messages()) == 2
    assert len({m.case_id for m in office.messages()}) == 2


def test_an_older_update_is_applied_all_the_same(sender):
    sender.put()
    sender.put(example("put_case", updated="2020-01-01T00:00Z", subject="Older"))
    told = sender.get().json
    assert (told["updated"], told["subject"]) == ("2020-01-01T00:00:00Z", "Older")


def test_adding_a_message_leaves_the_others(sender):
    sender.put()
    sender.put_message()
    assert [m["messageUid"] for m in sender.get().json["messages"]] == ["msg-001", "msg-002"]


def test_notes_and_owner_of_the_office_stay(office, sender):
    sender.put()

    def work(session, actor, case):
        notes.write(session, actor, case, "Called back.")
        case.owner_id = actor.user_id

    edit(office, work)
    notes_before = office.rows()["notes"]
    sender.put(example("put_case", subject="Otherwise", messages=[message("new")]))
    assert office.rows()["notes"] == notes_before
    assert office.case().owner_id == office.worker_id


def test_the_summary_follows_the_subject_until_somebody_edits_it(office, sender):
    sender.put()
    sender.put(example("put_case", subject="Second"))
    assert office.case().summary == "Second"
    edit(office, lambda session, actor, case: cases.update(session, actor, case, {"summary": "What it is about"}))
    sender.put(example("put_case", subject="Third"))
    assert office.case().summary == "What it is about"
    assert sender.get().json["subject"] == "Third"


@pytest.mark.parametrize(
    ("word", "priority"),
    [
        ("urgent", Priority.HIGH),
        ("HIGH", Priority.HIGH),
        ("normal", Priority.MEDIUM),
        ("low", Priority.LOW),
        ("P1", Priority.MEDIUM),
    ],
)
def test_priority_is_echoed_and_read_where_it_is_known(office, sender, word, priority):
    sender.put(example("put_case", priority=word))
    assert sender.get().json["priority"] == word
    assert (office.case().priority, office.case().priority_raw) == (priority, word)


def test_the_priority_follows_until_somebody_sets_another(office, sender):
    sender.put(example("put_case", priority="low"))
    sender.put(example("put_case", priority="urgent"))
    assert office.case().priority is Priority.HIGH
    edit(office, lambda session, actor, case: cases.update(session, actor, case, {"priority": Priority.MEDIUM}))
    sender.put(example("put_case", priority="low"))
    assert office.case().priority is Priority.MEDIUM


def test_html_is_stripped_and_kept_encrypted_as_it_came(office, sender):
    text = "<p>Hi <b>Wren</b>,</p><p>if a<b call <amina@mail.example></p><script>alert(1)</script>"
    sender.put(example("put_case", messages=[message(text=text)]))
    (kept,) = office.messages()
    assert kept.text == "Hi Wren,\n\nif a<b call <amina@mail.example>"
    assert kept.raw == text
    assert "Wren" not in "".join(office.rows()["messages"]).replace(kept.text.replace("\n", "\\n"), "")


def test_nobody_becomes_a_user_or_a_person_by_writing(office, sender):
    tables = ("users", "people", "person_contacts", "case_people", "contacts")
    before = {name: rows for name, rows in office.rows().items() if name in tables}
    sender.put()
    sender.put_message()
    assert {name: rows for name, rows in office.rows().items() if name in tables} == before


def test_two_organisations_may_use_the_same_case_uid(office, sender):
    sender.put()
    other = office.sender("other")
    assert other.get().status_code == 404
    other.put(example("put_case", subject="Another case"))
    assert sender.get().json["subject"] == "Customer Support Request"
    assert len(office.look(lambda session: session.scalars(sa.select(CorrespondenceCase)).all())) == 2


def test_the_inbox_leads_to_the_vertical_that_answers_it(office, sender, inbox):
    vertical = inbox("Support@Company.com")
    sender.put()
    assert (office.case().primary_vertical_id, office.case().needs_triage) == (vertical, False)


def test_an_inbox_that_nobody_has_leads_to_the_vertical_for_mail(office, sender):
    sender.put(example("put_case", inbox="nobody@company.example"))
    assert (office.case().primary_vertical_id, office.case().needs_triage) == (office.vertical_id, False)


def test_mail_for_a_vertical_that_needs_consent_is_taken_and_put_before_a_caseworker(office, sender, inbox):
    inbox("support@company.com", consent=True)
    assert sender.put().status_code == 200
    assert (office.case().primary_vertical_id, office.case().needs_triage) == (office.vertical_id, True)


def test_another_inbox_moves_no_case_but_asks_for_somebody_to_look(office, sender, inbox):
    sender.put()
    inbox("other@company.example")
    sender.put(example("put_case", inbox="other@company.example"))
    assert (office.case().primary_vertical_id, office.case().needs_triage) == (office.vertical_id, True)
