"""People who may be one, in the browser: the queue, two records side by side, joining them and taking them apart."""

import datetime as dt
import re

import pytest
import sqlalchemy as sa

from portal.core import matching, person_merging
from portal.core.models import AuditEvent, Person, PersonMerge, PersonPair, User, Vertical
from portal.core.vocabulary import PairState, Role
from portal.extensions import db
from portal.web.people_pairs import words as pair_words
from tests.factories import actor_of, committed, make_case, make_person, make_user, make_vertical
from tests.page import words
from tests.statements import counted

QUEUE = "/app/people/pairs"
BORN = dt.date(1988, 3, 14)


@pytest.fixture
def office(app) -> dict[str, int]:
    """Two services with their staff; of one a person who was registered twice, and somebody else."""
    with app.app_context(), committed(db.session) as session:
        care, health = make_vertical(session, "CARE"), make_vertical(session, "HEALTH")
        first = make_person(session, "Amina Testperson", vertical=care, dob=BORN, phone="+254711222333", sex="female")
        again = make_person(session, "Amina Testpersson", vertical=care, dob=BORN, phone="+254711222333", sex="female")
        make_case(session, care, subject=again)
        return {
            "care": care.id,
            "health": health.id,
            "first": first.id,
            "again": again.id,
            "unlike": make_person(session, "Ruth Elsewise", vertical=care).id,
            "agent": make_user(session, Role.AGENT, care).id,
            "worker": make_user(session, Role.CASEWORKER, care, name="Jo Worker").id,
            "other": make_user(session, Role.CASEWORKER, care, name="Kim Other").id,
            "stranger": make_user(session, Role.SUPERVISOR, health).id,
            "admin": make_user(session, Role.ADMINISTRATOR).id,
        }


@pytest.fixture
def pair(app, office) -> str:
    """The address of the pair that was found when the second record was written."""
    with app.app_context():
        return f"{QUEUE}/{db.session.scalars(sa.select(PersonPair.id)).one()}"


def joining(office, one: str = "first", other: str = "again") -> str:
    return f"/app/people/{office[one]}/same/{office[other]}/join"


def versions(app, office, keep: str = "first", joins: str = "again") -> dict[str, object]:
    """What the form carries of the two records as they are now."""
    with app.app_context():
        one, other = (db.session.get(Person, office[name]) for name in (keep, joins))
        return {"leads": one.id, "version": one.version_id, "other_version": other.version_id}


def join(app, office, browser, **more):
    form = {**versions(app, office), "reason": "Same phone, born the same day", **more}
    return browser.post(joining(office), form)


def kept(app, model, **which):
    with app.app_context():
        return db.session.scalars(sa.select(model).filter_by(**which)).one()


def make_pairs(app, office, scores) -> None:
    """Pairs of people without names, who are nobody's doubles by themselves."""
    with app.app_context(), committed(db.session) as session:
        vertical = session.get(Vertical, office["care"])
        for score in scores:
            low, high = (make_person(session, "", vertical=vertical) for _ in range(2))
            explanation = {"phone": {"agreement": "same", "points": score}}
            session.add(PersonPair(low_id=low.id, high_id=high.id, score=score, explanation=explanation))


def test_the_people_page_leads_to_the_queue_and_says_how_many_wait(worker, pair):
    page = worker.get("/app/people")
    assert f'href="{QUEUE}"' in page.text
    assert "May be the same person (1)" in words(page)


def test_the_queue_says_in_words_how_likely_and_why(worker, pair):
    page = words(worker.get(QUEUE))
    assert "Amina Testperson, born" in page and "Amina Testpersson, born" in page
    assert "Very likely one person" in page
    assert re.search("same date of birth, .*name spelt almost alike", page)
    assert f'href="{pair}"' in worker.get(QUEUE).text


def test_the_queue_is_filtered_by_how_likely_they_are_and_has_the_likeliest_first(app, office, worker):
    make_pairs(app, office, [150, 500, 250])
    found = re.findall("(Very likely|Likely|Possibly) one person", words(worker.get(QUEUE)).split("What differs")[1])
    assert found == ["Very likely", "Very likely", "Likely", "Possibly"]
    for band, shown in (("very", 2), ("likely", 1), ("possible", 1), ("nonsense", 4)):
        page = worker.get(f"{QUEUE}?score={band}").text
        assert len(set(re.findall(rf'href="{QUEUE}/(\d+)"', page))) == shown, band
    assert "Remove filter:" in worker.get(f"{QUEUE}?score=very").text


