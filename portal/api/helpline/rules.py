"""The rules of the helpline dialect."""

from portal.api.dialect import Dialect
from portal.api.helpline import errors
from portal.core.vocabulary import Dialect as Name

DIALECT = Dialect(
    name=Name.HELPLINE,
    title="Helpline",
    description="Reports of harm: intake by the helpline's staff, and the web form of partner organisations.",
    prefixes=("/api/cases", "/api/codes", "/api/attachments", "/api/webhook"),
    tell_http=errors.http_failure,
    tell_domain=errors.domain_failure,
    error_schema=errors.ErrorSchema,
)
