"""Filters among the words of a search: any text can be read, and what is found is what they say, in any order."""

import datetime as dt
import itertools
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from portal.core import clock, filter_meaning, lookup, search_filters
from portal.core.filter_meaning import Trouble
from portal.core.models import Case, CasePerson, Consent, CorrespondenceCase, CorrespondenceField, User
from portal.core.search_filters import Filter, Name
from portal.core.vocabulary import Role, Status
from tests.factories import actor_of, committed, make_case, make_consent, make_person, make_user, make_vertical

ZONE = ZoneInfo("Africa/Nairobi")
TEXTS = st.text(max_size=60) | st.text(alphabet='ab :="/-\tñ', max_size=40)
FILTERS = st.builds(
    Filter,
    st.sampled_from([*Name, "colour"]),
    st.text(alphabet="abc=0:/. -é", max_size=12).map(lambda s: " ".join(s.split())),
).filter(lambda each: each.name in list(Name) or (each.value and not each.value.startswith("/")))


@given(TEXTS)
def test_any_text_can_be_read_and_what_was_read_is_read_again_as_the_same(text):
    typed = search_filters.read(text)
    assert search_filters.read(str(typed)) == typed
    assert {*typed.words.replace('"', "")} <= {*text, " "}, "no sign is invented"


@given(st.text(alphabet="abc ", max_size=20), st.lists(FILTERS, max_size=5, unique=True), st.randoms())
def test_filters_are_taken_out_wherever_they_stand(words, filters, dice):
    parts = [*words.split(), *map(str, filters)]
    dice.shuffle(parts)
    typed = search_filters.read(" ".join(parts))
    assert sorted(typed.words.split()) == sorted(words.split())
    assert set(typed.filters) == set(filters)
    for each in filters:
        assert set(typed.without(each).filters) == set(filters) - {each}


@pytest.mark.parametrize(
    ("text", "words", "filters"),
    [
        ('school status:active "blue door"', 'school "blue door"', ["status:active"]),
        ('OWNER:"Amina Otieno" river', "river", ['owner:"Amina Otieno"']),
        ('field:colour="dark red"', "", ['field:"colour=dark red"']),
        ('"status:active"', '"status:active"', []),
        ("at 10:30 see https://example.org note: she said", "at 10:30 see https://example.org note: she said", []),
        ("status:", "", ["status:"]),
        ('owner:me "never closed status:draft', '"never closed status:draft', ["owner:me"]),
    ],
)
def test_what_is_a_filter_and_what_are_words(text, words, filters):
    typed = search_filters.read(text)
    assert (typed.words, list(map(str, typed.filters))) == (words, filters)


@pytest.fixture
def office(session) -> dict[str, int]:
    """Cases of two verticals, owned and not, of several days and states, with people and fields of senders."""
    with committed(session):
        health, care = make_vertical(session, "HEALTH"), make_vertical(session, "CARE", consent=True)
        hidden = make_vertical(session, "HIDDEN")
        worker = make_user(session, Role.CASEWORKER, health, care, name="Amina Otieno")
        colleague = make_user(session, Role.CASEWORKER, health, name="Zoë Kiprop")
        caller = make_person(session, "Zsófia Pipacs", vertical=health, phone="+254711222333")
        withdrawn = make_person(session, "Amal Halabi", vertical=care, verified=True)
        consent = make_consent(session, withdrawn, care)
        cases = {
            "mine": make_case(session, health, owner=worker, narrative="By the river."),
            "theirs": make_case(session, health, owner=colleague, narrative="By the river, too."),
            "nobodys": make_case(session, health, status=Status.CLOSED, narrative="The river rose."),
            "care": make_case(session, care, status=Status.ACTIVE, narrative="A boat on the river.", owner=worker),
            "closed": make_case(session, care, subject=withdrawn, status=Status.ACTIVE, narrative="Across the river."),
            "hidden": make_case(session, hidden, narrative="The river again."),
        }
        session.add(CasePerson(case_id=cases["theirs"].id, person_id=caller.id, role="client"))
        for number, name in enumerate(("mine", "theirs", "closed", "hidden")):
            _sent(session, cases[name], f"uid-{number}", {"customerType": "Premium", "level": str(number)})
        for name, moment in (
            ("mine", "2026-03-01T20:59"),
            ("theirs", "2026-03-01T21:00"),
            ("care", "2026-03-02T20:59"),
        ):
            at = dt.datetime.fromisoformat(f"{moment}+00:00")
            session.execute(
                sa.update(Case.__table__).where(Case.__table__.c.id == cases[name].id).values(last_actioned_at=at)
            )
        session.get(Consent, consent.id).withdrawn_at = clock.now()
        return {"worker": worker.id, **{name: case.id for name, case in cases.items()}}


