"""Commands run inside the test's own application; journeys of separate processes have folders of their own."""

from collections.abc import Callable
from dataclasses import replace

import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask

from portal.core import reference
from portal.extensions import db


@pytest.fixture
def run(app: Flask) -> Callable[..., Result]:
    """``run("token", "list")``: a command that must succeed; ``code=`` says how else it must end."""

    def invoke(*arguments: str, code: int = 0, stdin: str | None = None) -> Result:
        result = app.test_cli_runner().invoke(args=arguments, input=stdin)
        assert result.exit_code == code, f"{arguments}: {result.output}\n{result.exception!r}"
        return result

    return invoke


@pytest.fixture
def loaded(app: Flask) -> Flask:
    """The application with its reference data."""
    with app.app_context():
        reference.load(db.session)
        db.session.remove()
    return app


@pytest.fixture
def rows(app: Flask) -> Callable[..., list]:
    """``rows("SELECT …")``: what the database holds, read apart from any session."""

    def read(statement: str, **values: object) -> list:
        with app.app_context(), db.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(sa.text(statement), values)]

    return read


@pytest.fixture
def count(app: Flask) -> Callable[[str], int]:
    """``count("cases")``: how many rows a table has."""

    def read(table: str) -> int:
        with app.app_context(), db.engine.connect() as connection:
            return connection.scalar(sa.select(sa.func.count()).select_from(sa.table(table)))

    return read


@pytest.fixture
def as_live(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same application, taken for a live installation."""
    monkeypatch.setitem(app.extensions, "settings", replace(app.extensions["settings"], environment="live"))


ENGINES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
both_engines = pytest.mark.parametrize("engine_name", ENGINES)
