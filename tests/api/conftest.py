"""What tests of every dialect need: a way to arrange and to look that is not mixed up with the calls themselves."""

import contextlib
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask

from portal.core.actors import SYSTEM
from portal.core.unit import unit_of_work
from portal.extensions import db


class Ground:
    """The database of the application under test. Nothing of it stays open while a call is made."""

    def __init__(self, app: Flask) -> None:
        self.app = app

    @contextlib.contextmanager
    def arranged(self) -> Iterator[sa.orm.scoped_session]:
        """``with ground.arranged() as session:`` what is made inside is there for everybody afterwards."""
        with self.app.app_context():
            with unit_of_work(db.session, SYSTEM, intent="test.arrange") as session:
                yield session
            db.session.remove()

    @contextlib.contextmanager
    def seen(self) -> Iterator[sa.orm.scoped_session]:
        """``with ground.seen() as session:`` look at what is there."""
        with self.app.app_context():
            yield db.session
            db.session.remove()

    def count(self, model: type, *where: sa.ColumnElement[bool]) -> int:
        """How many rows there are."""
        with self.seen() as session:
            return session.scalar(sa.select(sa.func.count()).select_from(model).where(*where))


@pytest.fixture
def ground(app: Flask) -> Ground:
    """The database under the calls."""
    return Ground(app)
