"""The score of two records: the same whichever comes first, and by what people share however they tell it."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core import blocking
from portal.core.matching import AGREEMENTS, THRESHOLD, Record, score
from portal.core.people import fold

BORN = dt.date(1984, 5, 11)
words = st.text("abcdeijkmnorstuw", min_size=1, max_size=8)
names = st.lists(words, max_size=4).map(tuple)
dates = st.none() | st.dates(dt.date(1984, 1, 1), dt.date(1985, 12, 31))
numbers = st.frozensets(
    st.tuples(st.sampled_from(["", "passport"]), st.text("0123", min_size=4, max_size=8)), max_size=2
)
digests = st.frozensets(st.sampled_from("pqr"), max_size=2)
records = st.builds(
    Record,
    names=names,
    dob=dates,
    birth_year=st.none() | st.integers(1980, 1990),
    sex=st.sampled_from([None, "male", "female"]),
    phones=digests,
    phone_endings=digests,
    emails=digests,
    identifiers=numbers,
    address=st.lists(st.sampled_from(["12", "mill", "milll", "road", "kisumu", "kisumo", "40100"]), max_size=6).map(
        tuple
    ),
)


@given(records, records, st.dictionaries(words, st.floats(0.0001, 1), max_size=3))
def test_it_is_the_same_from_either_side(one, other, frequency):
    assert score(one, other, frequency) == score(other, one, frequency)


@given(records, records)
def test_every_agreement_has_a_word_that_is_listed(one, other):
    assert all(reason.word in AGREEMENTS[field] for field, reason in score(one, other, {}).fields.items())


@given(st.text(max_size=80), st.text(max_size=80))
def test_whatever_is_told_for_a_name_or_a_place_can_be_compared(one, other):
    told = [Record(names=tuple(fold(text).split()), address=tuple(fold(text).split())) for text in (one, other)]
    assert all(key.partition(":")[2] for record in told for key in blocking.keys(record))
    assert score(*told, {}) == score(*reversed(told), {})


@given(records, st.randoms(use_true_random=False))
def test_names_in_any_order_are_worth_the_same(record, random):
    turned = list(record.names)
    random.shuffle(turned)
    other = Record(names=tuple(turned))
    mine = Record(names=record.names)
    assert score(mine, other, {}).points == score(mine, mine, {}).points
    assert blocking.keys(mine) == blocking.keys(other)


@given(records)
def test_points_are_the_sum_of_the_reasons(record):
    found = score(record, record, {})
    assert found.points == sum(reason.points for reason in found.fields.values())


@pytest.mark.parametrize(
    ("one", "other", "word"),
    [
        ("amina kamau", "amina kamau", "same"),
        ("amina kamau", "kamau amina", "other_order"),
        ("amina kamau", "amina kamua", "spelling"),
        ("mohamed farah", "farah muhammad", "sound"),
        ("catherine njeri", "katherine njeri", "spelling"),
        ("wanjiru odhiambo", "wanjirus odhimabo", "spelling"),
        ("amina kamau", "a kamau", "initial"),
        ("amina wanjiru kamau", "kamau amina", "same"),
        ("el khatib omar", "elkhatib omar", "same"),
        ("amina kamau", "grace kamau", "part"),
        ("amina kamau", "grace otieno", "different"),
    ],
)
def test_names_agree_by_order_spelling_sound_and_part(one, other, word):
    found = score(Record(names=tuple(one.split())), Record(names=tuple(other.split())), {})
    assert found.fields["name"].word == word


def test_a_rare_name_alone_is_shown_and_a_common_one_is_not():
    record = Record(names=("wanjiru", "quillfeather"))
    assert score(record, record, {"wanjiru": 0.01, "quillfeather": 0.0001}).is_likely
    common = Record(names=("mary", "wanjiru"))
    assert not score(common, common, {"mary": 0.03, "wanjiru": 0.02}).is_likely


@pytest.mark.parametrize(
    ("other", "word"),
    [
        (BORN, "same"),
        (dt.date(1984, 11, 5), "day_and_month_swapped"),
        (dt.date(1984, 5, 12), "one_digit"),
        (dt.date(1948, 5, 11), "one_digit"),  # two neighbouring digits the other way round are one slip
        (dt.date(1984, 9, 30), "same_year"),
        (dt.date(1951, 9, 30), "different"),
    ],
)
def test_dates_of_birth_agree_by_slips_of_the_pen(other, word):
    assert score(Record(dob=BORN), Record(dob=other), {}).fields["date_of_birth"].word == word


def test_a_first_of_january_shared_is_worth_less_for_it_is_told_where_the_year_alone_is_known():
    new_year, another = Record(dob=dt.date(1984, 1, 1)), Record(dob=BORN)
    assert score(new_year, new_year, {}).fields["date_of_birth"].word == "same_new_year"
    assert score(new_year, new_year, {}).points < score(another, another, {}).points


def test_an_age_told_speaks_where_no_date_is_known():
    assert score(Record(dob=BORN), Record(birth_year=1985), {}).fields["date_of_birth"].word == "same_age"
    assert score(Record(birth_year=1960), Record(birth_year=1985), {}).points < 0


def test_a_shared_phone_alone_makes_nobody_the_same_whatever_else_a_home_shares():
    home = {
        "phones": frozenset("p"),
        "phone_endings": frozenset("p"),
        "address": ("12", "mill", "lane", "kisumu", "40100"),
    }
    assert not score(Record(**home), Record(**home), {}).is_likely
    mother, child = Record(names=("grace", "kamau"), **home), Record(names=("amina", "kamau"), **home)
    assert not score(mother, child, {}).is_likely


@given(records, records)
def test_one_identity_number_claimed_twice_is_always_shown(one, other):
    number = frozenset({("national_id", "a1234567")})
    claimed = [Record(**{**vars(record), "identifiers": record.identifiers | number}) for record in (one, other)]
    assert score(*claimed, {}).points >= THRESHOLD
    assert not blocking.keys(claimed[0]).isdisjoint(blocking.keys(claimed[1]))


@pytest.mark.parametrize(
    "other",
    [
        Record(names=("kamau", "ameena"), dob=BORN),
        Record(names=("amina", "kamau")),
        Record(names=("grace",), dob=dt.date(1984, 11, 5)),
        Record(names=("amina",), birth_year=1984),
        Record(phone_endings=frozenset("p")),
        Record(address=("12", "kisumu")),
    ],
)
def test_who_may_be_the_same_shares_a_key(other):
    amina = Record(
        names=("amina", "kamau"), dob=BORN, phone_endings=frozenset("p"), address=("12", "mill", "lane", "kisumu")
    )
    assert not blocking.keys(amina).isdisjoint(blocking.keys(other))
