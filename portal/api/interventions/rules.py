"""The rules of the interventions dialect, and the one way its blueprints are made."""

from typing import Any

from portal.api.dialect import MEBIBYTE, Blueprint, Dialect
from portal.api.interventions import errors, examples
from portal.core.vocabulary import Dialect as Name

READ = ("cases:read", "cases:write")
WRITE = ("cases:write",)

DIALECT = Dialect(
    name=Name.INTERVENTIONS,
    title="Case API",
    description=(
        "Interventions for people and households, their lifecycle, and the verticals that take part.\n\n"
        "Ids are UUIDs, times are of RFC 3339 in UTC. Unknown keys of a body are refused. Lists come in pages: "
        "`page`, `page_size` (at most 200). A change takes `If-Match: <version_id>`; another version is 409. With "
        "`Idempotency-Key` a repeated POST gets the first answer for 24 hours.\n\n"
        "What is not there, or not yours to see, is 404; what you see but may not do, and missing consent, is 403; "
        "what the state of things does not allow is 409, with the reason and who can lift it. The same routes answer "
        "under `/api/v1`."
    ),
    prefixes=(
        "/cases",
        "/persons",
        "/households",
        "/consents",
        "/verticals",
        "/programs",
        "/geo",
        "/attachments",
        "/workflows",
        "/auth",
    ),
    tell_http=errors.http_failure,
    tell_domain=errors.domain_failure,
    error_schema=errors.ErrorSchema,
    max_body=MEBIBYTE,
    aliases=("/api/v1",),
    example_values=examples.VALUES,
)


def room(name: str, path: str, *, tag: str, **options: Any) -> Blueprint:
    """A blueprint of this dialect."""
    return Blueprint(DIALECT, name, url_prefix=path, tag=tag, **options)
