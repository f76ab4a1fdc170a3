"""The cases that a case hangs together with, as its page shows them."""

from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from portal.core import kin
from portal.core.kin import Link
from portal.web.cases.head import Head


@dataclass(frozen=True)
class Related:
    """What was merged into the case, what was split off it, and what it was split off from."""

    merged: list[Link] = field(default_factory=list)
    split_off: list[Link] = field(default_factory=list)
    split_from: Link | None = None

    def __bool__(self) -> bool:
        return bool(self.merged or self.split_off or self.split_from)


def of_case(session: Session, head: Head) -> Related:
    """Asked for only where the case is known to have been merged or split."""
    case, actor = head.case, head.actor
    merged = kin.merged_into(session, actor, case) if case.holds_others else []
    if not case.was_split:
        return Related(merged)
    return Related(merged, kin.split_off(session, actor, case), kin.split_from(session, actor, case))
