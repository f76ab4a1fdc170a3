"""What is told to people who do not see a case, on purpose: each with its reason. Everything else is a leak."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Disclosure:
    """``column`` may be read at ``endpoint`` by ``walker`` (None: by anybody who is let in there)."""

    endpoint: str
    column: str
    reason: str
    walker: str | None = None


_ASKED = "somebody whose vertical was asked"
_TO_ANSWER = "Whoever is asked to take part must be able to say which case that was; they see no more of it."
_LIMITED = "supervisor of another place and programme"
_SHARED = "A view is shared with everybody of a service; what it lists is for each what they see."

DISCLOSURES: tuple[Disclosure, ...] = tuple(
    Disclosure(endpoint, "cases.reference", _TO_ANSWER, walker=_ASKED)
    for endpoint in (
        "invitations.index",
        "invitations.show",
        "invitations.opt_in",
        "invitations.decline",
        "notices.index",
    )
) + tuple(
    Disclosure(endpoint, "saved_views.name", _SHARED, walker=_LIMITED)
    for endpoint in ("worklist.index", "worklist.saved_views", "worklist.saved_view", "worklist.change_view")
)


def is_meant(endpoint: str, column: str, walker: str) -> bool:
    """Whether somebody decided that this is told."""
    return any(
        (each.endpoint, each.column) == (endpoint, column) and each.walker in (None, walker) for each in DISCLOSURES
    )
