"""Finding cases: by filters, by a quick term, and as numbers for statistics."""

import datetime as dt
from collections import Counter
from typing import Any

import marshmallow as ma

from portal.api.constituency import fields, mapping
from portal.api.constituency.errors import invalid
from portal.api.constituency.rules import NUMBER, READ, room
from portal.api.constituency.shapes import CASE_EXAMPLE, CaseSchema, PageAsked
from portal.api.credentials import current_actor, needs
from portal.api.dialect import Loose
from portal.api.units import Answer, respond
from portal.core import case_pages, cases, codes
from portal.core.case_pages import CaseFilter, Match, Moment, Order, State, TagRule
from portal.core.errors import NotFound
from portal.core.unit import record_reading
from portal.extensions import db

QUICK = 10
LARGEST = fields.LARGEST_ID

blueprint = room("case-search", "/cases", tag="Cases")

_MOMENTS = {"created": Moment.CREATED, "lastActioned": Moment.ACTIONED, "modified": Moment.CHANGED}
_ORDERS = {
    "caseID": Order.NUMBER,
    "surname": Order.SURNAME,
    "created": Order.CREATED,
    "lastActioned": Order.ACTIONED,
}


class DateRangeSchema(Loose):
    """Days in office time; both belong to the range."""

    type = ma.fields.String(load_default="created", validate=ma.validate.OneOf(list(_MOMENTS)))
    # "from" is a word of Python's own.
    since = fields.Day(data_key="from", load_default=None)
    until = fields.Day(data_key="to", load_default=None)


class TagRuleSchema(Loose):
    """Tags by id."""

    searchType = ma.fields.String(load_default="any", validate=ma.validate.OneOf([match.value for match in Match]))
    tagID = fields.Ids()


def _is_direction(text: str) -> None:
    ma.validate.OneOf(["asc", "desc", "ASC", "DESC"])(text)


class SearchSchema(Loose, PageAsked):
    """Filters; one that is absent or empty lets everything through."""

    statusID = fields.Ids()
    casetypeID = fields.Ids()
    categorytypeID = fields.Ids()
    contacttypeID = fields.Ids()
    assignedToID = fields.Ids()
    createdByID = fields.Ids()
    constituentID = fields.Ids()
    summary = fields.Text(longest=255, load_default="")
    dateRange = ma.fields.Nested(DateRangeSchema, load_default=None, allow_none=True)
    tagged = ma.fields.Nested(TagRuleSchema, load_default=None, allow_none=True)
    notTagged = ma.fields.Nested(TagRuleSchema, load_default=None, allow_none=True)
    orderBy = ma.fields.String(load_default="lastActioned", validate=ma.validate.OneOf(list(_ORDERS)))
    # No enum in the document: generators of clients name its members in capitals and find two of each.
    orderByDirection = ma.fields.String(
        load_default="desc", validate=_is_direction, metadata={"pattern": "^(asc|desc|ASC|DESC)$"}
    )


class CasePageSchema(ma.Schema):
    """A page of cases, and how many there are on all pages."""

    page = ma.fields.Integer(required=True)
    cases = ma.fields.List(ma.fields.Nested(CaseSchema), required=True)
    resultsPerPage = ma.fields.Integer(required=True)
    totalResults = ma.fields.Integer(required=True)


class QuickResultSchema(ma.Schema):
    """At most ten cases, and how many there are."""

    cases = ma.fields.List(ma.fields.Nested(CaseSchema), required=True)
    totalResults = ma.fields.Integer(required=True)


class StatisticsSchema(ma.Schema):
    """How many cases of a type there are, by status."""

    caseTypeId = ma.fields.Integer(required=True)
    totalCases = ma.fields.Integer(required=True)
    statusBreakdown = ma.fields.Dict(
        keys=ma.fields.String(),
        values=ma.fields.Integer(),
        required=True,
        metadata={"description": "By statusID."},
    )
    openCases = ma.fields.Integer(required=True)
    closedCases = ma.fields.Integer(required=True)


_PAGE_EXAMPLE = {"page": 1, "cases": [CASE_EXAMPLE], "resultsPerPage": 25, "totalResults": 1}
_STATISTICS_EXAMPLE = {
    "caseTypeId": 86,
    "totalCases": 12,
    "statusBreakdown": {"1": 7, "2": 4, "3": 1, "4": 0},
    "openCases": 8,
    "closedCases": 4,
}
_SEARCH_EXAMPLE = {
    "statusID": [1, 3],
    "casetypeID": [86],
    "dateRange": {"type": "created", "from": "2024-01-01", "to": "2024-01-31"},
    "orderBy": "surname",
    "orderByDirection": "asc",
    "pageNo": 1,
    "resultsPerPage": 25,
}


