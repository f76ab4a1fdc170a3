"""Duplicate support in the browser: a queue, the cases side by side, one decision with its reason, and checking now."""

import re

import pytest
import sqlalchemy as sa

from portal.core import clock, conflict_queue
from portal.core.models import AuditEvent, Case, Conflict, Consent, Vertical
from portal.core.vocabulary import ConflictScope, ConsentStatus, Role, Status
from portal.extensions import db
from tests.factories import (
    committed,
    make_case,
    make_conflict,
    make_consent,
    make_copies,
    make_person,
    make_user,
    make_vertical,
)
from tests.page import words
from tests.statements import counted

HELD = "none of these cases can be activated or handed over"


@pytest.fixture
def office(app) -> dict[str, int]:
    """Two services that work on consent; in one of them a person has two cases, and so a conflict, besides others."""
    with app.app_context(), committed(db.session) as session:
        care, health = make_vertical(session, "CARE", consent=True), make_vertical(session, "HEALTH", consent=True)
        subject = make_person(session, "Amina Testperson", verified=True)
        for vertical in (care, health):
            make_consent(session, subject, vertical)
        users = {
            "worker": make_user(session, Role.CASEWORKER, care, name="Ana Worker"),
            "lead": make_user(session, Role.SUPERVISOR, care, name="Lea Lead"),
            "second": make_user(session, Role.SUPERVISOR, care, name="Sam Second"),
            "healer": make_user(session, Role.SUPERVISOR, health, name="Hal Healer"),
            "auditor": make_user(session, Role.AUDITOR, name="Aud Auditor"),
        }
        running = make_case(session, care, owner=users["worker"], subject=subject, status=Status.ACTIVE)
        waiting = make_case(session, care, subject=subject, status=Status.VERIFIED)
        found = session.scalars(sa.select(Conflict)).one()  # opening the second found the first
        more = {"running": running.id, "waiting": waiting.id, "conflict": found.id, "subject": subject.id}
        verticals = {"care": care.id, "health": health.id}
        return {**verticals, **more, **{name: user.id for name, user in users.items()}}


@pytest.fixture
def known(app):
    """``known(Conflict, number)``: a row as it is in the database now."""

    def found(kind, number: int):
        with app.app_context():
            row = db.session.get(kind, number)
            db.session.expunge(row)
            return row

    return found


@pytest.fixture
def path(known, office) -> str:
    """The address of the conflict."""
    return f"/app/conflicts/{known(Conflict, office['conflict']).uuid}"


def reference(known, number: int) -> str:
    return known(Case, number).reference


def dismissing(reason: str = "", text: str = "") -> dict[str, str]:
    return {"dismiss-reason": reason, "dismiss-text": text}


def resolving(reason: str = "", text: str = "") -> dict[str, str]:
    return {"resolve-reason": reason, "resolve-text": text}


def many(session, office, number: int) -> None:
    """Further conflicts of a running case, each with another copy of it."""
    case = session.get(Case, office["running"])
    for copy in make_copies(session, case, number):
        make_conflict(session, case, session.get(Case, copy))


def wide(session, office) -> Conflict:
    """A conflict of four cases."""
    case = session.get(Case, office["running"])
    return make_conflict(session, case, *(session.get(Case, copy) for copy in make_copies(session, case, 3)))


def rows(answer) -> dict[str, str]:
    """The rows of the comparison by their headings."""
    table = re.search(r'<table class="compare.*?</table>', answer.get_data(as_text=True), re.S)[0]
    found = re.findall(r'<th scope="row"[^>]*>(.*?)</th>(.*?)</tr>', table, re.S)
    return {head: " ".join(re.sub(r"<[^>]+>", " ", cells).split()) for head, cells in found}


def shared(session, office) -> Conflict:
    """A case of the other service, which the first takes no part in, in one conflict with a case of this one."""
    health = session.get(Vertical, office["health"])
    person = make_person(session, "Ines Secretperson", verified=True)
    make_consent(session, person, health)
    theirs = make_case(session, health, subject=person, status=Status.ACTIVE)
    return make_conflict(session, session.get(Case, office["running"]), theirs, scope=ConflictScope.ALL)


