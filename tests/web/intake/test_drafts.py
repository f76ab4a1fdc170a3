"""Nothing typed at the intake is lost, and it is nobody else's."""

import re

from tests.page import words
from tests.web.intake.conftest import KEY, TOLD, typed


def test_what_was_sent_leaves_no_draft_and_a_late_autosave_brings_none_back(app, desk):
    desk.post("/app/intake/draft", TOLD, expect=200)
    assert "Wanjiru" in words(desk.get("/app/intake/drafts"))
    desk.post("/app/intake", {**TOLD, "do": "create"})
    desk.post("/app/intake/draft", TOLD, expect=200)
    assert "Nothing is waiting." in words(desk.get("/app/intake/drafts"))


def test_a_half_done_intake_is_offered_and_never_put_over_anything(desk):
    desk.post("/app/intake", {**TOLD, "do": "keep"}, expect=200)
    page = desk.get("/app/intake")
    assert typed(page, "reporter-full_name") == ""
    assert f'href="/app/intake/{KEY}"' in page.get_data(as_text=True)
    assert typed(desk.get(f"/app/intake/{KEY}"), "narrative").startswith("They were told")


def test_a_draft_is_nobody_elses(office, browser_as, desk):
    desk.post("/app/intake", {**TOLD, "do": "keep"}, expect=200)
    other = browser_as(office["other"])
    assert typed(other.get(f"/app/intake/{KEY}"), "reporter-full_name") == ""
    assert "Wanjiru" not in words(other.get("/app/intake/drafts"))
    other.post(f"/app/intake/{KEY}/discard")
    assert typed(desk.get(f"/app/intake/{KEY}"), "reporter-full_name") == "Wanjiru Neighbour"


def test_throwing_a_draft_away_can_be_undone(desk):
    desk.post("/app/intake", {**TOLD, "do": "keep"}, expect=200)
    page = desk.follow(desk.post(f"/app/intake/{KEY}/discard"))
    assert "Thrown away, kept for a day" in words(page)
    back = desk.follow(desk.post(f"/app/intake/{KEY}/fetch-back"))
    assert typed(back, "reporter-full_name") == "Wanjiru Neighbour"


def test_an_autosave_says_when_it_was_and_an_unreadable_key_is_no_draft(desk):
    saved = desk.post("/app/intake/draft", TOLD, expect=200, headers={"X-Background": "1"})
    assert re.fullmatch(r"Saved \d\d:\d\d", saved.json["saved_at_label"])
    desk.post("/app/intake/draft", {**TOLD, "draft": "../../etc"}, expect=404)
    desk.get("/app/intake/zzzzzzzzzzzzzzzz", expect=404)


def test_a_session_that_ran_out_finds_the_draft_again(app, office, desk, browser_as):
    desk.post("/app/intake/draft", TOLD, expect=200)
    signed_out = app.test_client().post("/app/intake/draft", data=TOLD, headers={"X-Background": "1"})
    assert signed_out.status_code == 401
    again = browser_as(office["agent"])
    assert typed(again.get(f"/app/intake/{KEY}"), "narrative").startswith("They were told")
