"""Somebody who is given tokens."""

import pytest

from portal.core import tokens
from portal.core.actors import SYSTEM
from portal.core.vocabulary import Dialect, Role
from tests.factories import committed, make_user, make_vertical

HELPLINE = Dialect.HELPLINE


@pytest.fixture
def user(session):
    """A caseworker with a vertical."""
    with committed(session):
        return make_user(session, Role.CASEWORKER, make_vertical(session))


def issue(session, **more):
    """Issue a token as the command line does."""
    with committed(session):
        return tokens.issue(session, SYSTEM, **{"dialect": "helpline", **more})
