"""Merging on screen: choosing, what comes together, why not, the union with its marks, and taking it apart again."""

import re
from contextlib import contextmanager

import pytest

from portal.core import audit, clock, consenting, merge_preview, merging, messages, notes
from portal.core.models import (
    AuditEvent,
    Case,
    CaseMerge,
    CasePerson,
    Consent,
    CorrespondenceCase,
    Message,
    Note,
    Service,
    User,
)
from portal.core.vocabulary import Role, Status
from portal.extensions import db
from portal.web.structure import words as words_of
from tests.factories import (
    actor_of,
    committed,
    make_case,
    make_consent,
    make_household,
    make_organisation,
    make_person,
    make_user,
    make_vertical,
    put_into,
)
from tests.page import words
from tests.statements import counted

BECAUSE = {"reason": "DUPLICATE_RECORD"}


@contextmanager
def acting(app, user: int):
    """A session, committed at the end, and the user as an actor."""
    with app.app_context(), committed(db.session) as session:
        yield session, actor_of(session, session.get_one(User, user))


@pytest.fixture
def office(app) -> dict[str, int]:
    """Two cases of one woman, one of somebody else, and one in a service where nobody here works."""
    with app.app_context(), committed(db.session) as session:
        here, elsewhere = make_vertical(session, "HERE", name="Helpline"), make_vertical(session, "THERE")
        woman, man = make_person(session, "Amina Testperson"), make_person(session, "Omar Testperson")
        made = {
            "lead": make_user(session, Role.SUPERVISOR, here, name="Ilse Testlead").id,
            "worker": make_user(session, Role.CASEWORKER, here, name="Jo Testworker").id,
            "admin": make_user(session, Role.ADMINISTRATOR, name="Ada Testadmin").id,
            "stranger": make_user(session, Role.SUPERVISOR, elsewhere).id,
            "case": make_case(session, here, subject=woman, summary="Came in spring").id,
            "twin": make_case(session, here, subject=woman, summary="Came in autumn").id,
            "other": make_case(session, here, subject=man, summary="Another matter").id,
            "hidden": make_case(session, elsewhere, subject=woman, summary="Told elsewhere").id,
        }
    with acting(app, made["worker"]) as (session, actor):
        for name in ("case", "twin"):
            case = session.get(Case, made[name])
            notes.write(session, actor, case, f"note of the {name}")
            messages.write(session, actor, case, f"message of the {name}")
            session.add(Service(case_id=case.id, label=f"service of the {name}"))
            person = make_person(session, f"Client of the {name}")
            session.add(CasePerson(case_id=case.id, person_id=person.id, role="client"))
    return made


@pytest.fixture
def lead(office, browser_as):
    """The browser of the supervisor."""
    return browser_as(office["lead"])


def at(office, name: str, rest: str = "") -> str:
    return f"/app/cases/{office[name]}{rest}"


def fresh(app, number: int) -> Case:
    with app.app_context():
        return db.session.get(Case, number)


def ref(app, office, name: str) -> str:
    return fresh(app, office[name]).reference


def version(app, office, name: str = "case") -> dict[str, str]:
    return {"version": str(fresh(app, office[name]).version_id)}


def merge(app, office, browser, into: str = "case", gone: str = "twin", **more):
    """Confirm a merge as its page sends it."""
    expect = more.pop("expect", 303)
    form = {**version(app, office, into), "other": str(office[gone]), **BECAUSE, **more}
    return browser.post(at(office, into, "/merge"), form, expect=expect)


def test_the_menu_offers_merging_to_those_who_may_and_says_who_can_to_the_others(lead, office, browser_as):
    assert "Merge with another case" in words(lead.get(at(office, "case")))
    page = words(browser_as(office["worker"]).get(at(office, "case")))
    assert "Merge with another case" not in page
    assert "Merge You may not do this here. Who can: a supervisor or an administrator." in page


def test_cases_of_the_same_people_are_suggested_and_no_others(app, lead, office):
    page = words(lead.get(at(office, "case", "/merge")))
    assert ref(app, office, "twin") in page and "Came in autumn" in page
    for name in ("other", "hidden"):
        assert ref(app, office, name) not in page
    assert "Told elsewhere" not in page


