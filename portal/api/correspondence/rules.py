"""The rules of the correspondence dialect."""

from portal.api.correspondence import errors
from portal.api.dialect import MEBIBYTE, Dialect
from portal.core.vocabulary import Dialect as Name

PREFIX = "/v1"
SCOPE = "v1:case"

DIALECT = Dialect(
    name=Name.CORRESPONDENCE,
    title="Case Management API",
    description=(
        "Mail cases with their messages and custom fields, as another system keeps them.\n\n"
        "Send the token raw in `Authorization: <token>`, or as `Bearer <token>`. Where the installation allows it, "
        "`?api-token=<token>` is taken as well.\n\n"
        "A case is known by its `caseUid` within the organisation of the token, a message by its `messageUid` within "
        "its case: a request that is repeated does nothing twice. Unknown keys are ignored. Timestamps are of RFC 3339 "
        "with an offset; seconds may be missing. HTML in the text of messages is stripped.\n\n"
        "`status` is any text and is kept as it is; known words also move the case: open, new, active, reopened and "
        "in progress bring it to work, pending, waiting and on hold let it wait, resolved, solved and done mark its "
        "aims as met, closed and cancelled close it. Closing needs the scope `case:close`; otherwise a caseworker "
        "decides. What was said but not applied is named in `notApplied`."
    ),
    prefixes=(PREFIX,),
    tell_http=errors.http_failure,
    tell_domain=errors.domain_failure,
    error_schema=errors.ErrorSchema,
    max_body=5 * MEBIBYTE,
    any_content_type=True,
    bare_token=True,
    query_token="api-token",  # noqa: S106 - the name of a parameter
)