def test_the_pages_of_the_queue_go_on_where_the_last_one_ended(app, office, worker):
    make_pairs(app, office, range(200, 230))
    first = worker.get(QUEUE)
    assert "1–25" in words(first) and first.text.count(f'href="{QUEUE}/') == 25
    onward = re.search(r'rel="next" href="([^"]+)"', first.text)[1].replace("&amp;", "&")
    second = worker.get(onward)
    assert "26–31" in words(second)
    shown = [set(re.findall(rf'href="{QUEUE}/(\d+)"', page.text)) for page in (first, second)]
    assert not shown[0] & shown[1]
    assert worker.get(f"{QUEUE}?page=nonsense", expect=303).headers["Location"] == QUEUE


def test_a_pair_is_there_only_for_who_may_see_both_people(app, office, browser_as, pair):
    stranger = browser_as(office["stranger"])
    assert "Nothing waits for an answer" in words(stranger.get(QUEUE))
    with app.app_context(), committed(db.session) as session:
        session.get(Person, office["again"]).registered_vertical_id = office["health"]
    for path in (pair, f"/app/people/{office['again']}/same/{office['first']}"):
        stranger.get(path, expect=404)
    assert "Amina" not in words(stranger.get(f"/app/people/{office['again']}")).split("Possible duplicates")[1]


def test_two_records_stand_side_by_side_with_what_agrees_in_words(app, office, worker, pair):
    page = words(worker.get(pair))
    assert "One person or two?" in page
    assert re.search("Name Amina Testperson Amina Testpersson Spelt almost alike speaks strongly for", page)
    assert re.search("Born or age born .* born .* Same speaks strongly for one person", page)
    assert re.search("Sex female female Same says little", page)
    assert re.search(r"Cases that you see None 1 case", page)
    assert kept(app, AuditEvent, action="person.compare").details["people"] == [office["first"], office["again"]]


def test_who_may_not_decide_is_told_who_can(office, browser_as, pair):
    agent = browser_as(office["agent"])
    page = agent.get(pair)
    assert "You cannot answer this Who can: a caseworker, a supervisor or an administrator" in words(page)
    assert "Which record leads?" not in page.text
    panel = words(agent.get(f"/app/people/{office['first']}")).split("Possible duplicates: 1")[1]
    assert "Records are joined and taken apart by a caseworker, a supervisor or an administrator." in panel
    assert "Find another record" not in panel
    agent.post(f"{pair}/different", {"reason": "They are sisters"}, expect=403)
    agent.get(joining(office), expect=403)


def test_every_way_in_which_records_agree_is_put_into_words():
    known = {(name, word) for name, told in matching.AGREEMENTS.items() for word in told}
    assert known <= {(name, word) for name, told in pair_words.AGREEMENTS.items() for word in told}
    assert matching.AGREEMENTS.keys() == pair_words.FIELDS.keys()


def test_two_people_are_remembered_with_the_reason_and_can_be_asked_about_again(app, office, worker, pair):
    assert "Say why." in words(worker.post(f"{pair}/different", {"reason": "  "}, expect=422))
    after = worker.follow(worker.post(f"{pair}/different", {"reason": "They are sisters"}))
    assert "They are two people. This is remembered, and not asked again." in words(after)
    assert "Nothing waits for an answer" in words(after)
    assert "“ They are sisters ”" in words(worker.get(f"{QUEUE}?state=different"))
    page = words(worker.get(pair))
    assert "Answer Two people Why They are sisters Answered" in page and "Jo Worker" in page
    assert "Ask again" in page and "Which record leads?" not in page
    again = worker.follow(worker.post(f"{pair}/ask-again"))
    assert "The question waits for an answer again." in words(again)
    assert kept(app, PersonPair).state is PairState.OPEN


