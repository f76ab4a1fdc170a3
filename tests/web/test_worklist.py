"""The work-list: views, filters in the address, orders, pages, and what it says when it is empty."""

import datetime as dt
import re

import pytest

from portal.core import clock
from portal.core.models import Case, CasePerson, UnmappedCode
from portal.core.vocabulary import Answer, Origin, Priority, Role, Status
from portal.extensions import db
from tests.factories import committed, make_case, make_copies, make_participant, make_person, make_user, make_vertical
from tests.page import Browser, words


@pytest.fixture
def office(app) -> dict[str, int]:
    """A worker with two cases of their own, one that nobody has, one of a colleague, and one out of sight."""
    with app.app_context(), committed(db.session) as session:
        here, elsewhere = make_vertical(session, "HERE", name="Health"), make_vertical(session, "ELSE", name="Housing")
        worker = make_user(session, Role.CASEWORKER, here, name="Ana Worker")
        colleague = make_user(session, Role.CASEWORKER, here, name="Ben Colleague")
        late = make_case(session, here, owner=worker, review_date=clock.today() - dt.timedelta(days=3))
        client = make_person(session, "Zsófia Pipacs", vertical=here)
        session.add(CasePerson(case_id=late.id, person_id=client.id, role="client"))
        facts = {"immediate_danger": Answer.YES, "priority": Priority.HIGH, "needs_triage": True}
        flagged = make_case(session, here, owner=worker, origin=Origin.HELPLINE, **facts)
        session.add(UnmappedCode(case_id=flagged.id, list_name="sex", field="reporter.sex_id", raw="9"))
        nobody = make_case(session, here, origin=Origin.WEBFORM)
        other = make_case(session, here, owner=colleague)
        closed = make_case(session, here, owner=worker, status=Status.CLOSED)
        make_participant(session, other, elsewhere, opted_in=False)
        hidden = make_case(session, elsewhere)
        cases = {"late": late, "flagged": flagged, "nobody": nobody, "other": other, "closed": closed, "hidden": hidden}
        numbers = {name: case.id for name, case in cases.items()}
        return {"worker": worker.id, "colleague": colleague.id, "vertical": here.id, **numbers}


def rows(response) -> list[int]:
    """The numbers of the cases listed, in their order."""
    return [int(number) for number in re.findall(r'<th scope="row">\s*<a href="/app/cases/(\d+)"', _html(response))]


def row(response, number: int) -> str:
    """The words of one row."""
    found = re.search(
        rf'<tr>(?:(?!</tr>).)*?<th scope="row">\s*<a href="/app/cases/{number}".*?</tr>', _html(response), re.S
    )
    return " ".join(re.sub(r"<[^>]+>", " ", found[0]).split())


def link(response, label: str) -> str:
    """The address of the link with these words."""
    for href, content in re.findall(r'<a [^>]*?href="([^"]+)"[^>]*>(.*?)</a>', _html(response), re.S):
        if " ".join(re.sub(r"<[^>]+>", " ", content).split()) == label:
            return href.replace("&amp;", "&")
    raise AssertionError(f"no link {label!r}")


def _html(response) -> str:
    return response.get_data(as_text=True)


def test_it_begins_with_what_is_mine_and_open(worker, office):
    page = worker.get("/app/")
    assert set(rows(page)) == {office["late"], office["flagged"]}
    assert "My cases 2" in words(page)


def test_each_tab_leads_to_its_view_and_counts_it(worker, office):
    page = worker.get("/app/")
    expected = {
        "My cases 2": {"late", "flagged"},
        "Needs me now 2": {"late", "flagged"},
        "Unassigned 1": {"nobody"},
        "Overdue review 1": {"late"},
        "Team cases 4": {"late", "flagged", "nobody", "other"},
        "Awaiting opt-in 1": {"other"},
        "All cases 4": {"late", "flagged", "nobody", "other"},
    }
    for label, names in expected.items():
        assert set(rows(worker.get(link(page, label)))) == {office[name] for name in names}, label
    assert link(page, "Triage 1") == "/app/triage"
    assert "Housing has not opted in, day 1" in row(worker.get("/app/?view=awaiting"), office["other"])


def test_an_auditor_begins_with_all_cases(app, office):
    with app.app_context(), committed(db.session) as session:
        auditor = make_user(session, Role.AUDITOR).id
    assert office["hidden"] in rows(Browser(app, auditor).get("/app/"))


def test_a_row_says_who_why_where_and_when(worker, office):
    page = worker.get("/app/")
    late = row(page, office["late"])
    for said in ("Zsófia Pipacs", "Review overdue by 3 days", "Health", "You", "(late)", "Active"):
        assert said in late
    flagged = row(page, office["flagged"])
    for said in ("No client named", "Immediate danger", "High priority", "Unknown codes", "to be looked at"):
        assert said in flagged


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("status=closed", {"closed"}),
        ("status=closed&status=active", {"late", "flagged", "other", "closed"}),
        ("priority=high", {"flagged"}),
        ("origin=webform&origin=helpline", {"flagged", "nobody"}),
        ("owner=none", {"nobody"}),
        ("q=zsofia", {"late"}),
        ("q=nobody-like-this", set()),
        ("q=zsofia&priority=high", set()),
        ("status=no-such-word&vertical=x&owner=-1&priority=&origin=%00", {"late", "flagged", "nobody", "other"}),
    ],
)
def test_filters_stand_in_the_address(worker, office, query, names):
    page = worker.get(f"/app/?view=all&{query}")
    assert set(rows(page)) == {office[name] for name in names}