def test_the_queue_shows_what_waits_with_its_cases_and_how_many_there_are_in_words(at, office, known):
    said = words(at("lead").get("/app/conflicts"))
    assert "1 conflict waits for a decision." in said
    assert "Amina Testperson" in said and "When a case was opened. Within one service" in said
    for name in ("running", "waiting"):
        assert reference(known, office[name]) in said


def test_the_queue_is_filtered_and_each_filter_can_be_taken_away(at, office):
    lead = at("lead")
    assert "Amina Testperson" in words(lead.get(f"/app/conflicts?vertical={office['care']}"))
    nothing = words(lead.get("/app/conflicts?mine=1"))
    assert "No conflict matches" in nothing and "Remove filter: Mine" in nothing
    assert "Amina Testperson" in words(at("worker").get("/app/conflicts?mine=1"))
    assert "Nothing was decided in this way yet" in words(lead.get("/app/conflicts?status=resolved"))
    assert "1 conflict, what is open first." in words(lead.get("/app/conflicts?status=all"))
    assert "1 conflict waits" in words(lead.get("/app/conflicts?status=nonsense&vertical=no&mine=no"))


def test_the_queue_goes_on_from_page_to_page(at, arrange, office):
    arrange(lambda s: many(s, office, conflict_queue.PAGE))
    total, lead = conflict_queue.PAGE + 1, at("lead")
    first = lead.get("/app/conflicts")
    assert f"{total} conflicts wait for a decision." in words(first)
    following = re.search(r'rel="next" href="([^"]+)"', first.get_data(as_text=True))[1]
    assert f"{total}–{total} of {total}" in words(lead.get(following))
    assert lead.get("/app/conflicts?page=nonsense", expect=303).headers["Location"] == "/app/conflicts"


def test_the_queue_and_a_conflict_cost_the_same_however_many_there_are(app, at, arrange, office, path, known):
    def cost(place: str) -> int:
        at("lead").get(place)
        with counted(app) as statements:
            at("lead").get(place)
        return sum(statement.lstrip().upper().startswith("SELECT") for statement in statements)

    of_case = f"/app/cases/{office['running']}/conflicts"
    few = {place: cost(place) for place in ("/app/conflicts", path, of_case)}
    arrange(lambda s: many(s, office, 15))
    assert {place: cost(place) for place in few} == few
    four = known(Conflict, arrange(lambda s: wide(s, office))).uuid
    assert cost(f"/app/conflicts/{four}") == few[path], "four cases side by side cost no more than two"


def test_the_cases_stand_side_by_side_and_what_differs_is_a_word(at, office, path, known):
    answer = at("lead").get(path)
    found = rows(answer)
    assert found["Who is supported"] == "Amina Testperson Amina Testperson Same"
    assert found["Service that leads"] == "Care Care Same"
    assert found["Status"] == "Active Verified Different"
    assert found["Owner"] == "Ana Worker Nobody yet Different"
    assert found["Programme"] == "None None Not compared"
    assert found["Time of support"].endswith(("Same", "Overlap"))
    assert {"Support given or planned", "Services that take part", "In short", "Opened"} <= found.keys()
    html = answer.get_data(as_text=True)
    for name in ("running", "waiting"):
        assert f'data-label="{reference(known, office[name])}"' in html, "each field says on a phone whose it is"
    assert HELD in words(answer)


def test_a_decision_is_taken_with_its_reason_and_stays_with_name_and_time(at, office, path, known):
    lead = at("lead")
    said = words(lead.follow(lead.post(f"{path}/resolve", resolving("BOTH_ALLOWED", "Agreed by telephone."))))
    assert "Resolved. It blocks no step of these cases any more." in said
    assert "Both may go on: “ Agreed by telephone. ” Today" in said and "Lea Lead" in said
    assert "A decision is final." in said and "Dismiss the conflict" not in said
    row = known(Conflict, office["conflict"])
    assert (row.status, row.resolution_code, row.decided_by_id) == ("resolved", "BOTH_ALLOWED", office["lead"])
    assert "1 conflict was settled." in words(lead.get("/app/conflicts?status=resolved"))
    assert "Nothing waits for a decision" in words(lead.get("/app/conflicts"))


