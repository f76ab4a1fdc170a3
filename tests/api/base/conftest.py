"""One caseworker with a token of one dialect is enough to stand at the door."""

import pytest

from portal.core import tokens
from portal.core.actors import SYSTEM
from portal.core.vocabulary import Role
from tests.factories import make_user


@pytest.fixture
def token(ground) -> str:
    """A token of the helpline."""
    with ground.arranged() as session:
        text, _ = tokens.issue(session, SYSTEM, dialect="helpline", user=make_user(session, Role.CASEWORKER))
    return text
