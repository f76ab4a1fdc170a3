"""Review dates: when cases are looked at again."""

from typing import Any

import marshmallow as ma
from sqlalchemy.orm import Session

from portal.api.constituency import fields, mapping, records
from portal.api.constituency.errors import no_update
from portal.api.constituency.rules import NUMBER, PREFIX, READ, WRITE, room
from portal.api.constituency.shapes import DoneSchema, done
from portal.api.credentials import current_actor, needs
from portal.api.dialect import Loose
from portal.api.units import Answer, perform, respond
from portal.core import merging, reviews
from portal.core.actors import Actor
from portal.core.models import Review
from portal.extensions import db

MOST = 200

blueprint = room("review-dates", "/reviewDates", tag="Review dates")

EXAMPLE = {
    "id": 3,
    "reviewDate": "2024-03-15",
    "caseID": 51,
    "note": "Has the council answered?",
    "assignedTo": 2,
    "completed": False,
}


class NewReviewDateSchema(Loose):
    """A date on which a case is looked at again."""

    reviewDate = fields.Day(required=True)
    caseID = fields.Id(required=True)
    note = fields.Text(longest=2_000, load_default="", allow_none=True)
    assignedTo = fields.Id(load_default=None, allow_none=True)


class ReviewDateChangesSchema(Loose):
    """What is to change."""

    reviewDate = fields.Day(allow_none=False)
    note = fields.Text(longest=2_000)
    assignedTo = fields.Id(allow_none=True)


class ReviewDateMadeSchema(ma.Schema):
    """A new review date."""

    id = ma.fields.Integer(required=True)
    reviewDate = ma.fields.String(required=True)
    caseID = ma.fields.Integer(required=True)


class ReviewDateSchema(ReviewDateMadeSchema):
    """A review date."""

    note = ma.fields.String(required=True)
    assignedTo = ma.fields.Integer(required=True, allow_none=True)
    completed = ma.fields.Boolean(required=True)


@blueprint.route("", methods=["POST"])
@needs(*WRITE)
@blueprint.arguments(NewReviewDateSchema, example={"reviewDate": "2024-03-15", "caseID": 51})
@blueprint.response(201, ReviewDateMadeSchema, example={"id": 3, "reviewDate": "2024-03-15", "caseID": 51})
def add(told: dict[str, Any]):
    """Add a review date to a case. The case shows the nearest that is not completed."""
    actor = current_actor()

    def work(session: Session) -> Answer:
        case = records.named_case(session, actor, told["caseID"])
        worker = _worker(session, actor, told)
        made = reviews.add(session, actor, case, told["reviewDate"], note=told["note"] or "", assigned_to=worker)
        shown = told_of(made)
        body = {name: shown[name] for name in ("id", "reviewDate", "caseID")}
        return Answer(201, body, {"Location": f"{PREFIX}/reviewDates/{made.id}"})

    return perform("review.add", work)


@blueprint.route("", methods=["GET"])
@needs(*READ)
@blueprint.response(200, ReviewDateSchema(many=True), example=[EXAMPLE])
def upcoming():
    """List the review dates that are not completed, the nearest first, at most 200."""
    found = reviews.upcoming(db.session, current_actor(), limit=MOST)
    return respond(Answer(200, [told_of(review) for review in found]))


@blueprint.route(f"/forCase/{NUMBER}", methods=["GET"])
@needs(*READ)
@blueprint.response(200, ReviewDateSchema(many=True), example=[EXAMPLE])
def for_case(number: int):
    """List the review dates of a case."""
    actor = current_actor()
    group = merging.readable(db.session, actor, records.find_case(db.session, actor, number))
    return respond(Answer(200, [told_of(each) for each in reviews.of_case(db.session, group, appointments=False)]))


@blueprint.route(f"/{NUMBER}", methods=["GET"])
@needs(*READ)
@blueprint.response(200, ReviewDateSchema, example=EXAMPLE)
def show(number: int):
    """Read a review date."""
    return respond(Answer(200, told_of(reviews.find(db.session, current_actor(), number))))


@blueprint.route(f"/{NUMBER}", methods=["PATCH"])
@needs(*WRITE)
@blueprint.arguments(ReviewDateChangesSchema, example={"reviewDate": "2024-04-02"})
@blueprint.response(200, ReviewDateSchema, example=EXAMPLE)
def change(told: dict[str, Any], number: int):
    """Move a review date, reword its note, or give it to somebody else."""
    actor = current_actor()
    if not told:
        raise no_update()

    def work(session: Session) -> Answer:
        changes: dict[str, Any] = {}
        if "reviewDate" in told:
            changes["date"] = told["reviewDate"]
        if "note" in told:
            changes["note"] = told["note"]
        if "assignedTo" in told:
            changes["assigned_to"] = _worker(session, actor, told)
        return Answer(200, told_of(reviews.change(session, actor, reviews.find(session, actor, number), changes)))

    return perform("review.change", work)


@blueprint.route(f"/{NUMBER}/complete", methods=["POST"])
@needs(*WRITE)
@blueprint.response(200, ReviewDateSchema, example={**EXAMPLE, "completed": True})
def complete(number: int):
    """Mark a review date as completed."""
    return _mark(number, done_=True)


@blueprint.route(f"/{NUMBER}/incomplete", methods=["POST"])
@needs(*WRITE)
@blueprint.response(200, ReviewDateSchema, example=EXAMPLE)
def incomplete(number: int):
    """Mark a review date as not completed after all."""
    return _mark(number, done_=False)


@blueprint.route(f"/{NUMBER}", methods=["DELETE"])
@needs(*WRITE)
@blueprint.response(200, DoneSchema, example=done("Review date 3 deleted"))
def remove(number: int):
    """Take a review date away."""
    actor = current_actor()

    def work(session: Session) -> Answer:
        reviews.remove(session, actor, reviews.find(session, actor, number))
        return Answer(200, done(f"Review date {number} deleted"))

    return perform("review.remove", work)


def told_of(review: Review) -> dict[str, Any]:
    """A review date as this dialect tells it."""
    return {
        "id": review.id,
        "reviewDate": mapping.day(review.date),
        "caseID": review.case_id,
        "note": review.note,
        "assignedTo": review.assigned_to_id,
        "completed": review.done_at is not None,
    }


def _mark(number: int, *, done_: bool):
    actor = current_actor()

    def work(session: Session) -> Answer:
        review = reviews.complete(session, actor, reviews.find(session, actor, number), done=done_)
        return Answer(200, told_of(review))

    return perform("review.complete", work)


def _worker(session: Session, actor: Actor, told: dict[str, Any]):
    number = told.get("assignedTo")
    return None if number is None else records.named_worker(session, actor, number, "assignedTo")
