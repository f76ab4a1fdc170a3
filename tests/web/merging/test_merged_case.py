"""The case that was merged into another: it points there, and can be taken apart again."""

from portal.core.vocabulary import Status
from tests.page import words
from tests.web.merging.conftest import at, fresh, merge, ref, version


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
