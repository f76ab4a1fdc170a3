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
    usual = {mode: Rules(mode, _holders(_plain(mode))) for mode in (ConsentMode.REQUIRED, ConsentMode.NOT_REQUIRED)}
    of_verticals = [_rules_of(one, usual[one.pack.consent_mode]) for one in verticals.listed(session, inactive=True)]
    return [*usual.values(), *of_verticals]


def _rules_of(vertical: Vertical, usual: Rules) -> Rules:
    pack, holders = vertical.pack, _holders(vertical.pack)
    differing = {(one, role) for one in Permission for role in holders[one] ^ usual.holders[one]}
    return Rules(pack.consent_mode, holders, vertical, pack.version, frozenset(differing))


def _plain(mode: ConsentMode) -> PolicyPack:
    """A pack that changes nothing, for asking; it is in no database."""
    return PolicyPack(consent_mode=mode, role_matrix={})


def _holders(pack: PolicyPack) -> dict[Permission, frozenset[Role]]:
    allowed = {role: role_permissions(role, pack) for role in Role}
    return {one: frozenset(role for role in Role if one in allowed[role]) for one in Permission}
