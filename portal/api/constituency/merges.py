"""Merging a case into another."""

from typing import Any

from sqlalchemy.orm import Session

from portal.api.constituency import fields, records
from portal.api.constituency.rules import NUMBER, WRITE, room
from portal.api.constituency.shapes import DoneSchema, done
from portal.api.credentials import current_actor, needs
from portal.api.dialect import Loose
from portal.api.units import Answer, perform
from portal.core import merging

# This dialect asks for no reason; what it merges is one case recorded twice.
REASON = "DUPLICATE_RECORD"

blueprint = room("case-merges", "/cases", tag="Cases")


class MergeSchema(Loose):
    """The case that becomes part of the other."""

    mergeCaseID = fields.Id(required=True)


@blueprint.route(f"/{NUMBER}/merge", methods=["POST"])
@needs(*WRITE)
@blueprint.arguments(MergeSchema, example={"mergeCaseID": 52})
@blueprint.response(200, DoneSchema, example=done("Case 52 merged into case 51"))
@blueprint.alt_response(409, schema=blueprint.dialect.error_schema, description="The cases cannot be merged now.")
def merge(told: dict[str, Any], number: int):
    """Make another case part of this one. Nothing of it is lost, and the office can undo it."""
    actor = current_actor()
    source_number = told["mergeCaseID"]

    def work(session: Session) -> Answer:
        # Both rows are locked by merging itself, in the order of their numbers.
        target = records.find_case(session, actor, number)
        source = records.find_case(session, actor, source_number, follow=False)
        merging.merge(session, actor, target, [source], reason_code=REASON)
        return Answer(200, done(f"Case {source_number} merged into case {target.id}"))

    return perform("case.merge", work)