@pytest.mark.parametrize(
    ("verb", "sent", "said"),
    [
        ("dismiss", dismissing(text="Not the same."), "Choose a reason."),
        ("dismiss", dismissing("NONSENSE", "Not the same."), "This reason is not on the list."),
        ("dismiss", dismissing("OTHER", "  "), "Say which reason."),
        ("resolve", resolving(text="Not the same."), "Choose a resolution."),
        ("resolve", resolving("NONSENSE", "Not the same."), "This resolution is not on the list."),
        ("resolve", resolving("OTHER"), "Say how it was settled."),
    ],
)
def test_a_decision_without_its_reason_is_refused_and_what_was_typed_is_kept(at, office, path, known, verb, sent, said):
    answer = at("lead").post(f"{path}/{verb}", sent, expect=422)
    assert words(answer).count(said) == 2, "at the top and beside the field"
    html = answer.get_data(as_text=True)
    typed = sent[f"{verb}-text"]
    assert html.count(f">\r\n{typed}</textarea>") == (1 if typed else 2)
    assert known(Conflict, office["conflict"]).status == "open"


def test_of_two_supervisors_the_second_is_told_what_the_first_decided(at, office, path, known):
    at("lead").post(f"{path}/dismiss", dismissing("FALSE_POSITIVE", "One is rent."))
    late = words(at("second").post(f"{path}/resolve", resolving("ONE_CLOSED", "The older one is closed."), expect=409))
    assert "Somebody decided before you" in late and "Your decision was not recorded." in late
    assert "The older one is closed." in late, "what was typed is still there"
    assert "Not the same support: “ One is rent. ” Today" in late and "Lea Lead" in late
    row = known(Conflict, office["conflict"])
    assert (row.status, row.resolution_code, row.notes) == ("dismissed", "FALSE_POSITIVE", "One is rent.")


def test_two_cases_that_are_one_are_merged_from_here_and_the_conflict_is_settled(at, office, path, known):
    lead, link = at("lead"), f"/app/cases/{office['running']}/merge?with={office['waiting']}"
    assert f'href="{link}"' in lead.get(path).get_data(as_text=True)
    assert "see what a merge would do" not in words(at("worker").get(path))
    seen = known(Case, office["running"]).version_id
    merged = {"other": office["waiting"], "reason": "DUPLICATE_RECORD", "version": seen}
    lead.post(f"/app/cases/{office['running']}/merge", merged)
    settled = words(lead.get(path))
    assert "The cases were merged" in settled and "Archived, merged" in settled
    assert "If the merge of these cases is undone, the conflict opens again." in settled


def test_who_may_not_decide_reads_who_can_and_a_forged_decision_is_refused(at, office, path, known):
    said = words(at("worker").get(path))
    assert "You cannot decide this" in said and "Who can: a supervisor or an administrator." in said
    assert "Dismiss the conflict" not in said
    refused = words(at("worker").post(f"{path}/dismiss", dismissing("DATA_ERROR", "I think so."), expect=403))
    assert "You cannot decide this" in refused and "I think so." in refused
    assert "Decided by a supervisor or an administrator." in words(at("worker").get("/app/conflicts"))
    assert known(Conflict, office["conflict"]).status == "open"


def test_only_those_who_may_decide_are_led_to_the_queue(at):
    link = 'href="/app/conflicts"'
    assert link in at("lead").get("/app/").get_data(as_text=True)
    assert link not in at("worker").get("/app/").get_data(as_text=True)


def test_a_case_that_is_not_for_the_reader_is_counted_and_nothing_else_is_said_of_it(at, arrange, office, known):
    number = arrange(lambda s: shared(s, office))
    path = f"/app/conflicts/{known(Conflict, number).uuid}"
    with at("lead").app.app_context():
        theirs = db.session.scalars(sa.select(Case).where(Case.primary_vertical_id == office["health"])).one().reference
    for place in ("/app/conflicts", path, f"/app/cases/{office['running']}/conflicts"):
        said = words(at("lead").get(place))
        assert "1 more case that you do not see" in said, place
        assert "Secretperson" not in said and theirs not in said, place
    found = rows(at("lead").get(path))
    assert set(found) and not any(cells.endswith(("Same", "Different", "compared")) for cells in found.values())
    mirrored = words(at("healer").get(path))
    assert "Ines Secretperson" in mirrored and "Amina" not in mirrored
    assert "Amina Testperson" in words(at("auditor").get(path)) and "more case" not in words(at("auditor").get(path))


