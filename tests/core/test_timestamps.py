"""Moments by RFC 3339, to its grammar."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core import timestamps

TAKEN = [
    ("2024-01-15T10:00:00Z", "2024-01-15T10:00:00Z"),
    ("2024-01-15t10:00:00z", "2024-01-15T10:00:00Z"),
    ("2013-12-12T05:35Z", "2013-12-12T05:35:00Z"),
    ("2013-12-12T05:35+02:00", "2013-12-12T03:35:00Z"),
    ("2024-01-15T10:00:00+05:30", "2024-01-15T04:30:00Z"),
    ("2024-01-15T10:00:00-08:00", "2024-01-15T18:00:00Z"),
    ("2024-01-15T10:00:00-00:00", "2024-01-15T10:00:00Z"),
    ("2024-01-15T00:30:00+23:59", "2024-01-14T00:31:00Z"),
    ("2024-01-15T10:00:00.5Z", "2024-01-15T10:00:00.500000Z"),
    ("2024-01-15T10:00:00.123456789Z", "2024-01-15T10:00:00.123456Z"),
    ("2024-02-29T10:00:00Z", "2024-02-29T10:00:00Z"),
    ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"),
    ("1990-12-31T15:59:60-08:00", "1991-01-01T00:00:00Z"),
]

REFUSED = [
    "",
    "2024-01-15",
    "2024-01-15T10:00:00",
    "2024-01-15T10:00",
    "2024-01-15 10:00:00Z",
    "2024-01-15T10Z",
    "2024-01-15T10:00.5Z",
    "2024-01-15T10:00:00,5Z",
    "2024-01-15T10:00:00.Z",
    "2024-01-15T24:00:00Z",
    "2024-01-15T10:60:00Z",
    "2024-01-15T10:00:61Z",
    "2024-01-15T10:00:60Z",
    "2024-01-15T23:59:60Z",
    "2023-02-29T10:00:00Z",
    "2024-13-01T10:00:00Z",
    "2024-00-01T10:00:00Z",
    "2024-01-00T10:00:00Z",
    "0000-01-01T00:00:00Z",
    "0001-01-01T00:00:00+01:00",
    "9999-12-31T23:59:59-01:00",
    "9999-12-31T23:59:60Z",
    "2024-W03-1T10:00:00Z",
    "2024-015T10:00:00Z",
    "20240115T100000Z",
    "2024-01-15T10:00:00+0530",
    "2024-01-15T10:00:00+05",
    "2024-01-15T10:00:00+24:00",
    "2024-01-15T10:00:00+05:60",
    "2024-01-15T10:00:00 Z",
    "2024-01-15T10:00:00Z\n",
    " 2024-01-15T10:00:00Z",
    "2024-1-15T10:00:00Z",
    "24-01-15T10:00:00Z",
    "+2024-01-15T10:00:00Z",
    "1705312800",
    "٢٠٢٤-٠١-١٥T١٠:٠٠:٠٠Z",
]


@pytest.mark.parametrize(("given_text", "moment"), TAKEN)
def test_what_the_grammar_has_is_taken(given_text, moment):
    assert timestamps.text(timestamps.parse(given_text)) == moment


@pytest.mark.parametrize("given_text", REFUSED)
def test_what_the_grammar_does_not_have_is_refused(given_text):
    with pytest.raises(ValueError):
        timestamps.parse(given_text)


@given(st.datetimes(timezones=st.just(dt.UTC)))
def test_every_moment_that_is_written_can_be_read(moment):
    assert timestamps.parse(timestamps.text(moment)) == moment
