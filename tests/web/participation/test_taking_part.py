"""Services that are asked to take part, answer, and leave again."""

import re

import pytest
import sqlalchemy as sa

from portal.core.models import Participant, Vertical
from portal.core.vocabulary import Status
from portal.extensions import db
from tests.page import words
from tests.web.participation.conftest import consent_for, html, part_of, put, refusals


def parts(app, office) -> list[tuple[str, str | None]]:
    """How the parts of the case stand, each with the reason it ended for."""
    with app.app_context():
        rows = db.session.scalars(sa.select(Participant).order_by(Participant.id))
        return [(row.status.value, row.reason_code) for row in rows]


def test_a_service_is_asked_sees_nothing_until_it_opts_in_and_the_case_afterwards(app, office, at, path, arrange):
    done = at("worker").post(f"{path}/participants", {"vertical": office["health"]})
    page = words(at("worker").follow(done))
    assert "Health was asked to take part." in page and "Asked, not answered yet" in page and "Ana Worker" in page
    healer = at("healer")
    healer.get(path, expect=404)
    listed = healer.get("/app/invitations").get_data(as_text=True)
    assert "Amina" not in listed and path not in listed, "what the case is about is told to those who see it"
    invitation = re.search(r"/app/invitations/\d+", listed)[0]
    arrange(lambda s: consent_for(s, office, "health"))
    assert "Consent is in order for Health." in words(healer.get(invitation))
    joined = healer.post(f"{invitation}/opt-in")
    assert joined.headers["Location"] == path
    assert "Health takes part in" in words(healer.follow(joined))
    assert "Takes part" in words(healer.get(f"{path}/participants"))
    assert "No invitation waits for an answer" in words(healer.get("/app/invitations"))
    assert "There is nothing to answer" in words(healer.get(invitation))


def test_without_the_persons_consent_for_that_service_it_says_so_and_who_opts_in_is_told_what_lifts_it(
    app, office, at, asked
):
    page = at("healer").get(f"/app/invitations/{asked}")
    assert "Health cannot take part yet" in words(page) and "/opt-in" not in page.get_data(as_text=True)
    refused = at("healer").post(f"/app/invitations/{asked}/opt-in", expect=403)
    assert "Nothing was changed" in words(refused)
    assert parts(app, office) == [("pending_opt_in", None)] and refusals(app) == ["participant.opt_in"]


def test_nobody_answers_for_a_service_that_is_not_theirs(app, office, at, asked, arrange):
    arrange(lambda s: consent_for(s, office, "health"))
    page = at("worker").get(f"/app/invitations/{asked}")
    assert "You cannot answer for Health" in words(page)
    refused = at("worker").post(f"/app/invitations/{asked}/opt-in", expect=403)
    assert "Only a member of this vertical can opt in for it." in words(refused)
    assert "You cannot answer for Health" in words(at("nurse").get(f"/app/invitations/{asked}"))
    at("nurse").post(f"/app/invitations/{asked}/opt-in", expect=403)
    at("stranger").get(f"/app/invitations/{asked}", expect=404)
    at("stranger").post(f"/app/invitations/{asked}/opt-in", expect=404)
    assert parts(app, office) == [("pending_opt_in", None)]


def test_declining_asks_for_a_reason_and_keeps_what_was_typed(app, office, at, asked):
    healer, target = at("healer"), f"/app/invitations/{asked}/decline"
    assert "Choose a reason." in words(healer.post(target, {"reason_text": "typed"}, expect=422))
    page = healer.post(target, {"reason": "OTHER"}, expect=422)
    assert "Say which reason." in words(page) and re.search(
        r'value="OTHER"[^>]*checked|checked[^>]*value="OTHER"', html(page)
    )
    done = healer.post(target, {"reason": "OTHER", "reason_text": "We are full"})
    assert done.headers["Location"] == "/app/invitations"
    assert parts(app, office) == [("removed", "OTHER")]
    late = healer.post(target, {"reason": "DECLINED", "reason_text": "half a page"}, expect=409)
    assert "This invitation was answered already." in words(late) and "half a page" in words(late)
    gone = words(at("worker").get(f"/app/cases/{office['case']}/participants"))
    assert "Took part, or was asked, before" in gone and "We are full" in gone and "Hal Healer" in gone


def test_a_part_is_ended_with_a_reason_and_its_access_ends_at_once(app, office, at, path, arrange):
    part = arrange(lambda s: part_of(s, office, "health", opted_in=True))
    arrange(lambda s: consent_for(s, office, "health"))
    target = f"{path}/participants/{part}/remove"
    at("healer").get(path)
    assert "Its members lose access to the case at once." in words(at("worker").get(target))
    assert "Choose a reason." in words(at("worker").post(target, expect=422))
    kept = at("worker").post(target, {"reason": "NOT_A_REASON", "reason_text": "my words"}, expect=422)
    assert "This reason is not on the list." in words(kept) and "my words</textarea>" in html(kept)
    done = at("worker").post(target, {"reason": "NO_LONGER_NEEDED"})
    assert "Health takes part no longer." in words(at("worker").follow(done))
    at("healer").get(path, expect=404)
    late = at("worker").post(target, {"reason": "NO_LONGER_NEEDED"}, expect=409)
    assert "This vertical was removed already." in words(late)
    assert parts(app, office) == [("removed", "NO_LONGER_NEEDED")]


