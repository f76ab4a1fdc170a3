"""People who are known by a broken glass alone: they are read, and nothing is written about them or taken out."""

import datetime as dt

import pytest

from portal.core import (
    attachments,
    break_glass,
    clock,
    consenting,
    corrections,
    households,
    intake,
    notes,
    opening,
    people,
    person_merging,
    restriction,
    subject_export,
    subject_requests,
    verification,
)
from portal.core.errors import Forbidden
from portal.core.told import PersonTold
from portal.core.vocabulary import Origin, Role
from tests.factories import (
    actor_of,
    committed,
    make_case,
    make_consent,
    make_household,
    make_person,
    make_request,
    make_user,
    make_vertical,
)

PAST = dt.timedelta(days=2)


@pytest.fixture
def office(session) -> dict:
    """A supervisor who has broken the glass on a case of another service, and somebody of their own."""
    with committed(session):
        here, elsewhere = make_vertical(session, "HERE"), make_vertical(session, "ELSEWHERE")
        user = make_user(session, Role.SUPERVISOR, here)
        person, own = make_person(session, vertical=elsewhere), make_person(session, "Own Client", vertical=here)
        case = make_case(session, elsewhere, subject=person)
        consent, asked = make_consent(session, person, elsewhere), make_request(session, person)
        home, mine = make_household(session, person), make_household(session, own)
        why = {"reason_code": "SAFEGUARDING_CHECK", "text": "The school rang; nobody answers."}
        break_glass.ask(session, actor_of(session, user), case.reference, **why)
    found = {"actor": actor_of(session, user), "user": user, "here": here, "case": case, "person": person, "own": own}
    return found | {"consent": consent, "asked": asked, "home": home, "mine": mine}


def _given() -> consenting.Given:
    return consenting.Given(active_from=clock.now() - PAST)


ACTS = {
    "correct": lambda s, o, p: corrections.correct(s, o["actor"], p, {"given_name": "Other"}),
    "claim": lambda s, o, p: corrections.claim_identity(s, o["actor"], p, "passport", "X-1234567"),
    "reach": lambda s, o, p: corrections.add_contact(s, o["actor"], p, "+254711222333", contact_type="mobile"),
    "verify": lambda s, o, p: verification.decide(s, o["actor"], p),
    "join": lambda s, o, p: person_merging.merge(s, o["actor"], o["own"], p, reason="The same"),
    "restrict": lambda s, o, p: restriction.restrict(s, o["actor"], p, reason="They asked"),
    "take out": lambda s, o, p: subject_export.begin(s, o["actor"], p, reason="They asked", notes=True),
    "ask": lambda s, o, p: subject_requests.record(
        s, o["actor"], p, kind="export", asked_by="Themself", asked_on=clock.today()
    ),
    "answer": lambda s, o, p: subject_requests.decide(s, o["actor"], o["asked"], granted=False, reason="No"),
    "consent": lambda s, o, p: consenting.capture(s, o["actor"], p, o["here"], _given()),
    "withdraw": lambda s, o, p: consenting.withdraw(
        s, o["actor"], o["consent"], reason_code="USER_REQUEST", text="Asked"
    ),
    "lead": lambda s, o, p: households.register(s, o["actor"], "A home", p),
    "live with": lambda s, o, p: households.add_member(
        s, o["actor"], o["mine"], p, effective_from=clock.today() - PAST
    ),
    "receive": lambda s, o, p: households.add_member(
        s, o["actor"], o["home"], o["own"], effective_from=clock.today() - PAST
    ),
    "keep": lambda s, o, p: attachments.add(
        s, o["actor"], attachments.Brought("letter.txt", "a" * 64, 4, "text/plain"), person=p, target_type="person"
    ),
    "open": lambda s, o, p: opening.open_case(
        s, o["actor"], origin=Origin.PORTAL, vertical=o["here"], subject=p, facts={}
    ),
    "take in": lambda s, o, p: intake._person(s, o["actor"], PersonTold(person_id=p.id), o["here"], []),
}


@pytest.mark.parametrize("act", ACTS)
def test_what_is_read_under_the_glass_is_neither_changed_nor_used(session, office, act):
    assert people.find(session, office["actor"], office["person"].id) is not None
    with pytest.raises(Forbidden, match="breaking the glass"), committed(session):
        ACTS[act](session, office, office["person"])
    session.rollback()
    notes.write(session, office["actor"], office["case"], "That they were read can be noted.")


def test_whom_one_knows_anyway_one_may_write_about_as_ever(session, office):
    with committed(session):
        corrections.correct(session, office["actor"], office["own"], {"given_name": "Other"})
        told = subject_export.begin(session, office["actor"], office["own"], reason="They asked", notes=True)
    assert told.records == [office["own"].id]


def test_nothing_of_a_case_that_is_open_by_the_glass_goes_out(session, office):
    with committed(session):
        own = make_case(session, office["here"], subject=office["person"])
    told = subject_export.scope(session, actor_of(session, office["user"]), office["person"])
    assert told.about == [own.id]