@blueprint.route("/search", methods=["POST"])
@needs(*READ)
@blueprint.arguments(SearchSchema, required=False, example=_SEARCH_EXAMPLE)
@blueprint.response(200, CasePageSchema, example=_PAGE_EXAMPLE)
def search(asked: dict[str, Any]):
    """Find cases by filters, a page at a time."""
    actor = current_actor()
    size = asked["resultsPerPage"]
    page = case_pages.page(
        db.session,
        actor,
        _wanted(asked),
        limit=size,
        offset=(asked["pageNo"] - 1) * size,
        order=_ORDERS[asked["orderBy"]],
        descending=asked["orderByDirection"].lower() == "desc",
    )
    shown = mapping.cases(db.session, actor, page.cases)
    body = {"page": asked["pageNo"], "cases": shown, "resultsPerPage": size, "totalResults": page.total}
    numbers = [case.id for case in page.cases]
    record_reading(db.session, actor, "case.search", cases=numbers, total=page.total)
    return respond(Answer(200, body))


@blueprint.route("/search/<path:term>", methods=["GET"])
@needs(*READ)
@blueprint.response(200, QuickResultSchema, example={"cases": [CASE_EXAMPLE], "totalResults": 1})
def quick(term: str):
    """Find a case by its number, or cases by a part of their summary, whatever its case."""
    actor = current_actor()
    found, total = _by_number(term) if term.strip().isdecimal() else _by_summary(term)
    shown = mapping.cases(db.session, actor, found)
    record_reading(db.session, actor, "case.search", cases=[each["id"] for each in shown], total=total)
    return respond(Answer(200, {"cases": shown, "totalResults": total}))


@blueprint.route(f"/statistics/casetype/{NUMBER}", methods=["GET"])
@needs(*READ)
@blueprint.response(200, StatisticsSchema, example=_STATISTICS_EXAMPLE)
def statistics(number: int):
    """Count the cases of a case type that the caller may see, by status."""
    actor = current_actor()
    if not any(entry.value == str(number) for entry in codes.listed(db.session, "case_type", retired=True)):
        raise NotFound("There is no such case type.", target="case_type")
    by_state = case_pages.count_by_state(db.session, actor, CaseFilter(case_types=(str(number),)))
    shown: Counter[int] = Counter({status_id: 0 for status_id in mapping.MEANINGS})
    for (status, work_state), count in by_state.items():
        shown[mapping.status_of(status, work_state)] += count
    closed = shown[mapping.CLOSED]
    body = {
        "caseTypeId": number,
        "totalCases": shown.total(),
        "statusBreakdown": {str(status_id): shown[status_id] for status_id in sorted(shown)},
        "openCases": shown.total() - closed,
        "closedCases": closed,
    }
    return respond(Answer(200, body))


def _by_number(term: str):
    number = int(term) if len(term.strip()) <= len(str(LARGEST)) else LARGEST + 1
    if number > LARGEST:
        return [], 0
    try:
        found = cases.find(db.session, current_actor(), number)
    except NotFound:
        return [], 0
    page = case_pages.page(db.session, current_actor(), CaseFilter(numbers=(found.root_id or found.id,)), limit=1)
    return page.cases, page.total


def _by_summary(term: str):
    text = term.replace("\x00", "").strip()
    if not text:
        raise invalid("term")
    page = case_pages.page(db.session, current_actor(), CaseFilter(text=text), limit=QUICK)
    return page.cases, page.total


def _wanted(asked: dict[str, Any]) -> CaseFilter:
    days = asked["dateRange"] or {"type": "created", "since": None, "until": None}
    return CaseFilter(
        text=asked["summary"],
        states=_states(asked["statusID"]),
        case_types=_codes(asked["casetypeID"]),
        categories=_codes(asked["categorytypeID"]),
        contact_types=_codes(asked["contacttypeID"]),
        owner_ids=tuple(asked["assignedToID"]),
        creator_ids=tuple(asked["createdByID"]),
        client_ids=tuple(asked["constituentID"]),
        moment=_MOMENTS[days["type"]],
        since=_midnight(days["since"], "dateRange.from"),
        until=_midnight(days["until"], "dateRange.to", after=True),
        tags=_tag_rules(asked),
    )


def _states(status_ids: list[int]) -> tuple[State, ...]:
    """The states to find; a status that there is not is a state in which no case can be, not the absence of a wish."""
    found = tuple(state for status_id in status_ids for state in mapping.states_of(status_id))
    return found or ((State(frozenset()),) if status_ids else ())


def _codes(ids: list[int]) -> tuple[str, ...]:
    return tuple(str(each) for each in ids)


def _midnight(day: dt.date | None, field: str, *, after: bool = False) -> dt.datetime | None:
    """The moment at which a day begins in the office, or ends."""
    if day is None:
        return None
    if not 1900 <= day.year <= 9000:
        raise invalid(field)
    return dt.datetime.combine(day + dt.timedelta(days=after), dt.time(), mapping.office_zone())


def _tag_rules(asked: dict[str, Any]) -> tuple[TagRule, ...]:
    given = (asked["tagged"], False), (asked["notTagged"], True)
    return tuple(
        TagRule(tuple(rule["tagID"]), Match(rule["searchType"]), negated=negated)
        for rule, negated in given
        if rule and rule["tagID"]
    )
