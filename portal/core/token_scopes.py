"""What tokens may be limited to."""

from collections.abc import Iterable

from portal.core.errors import InvalidInput
from portal.core.models import Organisation, User
from portal.core.vocabulary import Dialect, Role

# What a token of each dialect may be limited to.
SCOPES: dict[Dialect, tuple[str, ...]] = {
    Dialect.CONSTITUENCY: ("cases:read", "cases:write"),
    Dialect.HELPLINE: ("cases:read", "cases:write", "webform"),
    Dialect.CORRESPONDENCE: ("v1:case", "case:close"),
    Dialect.INTERVENTIONS: ("cases:read", "cases:write"),
}
_OF_ORGANISATIONS = {Dialect.HELPLINE: ("webform",), Dialect.CORRESPONDENCE: ("v1:case",)}


def given(
    dialect: Dialect, user: User | None, organisation: Organisation | None, asked: Iterable[str] | None
) -> list[str]:
    """The scopes of a new token, in their order: those that are *asked* for, else all that its holder may have there.

    Raises InvalidInput for a scope of another dialect, and for an organisation where only users act.
    """
    known = SCOPES[dialect]
    if organisation is not None and dialect not in _OF_ORGANISATIONS:
        raise InvalidInput(f"In the {dialect} dialect a user acts, not an organisation.", target="organisation")
    if asked is not None:
        unknown = sorted(set(asked := list(asked)) - set(known))
        if unknown or not asked:
            raise InvalidInput(f"The scopes of this dialect are: {', '.join(known)}.", target="scope")
        return [scope for scope in known if scope in asked]
    if organisation is not None:
        return list(_OF_ORGANISATIONS[dialect])
    if user.role is Role.AUDITOR:
        known = [scope for scope in known if scope == "cases:read"]
    return [scope for scope in known if scope != "webform"]