def test_a_service_that_leaves_by_itself_is_led_to_where_it_still_may_be(app, office, at, path, arrange):
    part = arrange(lambda s: part_of(s, office, "health", opted_in=True))
    done = at("healer").post(f"{path}/participants/{part}/remove", {"reason": "NO_LONGER_NEEDED"})
    assert done.headers["Location"] == "/app/"
    assert "You do not see the case any more" in words(at("healer").follow(done))


def test_a_part_belongs_to_its_case_and_to_those_who_see_it(office, at, path, asked):
    other = f"/app/cases/{office['noise']}/participants/{asked}/remove"
    at("worker").get(other, expect=404)
    at("worker").post(other, {"reason": "DECLINED"}, expect=404)
    at("healer").get(f"{path}/participants/{asked}/remove", expect=404)


def test_who_may_not_ask_or_remove_is_told_who_can(app, office, at, path, asked):
    page = words(at("agent").get(f"{path}/participants"))
    assert "You may not ask others to take part. Who can: a caseworker, a supervisor or an administrator." in page
    assert "Who can remove a service: a caseworker, a supervisor or an administrator, or a member" in page
    refused = at("agent").post(f"{path}/participants", {"vertical": office["desk"]}, expect=403)
    assert "You may not do this." in words(refused)
    removing = f"{path}/participants/{asked}/remove"
    assert "You may not end this." in words(at("agent").get(removing, expect=403))
    at("agent").post(removing, {"reason": "DECLINED"}, expect=403)
    assert parts(app, office) == [("pending_opt_in", None)]
    assert refusals(app) == ["participant.add", "participant.remove"]


@pytest.mark.parametrize(
    ("vertical", "expect", "why"),
    [
        ("care", 422, "This vertical leads the case already."),
        ("health", 409, "This vertical takes part already."),
        (None, 422, "Choose the service to ask."),
    ],
)
def test_a_service_that_cannot_be_asked_is_refused_with_the_reason(app, office, at, path, asked, vertical, expect, why):
    answer = at("worker").post(f"{path}/participants", {"vertical": office.get(vertical, 0)}, expect=expect)
    assert why in words(answer)
    assert parts(app, office) == [("pending_opt_in", None)]


def test_the_form_offers_the_services_that_can_be_asked_and_no_others(app, office, at, path, asked, arrange):
    def retire(session):
        session.get(Vertical, office["desk"]).status = "inactive"

    page = html(at("worker").get(f"{path}/participants"))
    assert re.findall(r'<option[^>]*value="(\d+)"', page) == ["0", str(office["desk"])]
    arrange(retire)
    page = at("worker").post(f"{path}/participants", {"vertical": office["desk"]}, expect=422)
    assert re.findall(r'<option[^>]*value="(\d+)"', html(page)) == ["0"]


@pytest.mark.parametrize("status", [Status.SUSPENDED, Status.ARCHIVED])
def test_a_case_that_takes_no_changes_says_so_and_a_suspended_one_lets_a_service_go(
    app, office, at, path, asked, status
):
    put(app, office, status)
    page = words(at("worker").get(f"{path}/participants"))
    assert "The case takes no changes in its present state; nobody is asked" in page
    at("worker").post(f"{path}/participants", {"vertical": office["desk"]}, expect=409)
    assert "The case takes no changes" in words(at("healer").get(f"/app/invitations/{asked}"))
    assert "No invitation waits" in words(at("healer").get("/app/invitations"))
    target, sent = f"{path}/participants/{asked}/remove", {"reason": "OTHER", "reason_text": "my very words"}
    if status is Status.SUSPENDED:
        at("worker").post(target, sent)
        return
    refused = words(at("worker").post(target, sent, expect=409))
    assert "The case is archived and cannot be changed." in refused and "my very words" in refused
    assert parts(app, office) == [("pending_opt_in", None)]


def test_of_another_services_consent_the_one_that_leads_is_told_nothing(app, office, at, path, arrange):
    arrange(lambda s: part_of(s, office, "health", opted_in=True))
    arrange(lambda s: consent_for(s, office, "health"))
    leading = words(at("lead").get(f"{path}/participants"))
    assert "Health Known to members of that service alone." in leading and leading.count("Stands") == 1
    assert words(at("healer").get(f"{path}/participants")).count("Stands") == 1
    assert words(at("auditor").get(f"{path}/participants")).count("Stands") == 2
