"""What comes together is shown before it is merged, and what stands against it is said."""

import re

import pytest

from portal.core import merge_preview
from portal.core.models import AuditEvent, Case, CaseMerge
from portal.core.vocabulary import Status
from portal.extensions import db
from portal.web.structure import words as words_of
from tests.factories import committed, put_into
from tests.page import words
from tests.web.merging.conftest import BECAUSE, at, fresh, merge, ref, version


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
