"""What every walk stands on."""

import logging

import pytest

from portal.limits import limiter
from tests.canary.marks import World
from tests.canary.world import build


@pytest.fixture
def world(app) -> World:
    with app.app_context():
        limiter.reset()
    return build(app)


@pytest.fixture
def logged(caplog) -> pytest.LogCaptureFixture:
    """Everything that is logged, the statements of the database excepted."""
    caplog.set_level(logging.DEBUG)
    logging.getLogger("sqlalchemy").setLevel(logging.WARNING)
    return caplog