def _sent(session, case, uid, fields):
    said = {
        "organisation_id": case.organisation_id,
        "case_uid": uid,
        "case_id": case.id,
        "source": "desk",
        "subject": "s",
    }
    times = dict.fromkeys(("external_created", "external_updated"), clock.now())
    rows = [CorrespondenceField(name=name, value=value) for name, value in fields.items()]
    session.add(CorrespondenceCase(**said, **times, fields=rows))


@pytest.fixture
def look(session, office):
    """``look(text)``: the names of the cases that are found, and what was not understood."""
    names = {number: name for name, number in office.items() if name != "worker"}

    def found(text: str) -> tuple[set[str], list[Trouble]]:
        actor = actor_of(session, session.get(User, office["worker"]))
        typed = search_filters.read(text)
        meaning = filter_meaning.understand(session, actor, typed.filters, ZONE)
        if meaning.problems:
            return set(), [problem.trouble for problem in meaning.problems]
        hits = lookup.everywhere(session, actor, typed.words, wanted=meaning.wanted)
        return {names[hit.case.id] for hit in hits.cases}, []

    return found


MEANT = {
    "status:closed": {"nobodys"},
    "status:ACTIVE status:closed": {"mine", "theirs", "nobodys", "care", "closed"},
    "owner:me": {"mine", "care"},
    "owner:none": {"nobodys", "closed"},
    "owner:me owner:nobody": {"mine", "care", "nobodys", "closed"},
    "owner:zoe": {"theirs"},
    'owner:"otieno amina"': {"mine", "care"},
    "vertical:health": {"mine", "theirs", "nobodys"},
    "from:2026-03-02 to:2026-03-02": {"theirs", "care"},
    "to:1.3.2026": {"mine"},
    "phone:0711222333": {"theirs"},
    "field:customertype=premium": {"mine", "theirs"},
    "field:customerType=premium field:level=1": {"theirs"},
    "field:level=0 field:level=1": {"mine", "theirs"},
    "field:level=prem": set(),
}


def test_each_filter_holds_what_it_says_alone_and_with_words_and_shows_nothing_that_is_not_to_be_seen(look, office):
    for text, expected in MEANT.items():
        assert look(text) == (expected, []), text
        readable = expected - {"closed"}  # what was told in it is not to be read since consent was withdrawn
        assert look(f"{text} river") == (readable, []), f"{text} with a word"
        assert look(f"{text} nowhere") == (set(), [])
    assert look(f"ref:{office['mine']}") == ({"mine"}, [])
    assert look(f"ref:{office['hidden']}") == look("phone:0799000000") == (set(), [])


@pytest.mark.slow
def test_filters_narrow_one_another_in_any_order(look):
    texts = ["status:active", "owner:me", "from:2026-03-02", "field:level=0", "vertical:HEALTH", "river"]
    alone = {text: look(text)[0] for text in texts}
    for chosen in itertools.combinations(texts, 3):
        orders = (chosen, chosen[::-1], (chosen[1], chosen[2], chosen[0]))
        found = {frozenset(look(" ".join(order))[0]) for order in orders}
        assert found == {frozenset(set.intersection(*[alone[text] for text in chosen]))}, chosen


def test_of_many_cases_the_newest_texts_are_sifted_and_the_same_is_found(look, monkeypatch):
    whole = [look(f"{text} river") for text in MEANT]
    monkeypatch.setattr(lookup, "_FEW", 0)
    assert [look(f"{text} river") for text in MEANT] == whole


TROUBLES = [
    ("colour:red", Trouble.NO_FILTER),
    ("status:", Trouble.EMPTY),
    ("status:open", Trouble.STATUS),
    ("owner:nobodyhere", Trouble.OWNER),
    ("vertical:moon", Trouble.VERTICAL),
    ("ref:river", Trouble.REFERENCE),
    ("phone:1234", Trouble.PHONE),
    ("from:2026-02-30", Trouble.DATE),
    ("to:soon", Trouble.DATE),
    ("field:level", Trouble.FIELD),
    ("field:=1", Trouble.FIELD),
    ("from:2026-03-02 to:2026-03-01", Trouble.ORDER),
    (" ".join(f"ref:{number}" for number in range(1, 22)), Trouble.MANY),
]


def test_what_cannot_be_followed_is_told(look):
    for text, trouble in TROUBLES:
        assert look(f"river {text}") == (set(), [trouble]), text
