"""Shapes that several routes of this dialect answer with, and the contract's own example."""

import marshmallow as ma

from portal.api.constituency import fields

CREATE_EXAMPLE = {
    "reviewDate": "2024-03-15",
    "contactTypeID": 4,
    "constituentID": 5,
    "caseTypeID": 86,
    "statusID": 1,
    "categoryTypeID": 1,
    "assignedToID": 2,
    "summary": "Constituent requesting assistance with housing application",
}
CASE_EXAMPLE = {
    "id": 51,
    "caseID": 51,
    "summary": "Constituent requesting assistance with housing application",
    "status": 1,
    "caseType": 86,
    "category": 1,
    "contactType": 4,
    "created": "2024-01-15 10:30:00",
    "lastActioned": "2024-01-15 10:30:00",
    "reviewDate": "2024-03-15",
    "assignedTo": 2,
    "assignedInitials": "JS",
    "createdBy": 1,
    "tagged": "",
    "customFields": {},
    "restrictions": [],
    "userPermissions": {"view": True, "edit": True, "delete": True, "manage": True},
    "constituent": {"id": 5, "firstname": "Eva", "surname": "Garcia", "organisationName": "XYZ Ltd"},
}
DONE_EXAMPLE = {"success": True, "message": "Case 51 deleted"}


def office_time(description: str = "") -> ma.fields.String:
    """A moment in office time, as this dialect writes it."""
    return ma.fields.String(metadata={"description": description, "example": "2024-01-15 10:30:00"})


class ConstituentInCaseSchema(ma.Schema):
    """Whom the case is for. Nothing is null but the id, where nobody is known."""

    id = ma.fields.Integer(required=True, allow_none=True)
    firstname = ma.fields.String(required=True)
    surname = ma.fields.String(required=True)
    organisationName = ma.fields.String(required=True)


class UserPermissionsSchema(ma.Schema):
    """What the caller may do with the case: see it, change it, delete it, give and transfer it."""

    view = ma.fields.Boolean(required=True)
    edit = ma.fields.Boolean(required=True)
    delete = ma.fields.Boolean(required=True)
    manage = ma.fields.Boolean(required=True)


class RestrictionSchema(ma.Schema):
    """That the case is shown to some people alone; never to whom."""

    type = ma.fields.Constant("restricted")


class CaseSchema(ma.Schema):
    """A case."""

    id = ma.fields.Integer(required=True)
    caseID = ma.fields.Integer(required=True, metadata={"description": "The same as `id`."})
    summary = ma.fields.String(required=True)
    status = ma.fields.Integer(
        required=True, metadata={"description": "1 For Action, 2 Closed, 3 Waiting Reply, 4 Waiting."}
    )
    caseType = ma.fields.Integer(required=True, allow_none=True)
    category = ma.fields.Integer(required=True, allow_none=True)
    contactType = ma.fields.Integer(required=True, allow_none=True)
    created = office_time()
    lastActioned = office_time("Moves with changes, notes, messages and merges; not when the case is read.")
    reviewDate = ma.fields.String(required=True, metadata={"description": "YYYY-MM-DD, or empty."})
    assignedTo = ma.fields.Integer(required=True, allow_none=True)
    assignedInitials = ma.fields.String(required=True)
    createdBy = ma.fields.Integer(required=True, allow_none=True)
    tagged = ma.fields.String(required=True, metadata={"description": "Ids of tags, joined by commas; or empty."})
    customFields = ma.fields.Dict(required=True)
    restrictions = ma.fields.List(ma.fields.Nested(RestrictionSchema), required=True)
    userPermissions = ma.fields.Nested(UserPermissionsSchema, required=True)
    constituent = ma.fields.Nested(ConstituentInCaseSchema, required=True)


class DoneSchema(ma.Schema):
    """That it was done."""

    success = ma.fields.Boolean(required=True)
    message = ma.fields.String(required=True)


def done(message: str) -> dict[str, object]:
    """The answer to what leaves nothing to show: a client reads every answer as JSON, so it is never empty."""
    return {"success": True, "message": message}


class PageAsked(ma.Schema):
    """Which page of a list is wanted."""

    class Meta:
        """What marshmallow reads."""

        unknown = ma.EXCLUDE

    pageNo = fields.Whole(load_default=1, most=1_000_000, metadata={"description": "The first page is 1."})
    resultsPerPage = fields.Whole(load_default=25, most=200)
