"""The guards of the lifecycle: facts of a case in, a reason against a step out. No session, no request."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from portal.core import reasons
from portal.core.permissions import Permission as P
from portal.core.vocabulary import Origin, Status


class Guard(enum.StrEnum):
    """The guards of the table: what must be true beside the permission (G4)."""

    SUBJECT_VERIFIED = "G1"
    CONSENT = "G2"
    NO_OPEN_CONFLICT = "G3"
    OTHER_THAN_SUBMITTER = "verifier differs from submitter"
    NO_OTHER_SUSPENSION = "no other suspension stands"
    NO_REASON_LEFT = "no reason of the suspension is left"
    FROM_WEBFORM = "sent in by web form"


G = Guard


@dataclass(frozen=True)
class Facts:
    """What the table needs to know of one case, gathered by ``transitions.facts``."""

    status: Status
    prior_status: Status | None = None
    origin: Origin = Origin.PORTAL
    consent_required: bool = False
    subject_verified: bool = False
    consent_problem: str | None = None  # a sentence, or None when consent is in order
    consent_expired: bool = False
    consent_withdrawn: bool = False  # what is written in the case is read by nobody then
    open_conflicts: int = 0
    suspension_reasons: tuple[str, ...] = ()
    submitted_by_actor: bool = False
    elevated: bool = False  # an administrator or the system, exempt from "verifier differs from submitter"
    granted: frozenset[P] = frozenset()
    holders: Mapping[P, str] = field(default_factory=dict)  # permission → "a supervisor or an administrator"
    merged: bool = False
    by_system: bool = False


@dataclass(frozen=True)
class Refusal:
    """Why an action is not possible: the rule, a sentence, and who can lift it."""

    rule: str
    reason: str
    who: str


def _subject_verified(facts: Facts) -> Refusal | None:
    if not facts.consent_required or facts.subject_verified:
        return None
    return Refusal("G1", "The person or household this case supports is not verified yet.", "Whoever may verify people")


def _consent(facts: Facts) -> Refusal | None:
    if facts.consent_problem is None:
        return None
    return Refusal("G2", facts.consent_problem, "The person, by giving consent")


def _no_open_conflict(facts: Facts) -> Refusal | None:
    if not facts.consent_required or facts.open_conflicts == 0:
        return None
    who = facts.holders.get(P.DECIDE_CONFLICT, "a supervisor")
    return Refusal("G3", "A possible duplicate support is open and must be decided first.", who)


def _other_than_submitter(facts: Facts) -> Refusal | None:
    if not facts.consent_required or not facts.submitted_by_actor or facts.elevated:
        return None
    return Refusal("verifier", "You submitted this case; somebody else verifies it.", "Another caseworker")


def _no_other_suspension(facts: Facts) -> Refusal | None:
    blocking = [code for code in facts.suspension_reasons if code == "GEO_REVIEW"]
    if not blocking or facts.elevated:
        return None
    return Refusal("suspension", f"{reasons.words(blocking[0])}.", "An administrator, when the review is complete")


def _no_reason_left(facts: Facts) -> Refusal | None:
    if not facts.suspension_reasons:
        return None
    return Refusal("suspension", f"{reasons.words(facts.suspension_reasons[0])}.", "Whoever may resume the case")


def _from_webform(facts: Facts) -> Refusal | None:
    if facts.origin is Origin.WEBFORM:
        return None
    return Refusal("triage", "Only a report that came in by web form can be refused.", "Nobody")


GUARDS = {
    G.SUBJECT_VERIFIED: _subject_verified,
    G.CONSENT: _consent,
    G.NO_OPEN_CONFLICT: _no_open_conflict,
    G.OTHER_THAN_SUBMITTER: _other_than_submitter,
    G.NO_OTHER_SUSPENSION: _no_other_suspension,
    G.NO_REASON_LEFT: _no_reason_left,
    G.FROM_WEBFORM: _from_webform,
}
