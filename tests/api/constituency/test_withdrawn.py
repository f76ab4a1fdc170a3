"""A case of which a participating service lost its consent: it is there, and nothing of what is written in it."""

import pytest

from portal.core import clock, notes
from portal.core.actors import SYSTEM
from portal.core.models import Case
from portal.core.vocabulary import ConsentStatus
from tests.api.constituency.example import BODY
from tests.factories import make_consent, make_participant, make_person, make_vertical

LISTS = ("notes", "casenotes", "files", "attachments", "emails", "letters", "appointments", "reviewDates")


@pytest.fixture
def case(office, caseworker) -> int:
    """A case with words; one that is to be looked at again."""
    number = caseworker.post("/cases", {**BODY, "summary": "Her summary"}).json["id"]
    office.do(lambda session: notes.write(session, SYSTEM, session.get(Case, number), "A note of a visit"))
    return number


def withdraw(office, number: int) -> None:
    """The subject consented for a service that takes part, and took it back."""

    def work(session) -> None:
        found = session.get(Case, number)
        found.subject_person = person = make_person(session, "Amina Testperson", verified=True)
        health = make_vertical(session, "HEALTH-2", consent=True)
        make_participant(session, found, health)
        make_consent(session, person, health, status=ConsentStatus.WITHDRAWN, withdrawn_at=clock.now())

    office.do(work)


def test_while_consent_stands_everything_is_told(caseworker, case):
    assert caseworker.get(f"/cases/{case}").json["summary"] == "Her summary"
    (note,) = caseworker.get(f"/cases/{case}/notes").json
    assert note["note"] == "A note of a visit"
    for name in LISTS:
        assert caseworker.get(f"/cases/{case}/{name}").status_code == 200


def test_afterwards_the_case_is_there_and_says_nothing(office, caseworker, administrator, case):
    note = caseworker.get(f"/cases/{case}/notes").json[0]["id"]
    withdraw(office, case)
    for caller in (caseworker, administrator):
        shown = caller.get(f"/cases/{case}").json
        assert (shown["id"], shown["summary"], shown["customFields"]) == (case, "", {})
        for path in (*(f"/cases/{case}/{name}" for name in LISTS), f"/casenotes/{note}"):
            refused = caller.get(path)
            assert refused.status_code == 403, path
            assert "A note of a visit" not in refused.get_data(as_text=True)
