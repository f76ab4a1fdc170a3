"""Saved views on screen: saved from what is shown, found beside the tabs, and run as whoever reads."""

import pytest

from portal.core.vocabulary import Role
from portal.extensions import db
from tests.factories import committed, make_case, make_user, make_vertical
from tests.page import words


@pytest.fixture
def office(app) -> dict[str, int]:
    """Two workers of one vertical with a case each, and a third one elsewhere."""
    with app.app_context(), committed(db.session) as session:
        here = make_vertical(session, name="Health")
        ana, ben = (make_user(session, Role.CASEWORKER, here, name=name) for name in ("Ana Worker", "Ben Colleague"))
        made = {
            "ana": ana,
            "ben": ben,
            "stranger": make_user(session, Role.CASEWORKER, make_vertical(session)),
            "of_ana": make_case(session, here, owner=ana),
            "of_ben": make_case(session, here, owner=ben),
        }
        return {name: row.id for name, row in made.items()} | {"vertical": here.id}


def test_a_view_is_saved_shared_renamed_and_deleted(office, browser_as):
    ana, ben, stranger = (browser_as(office[name]) for name in ("ana", "ben", "stranger"))
    listed = ana.get("/app/?view=mine&status=active&sort=next")
    assert 'href="/app/views/new?view=mine&amp;status=active&amp;sort=next"' in listed.text
    asked = "/app/views/new?view=mine&status=active&sort=next"
    ana.get(asked)
    told = {"name": "My active ones", "sharing": f"vertical-{office['vertical']}"}
    ana.post(asked, {**told, "name": ""}, expect=422)
    shown = ana.follow(ana.post(asked, told))
    assert "Saved view: My active ones" in words(shown) and "Save this view…" not in words(shown)
    assert "from Ana Worker" in words(ben.get("/app/"))
    assert "My active ones" not in words(stranger.get("/app/")) and "My active ones" not in words(
        stranger.get("/app/views")
    )
    mine = ben.get("/app/?view=mine&status=active&sort=next")
    assert f"/app/cases/{office['of_ben']}" in mine.text and f"/app/cases/{office['of_ana']}" not in mine.text
    assert "only they can change it" in words(ben.get("/app/views/1"))
    ben.post("/app/views/1", {**told, "name": "Taken"}, expect=403)
    ben.post("/app/views/1/remove", expect=403)
    stranger.get("/app/views/1", expect=404)
    form = {"name": "Active", "sharing": "nobody", "version": "1"}
    assert "Active" in words(ana.follow(ana.post("/app/views/1", form)))
    ana.post("/app/views/1", form, expect=409)
    ben.get("/app/views/1", expect=404)
    assert "Active" not in words(ana.follow(ana.post("/app/views/1/remove"))).replace("is deleted", "")


def test_a_view_that_looks_for_a_name_is_not_shared(office, browser_as):
    ana = browser_as(office["ana"])
    asked = "/app/views/new?view=all&q=amina"
    refused = ana.post(asked, {"name": "Hers", "sharing": "office"}, expect=422)
    assert "whoever reads it would learn the name" in words(refused) and 'value="Hers"' in refused.text
    assert "Hers" in words(ana.follow(ana.post(asked, {"name": "Hers", "sharing": "nobody"})))
