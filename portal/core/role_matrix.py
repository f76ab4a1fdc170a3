"""What every role may do under every set of rules, as one table: asked of ``permissions``, nowhere written again."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from portal.core import verticals
from portal.core.actors import Actor
from portal.core.models import PolicyPack, Vertical
from portal.core.permissions import Permission, require, role_permissions
from portal.core.vocabulary import ConsentMode, Role


@dataclass(frozen=True)
class Rules:
    """A set of rules, and who may do what under it. Without a vertical it is the usual one of its consent mode."""

    consent_mode: ConsentMode
    holders: dict[Permission, frozenset[Role]]
    vertical: Vertical | None = None
    version: int | None = None
    differing: frozenset[tuple[Permission, Role]] = frozenset()  # where the pack says other than the usual rules

    @property
    def key(self) -> str:
        """What the set is called in addresses and exports."""
        return self.vertical.code if self.vertical is not None else self.consent_mode.value


def matrix(session: Session, actor: Actor) -> list[Rules]:
    """The usual rules with and without consent, then those of each vertical by name. Raises Forbidden.

    They hold for cases of the vertical; what is no matter of one case is always judged by the first set.
    """
    require(actor, Permission.VIEW_AUDIT)
    plain = {mode: Rules(mode, usual(mode)) for mode in (ConsentMode.REQUIRED, ConsentMode.NOT_REQUIRED)}
    of_verticals = [_rules_of(one, plain[one.pack.consent_mode]) for one in verticals.listed(session, inactive=True)]
    return [*plain.values(), *of_verticals]


def usual(mode: ConsentMode) -> dict[Permission, frozenset[Role]]:
    """Who may do what where a vertical of that consent mode settles nothing for itself."""
    return holders(PolicyPack(consent_mode=mode, role_matrix={}))  # for asking; it is in no database


def holders(pack: PolicyPack) -> dict[Permission, frozenset[Role]]:
    """Who may do what under a pack."""
    allowed = {role: role_permissions(role, pack) for role in Role}
    return {one: frozenset(role for role in Role if one in allowed[role]) for one in Permission}


def _rules_of(vertical: Vertical, plain: Rules) -> Rules:
    allowed = holders(vertical.pack)
    differing = {(one, role) for one in Permission for role in allowed[one] ^ plain.holders[one]}
    pack = vertical.pack
    return Rules(pack.consent_mode, allowed, vertical, pack.version, frozenset(differing))
