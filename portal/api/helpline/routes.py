"""Staff intake (contract 001): cases, changes to them, and the code lists."""

import re
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from flask import Response
from sqlalchemy.orm import Session, joinedload

from portal.api.credentials import current_actor, needs
from portal.api.dialect import Blueprint
from portal.api.helpline import answers, changes, examples, reports, schemas
from portal.api.helpline.rules import DIALECT
from portal.api.units import Answer, perform, respond
from portal.core import cases as core
from portal.core import codes as code_lists
from portal.core import paging
from portal.core.errors import NotFound
from portal.core.models import Case, Vertical
from portal.core.permissions import visible_cases
from portal.core.unit import record_reading
from portal.core.vocabulary import Origin, Status
from portal.extensions import db

cases = Blueprint(DIALECT, "cases", url_prefix="/api/cases", tag="Cases")
codes = Blueprint(DIALECT, "codes", url_prefix="/api/codes", tag="Codes")

_NAMES = re.compile(r"(?:case_)?(\d{1,18})|[A-Za-z-]+-0*(\d{1,18})")
_CLOSED = (Status.CLOSED, Status.ARCHIVED)


@cases.route("/", methods=["POST"])
@needs("cases:write")
@cases.arguments(schemas.CaseSchema, example=examples.REPORT)
@cases.response(201, schemas.ReceiptSchema, example=examples.RECEIPT)
def create(told: Mapping[str, Any]) -> Response:
    """Create a case from a report (contract 001).

    The same body under the same `src`, `src_uid` and `src_uid2` is a retry and gets the first answer again; with the
    header `Idempotency-Key` that key alone decides. Unknown codes are kept and flagged, never refused.
    """
    return reports.take(told, Origin.HELPLINE)


@cases.route("/", methods=["GET"])
@needs("cases:read")
@cases.arguments(schemas.ListingSchema, location="query")
@cases.response(200, schemas.ReceiptsSchema, example=examples.RECEIPTS)
def listed(asked: Mapping[str, Any]) -> Response:
    """List cases, newest first, a page at a time."""
    query = sa.select(Case).where(visible_cases(current_actor()), _belongs_here(), Case.merged_into_id.is_(None))
    if asked["status"] is not None:
        is_closed = Case.lifecycle_status.in_(_CLOSED)
        query = query.where(is_closed if asked["status"] == "closed" else ~is_closed)
    if asked["cursor"]:
        query = query.where(Case.id < paging.decode(asked["cursor"]).id)
    query = query.order_by(Case.id.desc()).limit(asked["limit"] + 1).options(joinedload(Case.owner))
    found = list(db.session.scalars(query))
    page, more = found[: asked["limit"]], len(found) > asked["limit"]
    after = paging.encode(paging.Cursor(key=page[-1].id, id=page[-1].id)) if more else None
    return respond(Answer(200, {"cases": [answers.receipt(case) for case in page], "next": after}))


@cases.route("/<reference>", methods=["GET"])
@needs("cases:read")
@cases.response(200, schemas.CaseSaidSchema, example=examples.CASE)
def show(reference: str) -> Response:
    """A whole case, by `case_51`, `51` or `HL-CMS-000051`."""
    actor = current_actor()
    number = _find(db.session, reference).id
    record_reading(db.session, actor, "case.read", case=number)
    found = _find(db.session, reference)
    core.require_readable(db.session, found)
    return respond(Answer(200, answers.whole(db.session, actor, found)))


@cases.route("/<reference>", methods=["POST"])
@needs("cases:write")
@cases.arguments(schemas.ChangesSchema, required=False, example=examples.CHANGES)
@cases.response(200, schemas.ReceiptSchema, example=examples.RECEIPT)
def update(told: Mapping[str, Any], reference: str) -> Response:
    """Change a case: plan, priority, status, escalation, justice, assessment, disposition. Blank is left alone."""

    def work(session: Session) -> Answer:
        case = _find(session, reference, lock=True)
        return Answer(200, answers.receipt(changes.apply(session, current_actor(), case, told)))

    return perform("case.update", work)


@codes.route("/<list_name>", methods=["GET"])
@needs("cases:read", "cases:write", "webform")
@codes.response(200, schemas.CodesSchema, example=examples.CODES)
def code_list(list_name: str) -> Response:
    """A code list: case_category, age_group, sex, location, and what the office has added."""
    found = code_lists.listed(db.session, list_name)
    if not found:
        raise NotFound("There is no such list.", target="list")
    entries = [{"id": entry.value, "label": entry.label} for entry in found]
    return respond(Answer(200, {"list": list_name, "codes": entries}))


def _find(session: Session, reference: str, *, lock: bool = False) -> Case:
    """The case by one of its names at this door, or the survivor that it was merged into. Raises NotFound."""
    named = _NAMES.fullmatch(reference)
    if named is None:
        raise NotFound("There is no such case.", target="case")
    actor, number = current_actor(), int(named[1] or named[2])
    case = core.find(session, actor, number, lock=lock)
    if named[2] and (case.reference or "").upper() != reference.upper():
        raise NotFound("There is no such case.", target="case")
    if case.root_id not in (None, case.id):
        case = core.find(session, actor, case.root_id, lock=lock)
    if session.scalar(sa.select(Case.id).where(Case.id == case.id, _belongs_here())) is None:
        raise NotFound("There is no such case.", target="case")
    return case


def _belongs_here() -> sa.ColumnElement[bool]:
    """Cases that this door speaks of: those that came through it, and those of the vertical that answers it."""
    answering = sa.select(Vertical.id).where(Vertical.default_for.in_((Origin.HELPLINE, Origin.WEBFORM)))
    return sa.or_(Case.origin.in_((Origin.HELPLINE, Origin.WEBFORM)), Case.primary_vertical_id.in_(answering))