def test_filters_by_owner_and_vertical(worker, office):
    assert rows(worker.get(f"/app/?view=all&owner={office['colleague']}")) == [office["other"]]
    assert len(rows(worker.get(f"/app/?view=all&vertical={office['vertical']}"))) == 4
    assert rows(worker.get("/app/?view=all&vertical=999999999999999999")) == []


def test_a_chip_takes_its_filter_away_and_leaves_the_others(worker, office):
    page = worker.get("/app/?view=all&status=active&status=closed&q=zsofia&sort=-reference")
    without = worker.get(link(page, "Remove filter: “zsofia”"))
    assert rows(without) == sorted(rows(without), reverse=True)
    assert set(rows(without)) == {office[name] for name in ("late", "flagged", "other", "closed")}
    cleared = worker.get(link(page, "Remove all filters"))
    assert "Remove filter" not in words(cleared)


def test_what_was_chosen_stands_in_the_form(worker, office):
    html = _html(worker.get(f"/app/?view=all&status=active&owner={office['colleague']}&q=x%22%3Cb%3E"))
    assert re.search(r'name="status" value="active" checked', html)
    assert re.search(rf'<option value="{office["colleague"]}" selected>Ben Colleague', html)
    assert 'value="x&#34;&lt;b&gt;"' in html and "<b>" not in html


def test_the_head_of_a_column_sorts_and_turns_round(worker, office):
    page = worker.get(link(worker.get("/app/?view=all"), "Case"))
    assert rows(page) == sorted(rows(page), reverse=True) and 'aria-sort="descending"' in _html(page)
    page = worker.get(link(page, "Case"))
    assert rows(page) == sorted(rows(page)) and 'aria-sort="ascending"' in _html(page)
    page = worker.get(link(page, "Highest priority first"))
    assert rows(page)[0] == office["flagged"]
    page = worker.get(link(page, "Next date"))
    assert rows(page)[0] == office["late"]


def test_pages_follow_one_another_and_lead_back(app, worker, office):
    with app.app_context(), committed(db.session) as session:
        case = session.get(Case, office["nobody"])
        make_copies(session, case, 120)
    first = worker.get("/app/?view=unassigned&sort=reference")
    second = worker.get(link(first, "Next"))
    third = worker.get(link(second, "Next"))
    seen = rows(first) + rows(second) + rows(third)
    assert (len(rows(first)), len(rows(second)), len(rows(third))) == (50, 50, 21)
    assert seen == sorted(set(seen))
    assert "51–100 of 121" in words(second) and "101–121 of 121" in words(third)
    back = worker.get(link(third, "Previous"))
    assert rows(back) == rows(second) and "51–100 of 121" in words(back)
    assert rows(worker.get(link(back, "Previous"))) == rows(first)


@pytest.mark.parametrize("page", ["x", "AAAA", "W10", "%F0%9F%92%A9", "W1sibnVtYmVyIiwxXSwxLDksMCwwXQ"])
def test_an_address_that_leads_nowhere_leads_to_the_first_page(worker, page):
    answer = worker.get(f"/app/?view=all&q=zsofia&page={page}", expect=303)
    assert answer.headers["Location"] == "/app/?view=all&q=zsofia"


def test_htmx_gets_the_same_list_without_the_page_around_it(worker, office):
    whole = worker.get("/app/?view=all")
    part = worker.get("/app/?view=all", headers={"HX-Request": "true"})
    assert rows(part) == rows(whole)
    assert "<html" not in _html(part) and _html(part).count('id="worklist-results"') == 1
    assert "<title>All cases (4)" in _html(part)


def test_each_link_of_the_list_works_without_script_as_with_it(worker, office):
    html = _html(worker.get("/app/?view=all&status=active&sort=reference"))
    for tag in re.findall(r"<a [^>]*hx-get[^>]*>", html):
        href, hx_get = re.search(r'href="([^"]*)"', tag)[1], re.search(r'hx-get="([^"]*)"', tag)[1]
        assert href == hx_get
        assert 'hx-target="#worklist-results"' in tag and 'hx-push-url="true"' in tag


def test_an_empty_list_says_what_to_do(app, worker, office):
    with app.app_context(), committed(db.session) as session:
        newcomer = make_user(session, Role.AGENT, make_vertical(session)).id
    page = Browser(app, newcomer).get("/app/")
    assert "You have no open cases" in words(page)
    assert link(page, "Show unassigned cases") and link(page, "New contact")
    filtered = worker.get("/app/?q=nobody-like-this")
    assert "No case matches these filters" in words(filtered) and link(filtered, "Remove all filters")


def test_a_name_is_text_and_never_markup(app, worker, office):
    with app.app_context(), committed(db.session) as session:
        person = make_person(session, "<script>alert(1)</script> & Co")
        session.get(Case, office["flagged"]).subject_person_id = person.id
    html = _html(worker.get("/app/"))
    assert "<script>alert(1)" not in html and "&lt;script&gt;alert(1)&lt;/script&gt; &amp; Co" in html
