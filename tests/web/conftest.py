"""Tests of the browser's pages speak of an office that each makes for itself, by the names of who and what is in it."""

import functools

import pytest

from portal.extensions import db
from tests.factories import committed


@pytest.fixture
def at(office, browser_as):
    """``at("lead")``: the browser of one of the office, the same each time."""
    return functools.cache(lambda who: browser_as(office[who]))


@pytest.fixture
def desk(at):
    """The agent's browser."""
    return at("agent")


@pytest.fixture
def worker(at):
    """The caseworker's browser."""
    return at("worker")


@pytest.fixture
def lead(at):
    """The browser of the supervisor."""
    return at("lead")


@pytest.fixture
def path(office) -> str:
    """The address of the case."""
    return f"/app/cases/{office['case']}"


@pytest.fixture
def arrange(app):
    """``arrange(lambda session: ...)``: make something and get its id."""

    def made(work) -> int | None:
        with app.app_context(), committed(db.session) as session:
            row = work(session)
            session.flush()
            return getattr(row, "id", None)

    return made
