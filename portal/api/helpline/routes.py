"""Staff intake: cases and code lists."""

from portal.api.credentials import needs
from portal.api.dialect import Blueprint
from portal.api.helpline.rules import DIALECT
from portal.api.units import Answer, respond

cases = Blueprint(DIALECT, "cases", url_prefix="/api/cases", tag="Cases")


@cases.route("/", methods=["GET"])
@needs("cases:read")
@cases.response(200)
def listed():
    """List cases."""
    return respond(Answer(200, {"cases": [], "next": None}))