def test_a_conflict_of_which_no_case_is_seen_is_not_there(at, path, office):
    at("healer").get(path, expect=404)
    at("healer").post(f"{path}/dismiss", dismissing("DATA_ERROR"), expect=404)
    at("healer").get(f"/app/cases/{office['running']}/conflicts", expect=404)
    assert "Nothing waits for a decision" in words(at("healer").get("/app/conflicts"))


def test_the_case_lists_its_conflicts_and_is_checked_on_demand(at, office, known):
    place = f"/app/cases/{office['waiting']}/conflicts"
    listed = words(at("worker").get(place))
    assert reference(known, office["running"]) in listed and "Conflicts 1 open" in listed
    told = words(at("worker").follow(at("worker").post(place, {"scope": "all_verticals", "reason": "COMPLAINT"})))
    assert "A possible duplicate support is open." in told
    assert "A complaint. Across services and programmes" in told
    assert "You may not check this case. Who can: an agent, a caseworker, a supervisor or an administrator." in words(
        at("auditor").get(place)
    )
    at("auditor").post(place, {"scope": "all_verticals"}, expect=403)


def test_a_check_that_finds_nothing_says_so_and_one_that_makes_no_sense_is_refused(at, arrange, office):
    alone = arrange(lambda s: make_case(s, s.get(Vertical, office["care"])))
    place = f"/app/cases/{alone}/conflicts"
    assert "No conflict names this case." in words(at("lead").get(place))
    done = at("lead").post(place, {"scope": "primary_vertical_only", "reason": "ROUTINE"})
    assert "Nothing that is not decided overlaps. Checked Today" in words(at("lead").follow(done))
    wrong = {"scope": "primary_vertical_only", "reason": "NONSENSE"}
    assert words(at("lead").post(place, wrong, expect=422)).count("This reason is not on the list.") == 2
    at("lead").post(place, {"scope": "the_whole_world"}, expect=422)


def test_a_step_that_a_conflict_holds_up_leads_to_it_and_is_free_after_the_decision(at, office, path):
    case, lead = f"/app/cases/{office['waiting']}", at("lead")
    link = f'href="{case}/conflicts">See the conflict'
    assert link in lead.get(case).get_data(as_text=True)
    refused = lead.get(f"{case}/activate", expect=409)
    assert link in refused.get_data(as_text=True)
    assert link in lead.get(f"{case}/transfer?to={office['health']}").get_data(as_text=True)
    assert "It must be decided before the case can be activated or handed over." in words(lead.get(case))
    lead.post(f"{path}/dismiss", dismissing("FALSE_POSITIVE"))
    assert "See the conflict" not in words(lead.get(case))
    lead.get(f"{case}/activate")


def test_reading_a_conflict_is_recorded_with_the_cases_that_were_shown(app, at, office, path):
    at("lead").get(path)
    with app.app_context():
        event = db.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "conflict.read")).one()
        assert event.details == {"conflict": office["conflict"], "cases": [office["running"], office["waiting"]]}


def test_the_history_of_the_case_tells_of_its_conflict_in_words(at, office, path):
    at("lead").post(f"{path}/dismiss", dismissing("FALSE_POSITIVE"))
    told = words(at("lead").get(f"/app/cases/{office['waiting']}/history"))
    assert "A possible duplicate support was found" in told and "A possible duplicate support was dismissed" in told


def test_once_consent_was_withdrawn_nobody_reads_what_was_written(app, at, office, path):
    at("lead").post(f"{path}/dismiss", dismissing("OTHER", "What the neighbour said."))
    with app.app_context(), committed(db.session) as session:
        for consent in session.scalars(sa.select(Consent)):
            consent.status, consent.withdrawn_at = ConsentStatus.WITHDRAWN, clock.now()
    shown = at("lead").get(path)
    assert rows(shown)["In short"] == "Not shown: consent was withdrawn. Not shown: consent was withdrawn. Not compared"
    for place in (path, "/app/conflicts?status=all", f"/app/cases/{office['running']}/conflicts"):
        said = words(at("lead").get(place))
        assert "What was written with it is not shown: consent was withdrawn." in said, place
        assert "neighbour" not in said and "A test case" not in said, place