def test_a_case_is_suggested_by_its_clients_and_by_its_household_too(app, lead, office):
    with app.app_context(), committed(db.session) as session:
        client = session.query(CasePerson).filter_by(case_id=office["case"]).one().person_id
        session.add(CasePerson(case_id=office["other"], person_id=client, role="client"))
        home = make_household(session, make_person(session, "Head Testperson"))
        here = session.get(Case, office["case"]).primary_vertical
        pair = [make_case(session, here, subject=home, summary=f"Household {n}").id for n in "AB"]
    assert "Another matter" in words(lead.get(at(office, "case", "/merge")))
    page = words(lead.get(f"/app/cases/{pair[0]}/merge"))
    assert "Household B" in page


def test_another_case_is_found_by_its_reference_if_it_may_be_seen(app, lead, office):
    found = lead.get(at(office, "case", f"/merge?q={ref(app, office, 'other').lower()}"))
    assert "Another matter" in words(found)
    for asked in (ref(app, office, "hidden"), "NOPE-404", "x%00'"):
        page = words(lead.get(at(office, "case", f"/merge?q={asked}")))
        assert "No other case has this number, or it is not yours to see." in page
    assert "Told elsewhere" not in words(lead.get(at(office, "case", f"/merge?q={office['hidden']}")))


@pytest.mark.parametrize("which", ["hidden", None])
def test_what_may_not_be_seen_cannot_be_named_or_counted(app, lead, office, which):
    number = office[which] if which else 999999
    lead.get(at(office, "case", f"/merge?with={number}"), expect=404)
    form = {**version(app, office), "other": str(number), **BECAUSE}
    lead.post(at(office, "case", "/merge"), form, expect=404)
    assert fresh(app, office["hidden"]).merged_into_id is None


def test_the_preview_counts_every_kind_and_changes_nothing(app, lead, office):
    page = words(lead.get(at(office, "case", f"/merge?with={office['twin']}")))
    assert f"Merge {ref(app, office, 'twin')} into {ref(app, office, 'case')}?" in page
    for row in ("People on the case 1 1 2", "Messages 1 1 2", "Notes 1 1 2", "Services and referrals 1 1 2"):
        assert row in page, f"“{row}” is missing"
    assert "Nothing has changed yet" in page
    assert fresh(app, office["twin"]).merged_into_id is None


def test_every_kind_that_may_be_counted_has_words():
    assert {table.name for table, _ in merge_preview.children()} == words_of.KINDS.keys()


def test_the_preview_warns_where_the_people_or_the_services_differ(app, lead, office, browser_as):
    page = words(lead.get(at(office, "case", f"/merge?with={office['other']}")))
    assert "The people of both cases are not the same" in page
    page = words(browser_as(office["admin"]).get(at(office, "case", f"/merge?with={office['hidden']}")))
    assert "The cases are led by different services" in page


def test_the_survivor_is_shown_with_a_word_and_leads_to_what_was_merged(app, lead, office):
    answer = merge(app, office, lead)
    assert answer.headers["Location"].startswith(at(office, "case"))
    page = words(lead.follow(answer))
    gone = ref(app, office, "twin")
    assert f"{gone} is part of {ref(app, office, 'case')} now." in page
    assert "Connected cases Merged into this case" in page
    assert "Ilse Testlead. The same case was recorded twice" in page
    assert fresh(app, office["twin"]).merged_into_id == office["case"]
    with app.app_context():
        assert list(audit.verify(db.session)) == []


def test_the_pages_of_the_survivor_show_what_both_have_and_where_it_comes_from(app, lead, office):
    merge(app, office, lead)
    mark = f"from {ref(app, office, 'twin')}"
    overview = words(lead.get(at(office, "case")))
    assert f"Client Client of the twin {mark}" in overview
    thread = words(lead.get(at(office, "case", "/messages")))
    assert re.search(rf"Note, staff only Jo Testworker {mark} .{{0,40}}note of the twin", thread)
    assert re.search(rf"to nobody named {mark} .{{0,40}}message of the twin", thread)
    assert re.search(r"Note, staff only Jo Testworker (?!from).{0,40}note of the case", thread)
    people = words(lead.get(at(office, "case", "/people")))
    assert f"Client: Client of the twin Identity not verified {mark}" in people
    assert "Client: Client of the case Identity not verified from" not in people
    assert f"service of the twin Service, planned {mark}" in people
    history = words(lead.get(at(office, "case", "/history")))
    assert f"note of the twin {mark}" in history
    assert f"Another case was merged into this one {ref(app, office, 'twin')} Ilse Testlead" in history