def test_who_answers_second_is_told_and_keeps_what_was_typed(office, worker, browser_as, pair):
    browser_as(office["other"]).post(f"{pair}/different", {"reason": "They are sisters"})
    page = words(worker.post(f"{pair}/different", {"reason": "Two villages"}, expect=409))
    assert "Nothing was changed This pair was decided already." in page
    assert "What you wrote, which was not recorded: Two villages" in page
    assert "They are sisters" in page
    worker.post(f"{pair}/ask-again")
    assert "was not said to be two people" in words(worker.post(f"{pair}/ask-again", expect=409))


def test_a_merge_is_previewed_either_way_round_before_it_is_confirmed(app, office, worker):
    page = words(worker.get(joining(office)))
    assert re.search("“Amina Testperson, born .*” leads, “Amina Testpersson, born .*” joins it", page)
    assert "This is a preview. Nothing has changed yet." in page
    assert re.search("Cases that you see 0 1 1", page) and re.search("Ways to reach them 1 1 2", page)
    turned = words(worker.get(f"{joining(office)}?leads={office['again']}"))
    assert re.search("“Amina Testpersson, born .*” leads, “Amina Testperson, born .*” joins it", turned)
    assert re.search("Cases that you see 1 0 1", turned)
    assert kept(app, Person, id=office["again"]).root_id is None


def test_the_same_person_is_joined_and_found_under_the_record_that_leads(app, office, worker, pair):
    form = {**versions(app, office), "reason": " "}
    refused = worker.post(joining(office), form, expect=422)
    assert "Say why." in words(refused) and "Error:" in refused.text
    page = worker.follow(join(app, office, worker))
    assert "The records are one person now, led by Amina Testperson. This can be undone." in words(page)
    assert f"record {office['again']}, joined" in words(page)
    assert "Possible duplicates: 0" in words(page)
    assert words(page).count("Hidden, ends in 333") >= 2, "the ways to reach them are those of both records"
    assert "Nothing waits for an answer" in words(worker.get(QUEUE))
    led = worker.get(f"/app/people/{office['again']}", expect=303)
    assert led.headers["Location"] == f"/app/people/{office['first']}"
    said = words(worker.follow(led))
    assert f"Amina Testpersson (record {office['again']}) was joined with this record." in said
    assert "The records are joined." in words(worker.get(pair))
    assert "Same phone, born the same day" in words(worker.get(f"{QUEUE}?state=same"))


def test_who_was_found_is_shown_with_the_other_names_they_are_recorded_under(app, office, worker):
    join(app, office, worker)
    for path in ("/app/people?q=testpersson", "/app/search?q=testpersson", "/app/intake/search?q=testpersson"):
        page = words(worker.get(path))
        assert "Amina Testperson " in page and "also recorded as Amina Testpersson" in page, path


def test_records_that_joined_are_shown_beside_one_another_and_taken_apart(app, office, worker):
    join(app, office, worker)
    for number in (office["first"], office["again"]):
        page = words(worker.get(f"/app/people/{number}/records"))
        assert "Amina Testpersson" in page and "“ Same phone, born the same day ”" in page and "Jo Worker" in page
    apart = f"/app/people/{office['again']}/apart"
    assert "Take the records apart?" in words(worker.get(apart))
    refused = worker.post(apart, {"reason": "", "answer": "again"}, expect=422)
    assert "Say why." in words(refused)
    assert re.search(r'<input[^>]*checked[^>]*value="again"', refused.text)
    page = worker.follow(worker.post(apart, {"reason": "They are sisters", "answer": "different"}))
    assert "Amina Testpersson stands for itself again, as it was before." in words(page)
    found = kept(app, PersonPair)
    assert (found.state, found.reason) == (PairState.DIFFERENT, "They are sisters")
    assert "This record is not joined to another." in words(worker.get(apart, expect=409))
    assert "not possible now" in words(worker.post(apart, {"reason": "Once more", "answer": "again"}, expect=409))


def test_taken_apart_without_an_answer_the_question_waits_again(app, office, worker, pair):
    join(app, office, worker)
    worker.post(f"/app/people/{office['again']}/apart", {"reason": "Too early to say", "answer": "again"})
    assert f'href="{pair}"' in worker.get(QUEUE).text


