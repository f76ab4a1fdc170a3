"""Reading JSON: strictly what it says it is, and nothing that a database could not keep."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.api.bodies import NotJson, read_json
from portal.core.idempotency import canonical

NOT_JSON = [
    b"",
    b"{",
    b"{'a': 1}",
    b'{"a": 1,}',
    b'{"a": 1} # comment',
    b'{"a": NaN}',
    b"[Infinity]",
    b'{"a": "\xff"}',
    '{"a": "é"}'.encode("latin-1"),
    '{"a": 1}'.encode("utf-16"),
    b"[" * 100_000,
    b"[" * 100 + b"]" * 100,
    b"1" * 10_000,
]


@pytest.mark.parametrize("data", NOT_JSON, ids=range(len(NOT_JSON)))
def test_what_is_not_json_is_refused(data):
    with pytest.raises(NotJson):
        read_json(data)


def test_what_no_database_can_keep_is_replaced():
    assert read_json(rb'{"a\u0000": ["x\u0000y", "\ud83d\ude00", "\ud800!", "\udc00"]}') == {
        "a\ufffd": ["x\ufffdy", "\U0001f600", "\ufffd!", "\ufffd"]
    }


def test_a_mark_of_byte_order_is_no_fault():
    assert read_json(b'\xef\xbb\xbf{"a": 1}') == {"a": 1}


def test_brackets_inside_of_text_are_not_depth():
    assert read_json(b'["' + b"[" * 1000 + b'"]') == ["[" * 1000]


@given(st.binary(max_size=200))
def test_any_bytes_are_json_or_are_not(data):
    try:
        read_json(data)
    except NotJson:
        return


texts = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"))
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=20,
)


@given(values)
def test_one_value_has_one_spelling(value):
    text = canonical(value)
    assert canonical(read_json(text.encode())) == text
