"""The rules of the domain hold on both engines: every test here runs on each."""

import pytest


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def engine_name(request: pytest.FixtureRequest) -> str:
    """Each engine in turn."""
    return request.param
