"""Many senders at once: nothing is lost, nothing is twice, and the audit holds."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from portal.core.models import Case, CorrespondenceCase
from tests.api.correspondence.conftest import example, message

MANY = 50


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def engine_name(request):
    return request.param


def all_at_once(calls):
    with ThreadPoolExecutor(8) as pool:
        return [future.result().status_code for future in [pool.submit(call) for call in calls]]


def test_fifty_replies_to_one_case_are_fifty_messages(office, sender):
    sender.put()
    replies = [message(f"reply-{n}", text=f"Reply {n}") for n in range(MANY)]
    calls = [lambda reply=reply: sender.post({"caseUid": "case-12345", **reply}) for reply in replies]
    assert all_at_once(calls) == [200] * MANY
    assert sorted(m.message_uid for m in office.messages()) == sorted(["msg-001", *(r["messageUid"] for r in replies)])
    assert len(office.events("message.receive")) == MANY + 1
    assert office.audit_breaks() == []


def test_one_case_that_arrives_many_times_at_once_is_one_case(office, sender):
    cases_before = office.look(lambda session: session.scalar(sa.select(sa.func.count(Case.id))))
    assert all_at_once([sender.put_message] * 10) == [200] * 10
    assert office.look(lambda session: session.scalar(sa.select(sa.func.count(Case.id)))) == cases_before + 1
    assert office.look(lambda session: session.scalar(sa.select(sa.func.count(CorrespondenceCase.id)))) == 1
    assert len(office.messages()) == 1
    assert office.audit_breaks() == []


def test_overwrites_and_replies_at_once_lose_no_reply(office, sender):
    sender.put()
    calls = []
    for n in range(10):
        calls.append(lambda n=n: sender.post({"caseUid": "case-12345", **message(f"reply-{n}")}))
        calls.append(lambda n=n: sender.put_message(example("put_message", subject=f"Subject {n}", status="pending")))
        calls.append(lambda n=n: sender.patch({"customFields": [{"name": "f", "value": str(n)}], "status": "open"}))
    assert all_at_once(calls) == [200] * 30
    assert len(office.messages()) == 12
    assert office.audit_breaks() == []