def test_a_reader_sees_of_the_union_only_what_they_may_see(app, office, browser_as):
    admin = browser_as(office["admin"])
    merge(app, office, admin, gone="hidden")
    with acting(app, office["stranger"]) as (session, actor):
        merged = session.get(Case, office["hidden"])
        session.add(Note(case_id=merged.id, author_name="Somebody", text="hidden words"))
    assert "hidden words" in words(admin.get(at(office, "case", "/messages")))
    lead, gone = browser_as(office["lead"]), ref(app, office, "hidden")
    for tab in ("", "/messages", "/people", "/history"):
        page = words(lead.get(at(office, "case", tab)))
        assert gone not in page and "hidden words" not in page
    lead.get(at(office, "hidden", "/unmerge"), expect=404)
    page = words(browser_as(office["stranger"]).get(at(office, "hidden")))
    assert "The case it was merged into is not yours to see." in page and ref(app, office, "case") not in page


def test_a_merged_case_says_where_it_lives_now_and_can_only_be_read(app, lead, office):
    merge(app, office, lead)
    page = lead.get(at(office, "twin"))
    assert f"This case was merged into another It lives on in {ref(app, office, 'case')}" in words(page)
    assert f'href="{at(office, "case")}"' in page.get_data(as_text=True)
    assert "Write in" in words(page) and 'name="text"' not in page.get_data(as_text=True)
    assert "note of the twin" in words(page) and "note of the case" not in words(page)
    lead.get(at(office, "twin", "/edit"), expect=409)
    assert "Who can: a supervisor or an administrator, by undoing the merge" in words(page)


def test_what_somebody_began_to_write_to_a_case_before_it_was_merged_is_not_lost(app, lead, office):
    lead.post(at(office, "twin", "/drafts/note"), {"text": "Half a thought"})
    merge(app, office, lead)
    page = words(lead.get(at(office, "twin")))
    assert "Half a thought" in page and "which was not recorded" in page


@pytest.mark.parametrize("which", ["notes", "messages"])
def test_what_is_written_to_a_case_merged_meanwhile_stands_on_its_survivor_and_the_page_says_so(
    app, lead, office, which
):
    merge(app, office, lead)
    people = {} if which == "notes" else {"to": str(_client(app, office["twin"]))}
    answer = lead.post(at(office, "twin", f"/{which}"), {"text": "late words", **people})
    assert answer.headers["Location"].startswith(at(office, "case"))
    page = words(lead.follow(answer))
    said = f"The case was merged meanwhile: what you wrote stands here, on {ref(app, office, 'case')}."
    assert said in page and "late words" in page


def test_a_letter_to_a_merged_case_stands_on_the_survivor_and_says_to_which_it_was_sent(app, lead, office):
    with app.app_context(), committed(db.session) as session:
        sender = make_organisation(session, "Mail room")
        said = {"source": "letter", "subject": "", "external_created": clock.now(), "external_updated": clock.now()}
        told = CorrespondenceCase(organisation_id=sender.id, case_uid="L-1", case_id=office["twin"], **said)
        session.add(told)
        session.flush()
        letter = told.id
    merge(app, office, lead)
    with app.app_context(), committed(db.session) as session:
        more = {"direction": "inbound", "delivery": "received", "sender": {"name": "Somebody"}}
        session.add(Message(case_id=office["case"], correspondence_id=letter, text="To the old number", **more))
    for tab in ("", "/messages", "/history"):
        page = words(lead.get(at(office, "case", tab)))
        assert f"sent to {ref(app, office, 'twin')}" in page, tab


def _client(app, number: int) -> int:
    with app.app_context():
        return db.session.query(CasePerson).filter_by(case_id=number).one().person_id


