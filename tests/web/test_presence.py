"""Who else has a case open: told to one another, soon forgotten, on both engines."""

import datetime as dt

import pytest

from portal import presence
from portal.core import clock
from portal.core.actors import Actor
from portal.presence import Here
from tests.races import both

ANA, BEN = (Actor(kind="user", name=name, user_id=number) for number, name in enumerate(("Ana", "Ben"), 1))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def engine_name(request: pytest.FixtureRequest) -> str:
    """Each engine in turn."""
    return request.param


def test_each_is_told_of_the_other_until_they_are_gone(app):
    with app.app_context():
        assert presence.tell(ANA, 7) == []
        assert presence.tell(BEN, 7, writing="note") == [Here("Ana")]
        assert presence.tell(ANA, 7) == [Here("Ben", "note")]
        assert presence.tell(ANA, 8) == []
        assert presence.tell(BEN, 7) == [Here("Ana")] and presence.tell(ANA, 7) == [Here("Ben")]
        clock.advance(dt.timedelta(seconds=presence.LASTS + 1))
        assert presence.tell(ANA, 7) == []


def test_many_at_once_are_each_kept_once(app):
    people = [Actor(kind="user", name=f"Worker {number}", user_id=number) for number in range(1, 9)]
    told = both(app, *[lambda one=one: presence.tell(one, 7) for one in people * 2])
    assert not [one for one in told if not isinstance(one, list)]
    with app.app_context():
        assert len(presence.tell(people[0], 7)) == 7


def test_where_it_cannot_be_kept_nobody_is_told_of_anybody(app, monkeypatch, caplog):
    monkeypatch.setattr(presence, "_TABLE", presence._TABLE.to_metadata(presence.sa.MetaData(), name="not_there"))
    with app.app_context():
        assert presence.tell(ANA, 7) == []
    assert "cannot be kept" in caplog.text
