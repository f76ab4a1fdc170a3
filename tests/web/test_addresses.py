"""Whole addresses, in links that are passed on: where the office says that the portal is found, and nowhere else."""

import dataclasses

import pytest
from icalendar import Calendar
from werkzeug.middleware.proxy_fix import ProxyFix

from portal.core import clock, reviews
from portal.core.vocabulary import Role
from portal.extensions import db
from tests.factories import actor_of, committed, make_case, make_user, make_vertical
from tests.page import Browser

OURS, FORGED = "https://desk.example", "evil.example"
SAID = ({"Host": FORGED}, {"X-Forwarded-Host": FORGED, "X-Forwarded-Proto": "http", "Forwarded": f"host={FORGED}"})
NAMES = ("by itself", "by a proxy")


@pytest.fixture
def people(app, monkeypatch) -> dict[str, int]:
    """An administrator and a caseworker with a review date, where the office said how it is found; behind a proxy."""
    settings = dataclasses.replace(app.extensions["settings"], origin=OURS)
    monkeypatch.setitem(app.extensions, "settings", settings)
    monkeypatch.setattr(app, "wsgi_app", ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1, x_port=1))
    with app.app_context(), committed(db.session) as session:
        here = make_vertical(session)
        admin, worker = make_user(session, Role.ADMINISTRATOR), make_user(session, Role.CASEWORKER, here)
        case = make_case(session, here, owner=worker)
        reviews.add(session, actor_of(session, worker), case, clock.today())
        return {"admin": admin.id, "worker": worker.id}


def signed_in(app, user: int) -> Browser:
    """A browser that is signed in, under the forged name too."""
    someone = Browser(app, user)
    someone.csrf_token()
    kept = someone.client.get_cookie("portal", path="/app")
    someone.client.set_cookie("portal", kept.value, domain=FORGED, path="/app")
    return someone


@pytest.mark.parametrize("said", SAID, ids=NAMES)
def test_no_link_leads_to_where_the_request_says_that_we_are(app, people, said):
    admin, worker, said = signed_in(app, people["admin"]), signed_in(app, people["worker"]), {"headers": said}
    told = {"name": "Nia New", "email": "nia@office.example", "role": "agent"}
    shown = [
        admin.post(f"/app/admin/users/{people['worker']}/password-link", expect=200, **said).text,
        admin.post("/app/admin/users/new", told, expect=200, **said).text,
        worker.post("/app/reviews/calendar", expect=200, **said).text,
    ]
    for page, path in zip(shown, ("/app/reset/", "/app/reset/", "/app/reviews/"), strict=True):
        assert f"{OURS}{path}" in page and FORGED not in page
    address = shown[2].partition(OURS)[2].partition("<")[0].partition('"')[0]
    read = app.test_client().get(address, **said)
    assert read.status_code == 200 and FORGED not in read.text
    (dated,) = Calendar.from_ical(read.data).walk("VEVENT")
    assert dated["url"].startswith(f"{OURS}/app/cases/") and dated["uid"].endswith("@desk.example")


@pytest.mark.parametrize("said", SAID, ids=NAMES)
def test_no_page_repeats_where_the_request_says_that_we_are(app, people, said):
    for path in ("/app/", "/app/account", "/app/nowhere", "/app/login?next=/app/account"):
        answer = signed_in(app, people["admin"]).client.get(path, headers=said)
        assert answer.status_code in (200, 303, 404), path
        assert FORGED not in answer.text + str(answer.headers), path


@pytest.mark.parametrize(
    "path", ["//[", "https://[", "//evil.example", "https://evil.example/app/", "/app\\evil", "//⁄⁄evil"]
)
def test_nobody_is_led_away_or_lost_by_where_they_are_to_be_led_afterwards(app, people, path):
    led = Browser(app, people["worker"]).get("/app/login", query_string={"next": path}, expect=303)
    assert led.headers["Location"] == "/app/"
    away = Browser(app).client.post("/app/account/session", headers={"Referer": path, "HX-Current-URL": path})
    assert away.status_code < 500 and "evil" not in away.headers.get("Location", "")
    again = Browser(app).get("/app/login", query_string={"next": path})
    assert "Password" in again.text