def test_a_client_of_a_merged_case_can_be_written_to_from_the_survivor(app, lead, office):
    merge(app, office, lead)
    client = _client(app, office["twin"])
    lead.post(at(office, "case", "/messages"), {"text": "To you", "to": str(client)})
    assert "to Client of the twin" in words(lead.get(at(office, "case", "/messages")))


def test_a_reason_is_asked_for_and_what_was_chosen_stays(app, lead, office):
    page = merge(app, office, lead, reason="", expect=422)
    assert "Choose a reason." in words(page) and "Notes 1 1 2" in words(page)
    assert f'name="other" type="hidden" value="{office["twin"]}"' in page.get_data(as_text=True)
    page = merge(app, office, lead, reason="OTHER", expect=422)
    assert "Say which reason." in words(page)
    assert re.search(r'value="OTHER"[^>]*checked|checked[^>]*value="OTHER"', page.get_data(as_text=True))
    lead.post(at(office, "case", "/merge"), {**BECAUSE}, expect=422)
    assert fresh(app, office["twin"]).merged_into_id is None


def test_somebody_elses_change_is_shown_before_the_cases_are_merged(app, lead, office, browser_as):
    old = version(app, office)
    edit = {**old, "priority": "high", "gbv": "not_asked", "immediate_danger": "no", "summary": "Changed by another"}
    browser_as(office["worker"]).post(at(office, "case", "/edit"), edit)
    page = merge(app, office, lead, **old, expect=409)
    assert "Somebody else changed this case meanwhile" in words(page) or "Jo Testworker" in words(page)
    assert f'value="{fresh(app, office["case"]).version_id}"' in page.get_data(as_text=True)
    assert fresh(app, office["twin"]).merged_into_id is None
    merge(app, office, lead)


def test_itself_chain_cycle_and_already_merged_are_refused_in_words(app, lead, office):
    page = words(lead.get(at(office, "case", f"/merge?with={office['case']}")))
    assert "A case cannot be merged into itself." in page
    merge(app, office, lead)
    gone, kept = ref(app, office, "twin"), ref(app, office, "case")
    refused = [
        ("other", "twin", f"{gone} was merged already. Undo that merge first"),
        ("other", "case", f"Other cases were merged into {kept}; undo that first, or merge the other way round."),
        ("twin", "case", f"{gone} was itself merged into another case."),
        ("twin", "other", f"{gone} was itself merged into another case."),
    ]
    for into, other, said in refused:
        page = lead.get(at(office, into, f"/merge?with={office[other]}"))
        assert said in words(page), f"{other} into {into}"
        assert 'name="reason"' not in page.get_data(as_text=True)
        assert "not" in words(merge(app, office, lead, into=into, gone=other, expect=409))
    with app.app_context():
        assert db.session.query(CaseMerge).count() == 1


@pytest.mark.parametrize("status", [Status.SUSPENDED, Status.ARCHIVED])
def test_a_locked_case_is_not_merged_and_the_page_says_why(app, lead, office, status):
    with app.app_context(), committed(db.session) as session:
        put_into(session, session.get(Case, office["twin"]), status)
    page = words(lead.get(at(office, "case", f"/merge?with={office['twin']}")))
    assert f"{ref(app, office, 'twin')} is {status.value}." in page
    assert "This is not possible now" in words(lead.get(at(office, "twin", "/merge")))


def test_who_may_not_merge_is_told_and_changes_nothing(app, office, browser_as):
    worker = browser_as(office["worker"])
    for path in ("/merge", f"/merge?with={office['twin']}"):
        page = worker.get(at(office, "case", path), expect=403)
        assert "a supervisor or an administrator" in words(page)
    merge(app, office, worker, expect=403)
    assert fresh(app, office["twin"]).merged_into_id is None


def test_undoing_is_asked_for_with_a_reason_and_brings_the_case_back(app, lead, office):
    merge(app, office, lead)
    lead.post(at(office, "case", "/notes"), {"text": "came afterwards"})
    page = words(lead.get(at(office, "twin", "/unmerge")))
    assert "Active" in page and "Stays on" in page and "Notes 1" in page
    form = version(app, office, "twin")
    assert "Say why the merge is undone." in words(lead.post(at(office, "twin", "/unmerge"), form, expect=422))
    answer = lead.post(at(office, "twin", "/unmerge"), {**form, "reason_text": "Two sisters"})
    page = words(lead.follow(answer))
    assert f"{ref(app, office, 'twin')} stands for itself again" in page
    assert "Connected cases" not in page
    found = fresh(app, office["twin"])
    assert (found.merged_into_id, found.lifecycle_status) == (None, Status.ACTIVE)
    assert "Two sisters" in words(lead.get(at(office, "twin", "/history")))
    assert "came afterwards" in words(lead.get(at(office, "case", "/messages")))


