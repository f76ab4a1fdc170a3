"""Cursors say where a page ended, and a forged one is refused as an address that leads nowhere, never as a fault."""

import base64
import datetime as dt
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core import paging
from portal.core.errors import InvalidInput
from portal.core.paging import Cursor


@pytest.fixture
def engine_name() -> str:
    """Nothing here asks a database."""
    return "sqlite"


MOMENTS = st.datetimes(timezones=st.just(dt.UTC)).filter(lambda moment: 1 < moment.year < 9999)
TEXTS = st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40)
KEYS = MOMENTS | st.dates() | st.integers(0, 2**63 - 1) | TEXTS
PLAIN = st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=9)


@given(KEYS, st.integers(0, 2**63 - 1), st.integers(0, 9), st.booleans(), st.integers(0, 10**6))
def test_what_was_written_is_read_again(key, number, part, before, rows):
    cursor = Cursor(key, number, part, before, rows)
    assert paging.decode(paging.encode(cursor)) == cursor


@given(st.text(max_size=120))
def test_any_other_text_is_refused(text):
    try:
        paging.decode(text)
    except InvalidInput as refusal:
        assert refusal.target == "cursor"


@given(st.recursive(PLAIN, st.lists, max_leaves=8))
def test_any_other_json_is_refused(content):
    text = base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")
    with pytest.raises(InvalidInput):
        paging.decode(text)


@pytest.mark.parametrize(
    "content",
    [
        [["number", 1], -1, 0, 0, 0],
        [["number", 2**63], 1, 0, 0, 0],
        [["number", True], 1, 0, 0, 0],
        [["moment", "2026-01-01T00:00:00"], 1, 0, 0, 0],
        [["moment", "9999-12-31T23:59:59-12:00"], 1, 0, 0, 0],
        [["date", "2026-02-30"], 1, 0, 0, 0],
        [["text", "a\x00b"], 1, 0, 0, 0],
        [["text", "\ud800"], 1, 0, 0, 0],
        [["name", "Amina"], 1, 0, 0, 0],
        [["number", 1], 1, 0, 0],
    ],
)
def test_what_no_list_could_have_written_is_refused(content):
    text = base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")
    with pytest.raises(InvalidInput):
        paging.decode(text)


def test_an_endless_cursor_is_not_even_read():
    with pytest.raises(InvalidInput):
        paging.decode("A" * 100_000)
