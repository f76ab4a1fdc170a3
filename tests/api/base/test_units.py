"""A route does its work whole or not at all, and again when another transaction was first."""

import pytest
import sqlalchemy as sa
from psycopg.errors import SerializationFailure
from sqlalchemy.orm.exc import StaleDataError

from portal.api.units import Answer, perform
from portal.core.actors import SYSTEM
from portal.core.errors import StaleVersion
from portal.core.models import IdempotencyKey, Setting
from portal.extensions import db


@pytest.fixture
def in_request(app):
    """Within a call of a dialect."""
    with app.test_request_context("/api/cases/", method="POST", headers={"Idempotency-Key": "key-1"}):
        yield
        db.session.remove()


class Work:
    """Work that fails as often as it is told to before it succeeds."""

    def __init__(self, *failures: Exception) -> None:
        self.failures, self.runs = list(failures), 0

    def __call__(self, session) -> Answer:
        self.runs += 1
        session.add(Setting(key=f"run {self.runs}", value="done"))
        session.flush()
        if self.failures:
            raise self.failures.pop(0)
        return Answer(201, {"runs": self.runs})


def serialization_failure() -> Exception:
    """What PostgreSQL says when two transactions cannot both be right."""
    return sa.exc.OperationalError("UPDATE", {}, SerializationFailure("could not serialize access"))


def kept(model) -> int:
    """How many rows there are."""
    return db.session.scalar(sa.select(sa.func.count()).select_from(model))


@pytest.mark.usefixtures("in_request")
class TestRetries:
    """Three retries, and only for what can pass."""

    @pytest.mark.parametrize("failure", [serialization_failure, StaleDataError])
    def test_what_passes_is_tried_again_and_leaves_only_the_last_run(self, failure):
        work = Work(failure(), failure(), failure())
        response = perform("test", work, actor=SYSTEM)
        assert (response.status_code, response.json) == (201, {"runs": 4})
        assert db.session.scalars(sa.select(Setting.key)).all() == ["run 4"]

    def test_after_three_retries_it_is_given_up(self):
        work = Work(*[StaleDataError() for _ in range(9)])
        with pytest.raises(StaleVersion):
            perform("test", work, actor=SYSTEM)
        assert work.runs == 4
        assert kept(Setting) == kept(IdempotencyKey) == 0

    @pytest.mark.parametrize("failure", [ZeroDivisionError, lambda: StaleVersion("You saw an older one.")])
    def test_what_does_not_pass_is_not_tried_again(self, failure):
        work = Work(failure())
        with pytest.raises((ZeroDivisionError, StaleVersion)):
            perform("test", work, actor=SYSTEM)
        assert work.runs == 1
        assert kept(Setting) == 0

    def test_an_answer_that_cannot_be_made_takes_its_effect_back(self):
        def work(session) -> Answer:
            session.add(Setting(key="made", value="yes"))
            return Answer(201, {"not": object()})

        with pytest.raises(TypeError):
            perform("test", work, actor=SYSTEM)
        assert kept(Setting) == kept(IdempotencyKey) == 0

    def test_headers_and_an_empty_body_are_replayed(self):
        answers = [
            perform("test", lambda session: Answer(204, headers={"Location": "/there"}), actor=SYSTEM) for _ in range(2)
        ]
        assert [(answer.status_code, answer.data, answer.headers["Location"]) for answer in answers] == [
            (204, b"", "/there")
        ] * 2
        assert "Idempotency-Replayed" in answers[1].headers

    def test_a_secret_is_not_kept(self):
        work = Work()
        for _ in range(2):
            perform("test", work, actor=SYSTEM, keyed=False)
        assert work.runs == 2
        assert kept(IdempotencyKey) == 0