def test_undoing_twice_and_undoing_what_stands_are_refused_in_words(app, lead, office, browser_as):
    page = words(lead.get(at(office, "twin", "/unmerge")))
    assert "This case is not merged into another." in page
    form = {**version(app, office, "twin"), "reason_text": "By mistake"}
    page = words(lead.post(at(office, "twin", "/unmerge"), form, expect=409))
    assert "This case is not merged into another." in page
    merge(app, office, lead)
    page = words(lead.post(at(office, "twin", "/unmerge"), form, expect=409))
    assert "Ilse Testlead" in page  # who changed it since
    browser_as(office["worker"]).get(at(office, "twin", "/unmerge"), expect=403)
    assert fresh(app, office["twin"]).merged_into_id == office["case"]


def test_a_merge_is_in_the_audit_of_both_and_reading_the_preview_is_recorded(app, lead, office):
    lead.get(at(office, "case", f"/merge?with={office['twin']}"))
    merge(app, office, lead)
    with app.app_context():
        events = db.session.query(AuditEvent).all()
    assert {("case.merge", office["twin"]), ("case.merge_in", office["case"])} <= {
        (e.action, e.case_id) for e in events
    }
    reads = [event.details for event in events if event.action == "case.read"]
    assert {"case": office["case"], "with": [office["twin"]]} in [
        {name: details[name] for name in ("case", "with") if name in details} for details in reads
    ]


def test_nothing_is_told_of_a_case_whose_consent_was_withdrawn(app, lead, office, browser_as):
    with app.app_context(), committed(db.session) as session:
        care = make_vertical(session, "CARE", consent=True)
        woman = make_person(session, "Sara Testperson", verified=True, vertical=care)
        consent = make_consent(session, woman, care).id
        told = make_case(session, care, subject=woman, summary="Told in trust", status=Status.ACTIVE).id
        plain = make_case(session, session.get(Case, office["case"]).primary_vertical, subject=woman).id
        worker = make_user(session, Role.SUPERVISOR, care, session.get(Case, office["case"]).primary_vertical).id
    reader, paths = browser_as(worker), [f"/app/cases/{plain}/merge", f"/app/cases/{plain}/merge?with={told}"]
    assert all("Told in trust" in words(reader.get(path)) for path in paths)
    with acting(app, worker) as (session, actor):
        consenting.withdraw(session, actor, session.get(Consent, consent), reason_code="USER_REQUEST")
    for path in paths:
        page = words(reader.get(path))
        assert "CARE-" in page and "Told in trust" not in page
    assert "is suspended." in page


def _selects(app, browser, path: str) -> int:
    with counted(app) as statements:
        browser.get(path)
    return len([one for one in statements if one.lstrip().upper().startswith(("SELECT", "WITH"))])


def test_a_case_that_was_never_merged_costs_no_more_than_before(app, lead, office):
    assert _selects(app, lead, at(office, "case")) <= 14


def test_pages_cost_the_same_however_much_was_merged(app, lead, office):
    merge(app, office, lead)
    paths = [
        at(office, "case", tab) for tab in ("", "/messages", "/people", "/history", f"/merge?with={office['other']}")
    ]
    before = [_selects(app, lead, path) for path in paths]
    with app.app_context(), committed(db.session) as session:
        case = session.get(Case, office["case"])
        more = [make_case(session, case.primary_vertical, subject=case.subject_person).id for _ in range(5)]
    with acting(app, office["lead"]) as (session, actor):
        sources = [session.get(Case, number) for number in more]
        merging.merge(session, actor, session.get(Case, office["case"]), sources, reason_code="DUPLICATE_RECORD")
    assert [_selects(app, lead, path) for path in paths] == before