def test_a_record_that_changed_meanwhile_is_compared_again_and_nothing_typed_is_lost(app, office, worker):
    form = {**versions(app, office), "reason": "Same phone"}
    with app.app_context(), committed(db.session) as session:
        session.get(Person, office["again"]).full_name = "Amina Otherwise"
    page = worker.post(joining(office), form, expect=409)
    assert "The records were not joined One of the records was changed since it was compared." in words(page)
    assert ">\r\nSame phone</textarea>" in page.text or ">Same phone</textarea>" in page.text
    assert "Amina Otherwise" in words(page)
    fields = dict(re.findall(r'name="(version|other_version|leads)"[^>]*value="(\d+)"', page.text))
    worker.post(joining(office), {**fields, "reason": "Same phone"})
    assert kept(app, Person, id=office["again"]).root_id == office["first"]


def test_what_stands_against_a_merge_is_said_instead_of_the_form(app, office, worker, pair):
    worker.post(f"{pair}/different", {"reason": "They are sisters"})
    page = words(worker.get(joining(office)))
    assert "This is not possible It was decided that these are two people. Put the question again first." in page
    assert "Join the records" not in page
    form = {**versions(app, office), "reason": "Same phone"}
    assert "It was decided that these are two people." in words(worker.post(joining(office), form, expect=409))
    assert "This is one record, not two." in words(worker.get(joining(office, other="first")))


def test_records_that_no_pair_names_are_found_compared_and_joined(app, office, worker, pair):
    choose = f"/app/people/{office['first']}/same"
    assert f'href="{choose}"' in worker.get(f"/app/people/{office['first']}").text
    page = worker.get(choose)
    assert "Look alike 1" in words(page) and f'href="{pair}"' in page.text
    assert "No other record was found" in words(worker.get(f"{choose}?q=nobodyhere"))
    found = worker.get(f"{choose}?q=ruth")
    compare = f"{choose}/{office['unlike']}"
    assert f'href="{compare}"' in found.text
    page = words(worker.get(compare))
    assert "Nothing was found by itself; somebody asked." in page
    assert "Name Amina Testperson Ruth Elsewise Different speaks against it" in page
    assert "Two people" not in page, "there is nothing to remember of two whom nobody took for one"
    alone = worker.get(f"{choose}/{office['first']}", expect=303)
    assert alone.headers["Location"] == choose, "of one record the other is asked for"
    form = {**versions(app, office, joins="unlike"), "reason": "She goes by both names"}
    worker.post(joining(office, other="unlike"), form)
    assert kept(app, Person, id=office["unlike"]).root_id == office["first"]
    led = worker.get(f"{choose}/{office['again']}", expect=303)
    assert led.headers["Location"] == pair


def test_a_record_whose_leader_is_out_of_sight_keeps_its_own_page(app, office, browser_as, worker):
    with app.app_context(), committed(db.session) as session:
        session.get(Person, office["first"]).registered_vertical_id = office["health"]
    with app.app_context():
        admin = actor_of(db.session, db.session.get(User, office["admin"]))
        with committed(db.session) as session:
            keep, joins = (session.get(Person, office[name]) for name in ("first", "again"))
            person_merging.merge(session, admin, keep, joins, reason="The same")
    page = words(worker.get(f"/app/people/{office['again']}"))
    assert "Amina Testpersson" in page and "Amina Testperson," not in page
    assert "You see one record of this person." in words(worker.get(f"/app/people/{office['again']}/records"))
    form = {"reason": "They are sisters", "answer": "different"}
    worker.post(f"/app/people/{office['again']}/apart", form, expect=404)
    assert kept(app, PersonMerge).undone_at is None


def test_the_statements_of_the_queue_and_of_a_person_do_not_grow_with_their_rows(app, office, worker, pair):
    paths = QUEUE, f"/app/people/{office['first']}", "/app/people", f"/app/people/{office['first']}/records"

    def cost(path: str) -> int:
        with counted(app) as statements:
            worker.get(path)
        return sum(statement.startswith("SELECT") for statement in statements)

    before = [cost(path) for path in paths]
    make_pairs(app, office, range(200, 210))
    with app.app_context(), committed(db.session) as session:
        for number in range(3):
            high = make_person(session, "", vertical=session.get(Vertical, office["care"])).id
            session.add(PersonPair(low_id=office["first"], high_id=high, score=400 + number))
    assert [cost(path) for path in paths] == before
