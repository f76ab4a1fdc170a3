"""Migrations are run on both engines, from an empty database and with data in it."""

import pytest


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def engine_name(request: pytest.FixtureRequest) -> str:
    """Each engine in turn."""
    return request.param
