"""What may be done with a consent as it stands, by whom: asked by the page that offers it, and again when it is done.

No session: the consent and whatever else counts for its person and vertical are given.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from portal.core import consents, restriction
from portal.core.actors import Actor
from portal.core.errors import AlreadyDone, DomainError, Forbidden, ReadOnly, SubjectUnverified
from portal.core.models import Consent, Person
from portal.core.permissions import Permission, require, who_can
from portal.core.vocabulary import ConsentStatus, Verification

OVER = (ConsentStatus.WITHDRAWN, ConsentStatus.REJECTED)
RENEWABLE = (ConsentStatus.ACTIVE, ConsentStatus.EXPIRED)


class ConsentAction(StrEnum):
    """What people do with a consent that is recorded."""

    VERIFY = "verify"
    REJECT = "reject"
    RENEW = "renew"
    PROVE = "prove"
    WITHDRAW = "withdraw"


@dataclass(frozen=True)
class Offer:
    """One action as it stands for one consent and one actor; ``who`` can do it, or can lift what stands against it.

    Nobody can do again what is done: ``who`` is empty then.
    """

    action: str
    obstacle: DomainError | None
    who: str

    @property
    def allowed(self) -> bool:
        """Whether it can be done now."""
        return self.obstacle is None


def offers(actor: Actor, consent: Consent, others: Iterable[Consent]) -> list[Offer]:
    """Every action as it stands for *actor*; *others* are the person's other consents."""
    others = list(others)
    return [offer(action, permission, check, actor, consent, others) for action, permission, check in _TABLE]


def capture_offer(actor: Actor, person: Person) -> Offer:
    """Whether *actor* may take a consent of this person down."""
    return offer("capture", Permission.CAPTURE_CONSENT, require_capture, actor, person)


def offer(action: str, permission: Permission, check: Callable[..., None], actor: Actor, *about: object) -> Offer:
    """How *action* stands by what *check* says of it."""
    try:
        check(actor, *about)
    except DomainError as obstacle:
        return Offer(action, obstacle, _who(permission, obstacle))
    return Offer(action, None, who_can(permission))


def require_capture(actor: Actor, person: Person) -> None:
    """Raise Forbidden, SubjectUnverified for a provisional person, ReadOnly for one who is archived."""
    require(actor, Permission.CAPTURE_CONSENT)
    require_known(person)


def require_verify(actor: Actor, consent: Consent, others: Iterable[Consent], *, by: int | None = None) -> None:
    """Raise Forbidden for whoever took it down, AlreadyDone for one that does not wait or while another is active."""
    require(actor, Permission.DECIDE_CONSENT)
    require_pending(consent)
    restriction.require_usable(consent.person)
    taken_by = consent.captured_by_id
    if taken_by is not None and taken_by in (actor.user_id, by) and not actor.is_administrator:
        raise Forbidden("You took this consent down; somebody else verifies it.", target="verified_by")
    require_none_active(consent, others)


def require_reject(actor: Actor, consent: Consent, _others: Iterable[Consent] = ()) -> None:
    """Raise Forbidden, and AlreadyDone for one that does not wait."""
    require(actor, Permission.DECIDE_CONSENT)
    require_pending(consent)


def require_renew(actor: Actor, consent: Consent, others: Iterable[Consent]) -> None:
    """Raise Forbidden, SubjectUnverified, ReadOnly; AlreadyDone for what is given anew instead."""
    require(actor, Permission.CAPTURE_CONSENT)
    if consent.status not in RENEWABLE:
        raise AlreadyDone(
            f"This consent is {consent.status.value}; consent is given anew.", target="consent", status=consent.status
        )
    require_known(consent.person)
    if consent.status is ConsentStatus.EXPIRED:
        require_none_active(consent, others)


def require_standing(actor: Actor, consent: Consent, _others: Iterable[Consent] = ()) -> None:
    """For withdrawing it and for adding evidence: raise Forbidden, AlreadyDone for one that is withdrawn or rejected.

    Whoever may take consent down may take its withdrawal down.
    """
    require(actor, Permission.CAPTURE_CONSENT)
    if consent.status in OVER:
        raise AlreadyDone(f"This consent is {consent.status.value} already.", target="consent", status=consent.status)


def require_known(person: Person) -> None:
    """Raise ReadOnly for one who is archived or whose data is restricted, SubjectUnverified without an identity."""
    restriction.require_usable(person)
    if person.archived_at is not None:
        raise ReadOnly("The record of this person is archived.", target="person_id")
    if person.verification_status is not Verification.VERIFIED:
        raise SubjectUnverified("The person is not verified yet.", target="person_id")


def require_pending(consent: Consent) -> None:
    """Raise AlreadyDone for a consent about which was decided."""
    if consent.status is not ConsentStatus.PENDING:
        status = consents.status_now(consent)
        raise AlreadyDone(f"This consent is {status.value} already.", target="consent", status=status)


def require_none_active(consent: Consent, others: Iterable[Consent]) -> None:
    """Raise AlreadyDone while another consent of this record for this vertical is active: there is one at a time."""
    for other in others:
        same = (other.person_id, other.vertical_id) == (consent.person_id, consent.vertical_id)
        if same and other is not consent and consents.status_now(other) is ConsentStatus.ACTIVE:
            raise AlreadyDone(
                "There is an active consent for this vertical already.", target="vertical_id", consent=other.uuid
            )


_TABLE = (
    (ConsentAction.VERIFY, Permission.DECIDE_CONSENT, require_verify),
    (ConsentAction.REJECT, Permission.DECIDE_CONSENT, require_reject),
    (ConsentAction.RENEW, Permission.CAPTURE_CONSENT, require_renew),
    (ConsentAction.PROVE, Permission.CAPTURE_CONSENT, require_standing),
    (ConsentAction.WITHDRAW, Permission.CAPTURE_CONSENT, require_standing),
)


def _who(permission: Permission, obstacle: DomainError) -> str:
    if isinstance(obstacle, SubjectUnverified):
        return "whoever may verify people, first"
    if isinstance(obstacle, ReadOnly):
        return "whoever may restore or free the record, first"
    if isinstance(obstacle, AlreadyDone):
        return ""
    return who_can(permission)
