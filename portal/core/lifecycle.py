"""The lifecycle of a case as one table (contract 004). No session, no request: facts in, answers out.

Buttons, forms and all dialects ask ``available_actions``; ``cases.change_status`` asks ``decide`` before it writes.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from portal.core import reasons
from portal.core.guards import GUARDS, Facts, Guard, Refusal
from portal.core.permissions import Permission as P
from portal.core.vocabulary import LIVE, Action, Origin, Status

G = Guard
PRIOR = "prior status"  # the target of resume and unmerge


@dataclass(frozen=True)
class Transition:
    """One row of the table. ``reasons`` None: no reason is asked; ``text_with_other``: contract says "if OTHER"."""

    action: Action
    sources: frozenset[Status]
    target: Status | str
    permission: P
    guards: tuple[Guard, ...] = ()
    reasons: Mapping[str, str] | None = None
    reason_required: bool = True
    text_with_other: bool = False
    through: tuple[Status, ...] = ()  # states passed on the way, each with a history row of its own
    only_without_consent: bool = False
    usual: bool = False  # the usual next step from here: the one solid button
    by_system: bool = False  # taken by the portal itself when consent ends or returns; nobody may ask for it

    @property
    def is_composite(self) -> bool:
        """Several steps of the contract's order under one button."""
        return bool(self.through)


def _row(action: Action, sources: set[Status] | frozenset[Status], target: Status | str, permission: P, **more):
    return Transition(action, frozenset(sources), target, permission, **more)


S = Status
TABLE: tuple[Transition, ...] = (
    _row(Action.SUBMIT, {S.DRAFT}, S.SUBMITTED, P.SUBMIT, guards=(G.CONSENT,), usual=True),
    _row(
        Action.VERIFY,
        {S.SUBMITTED},
        S.VERIFIED,
        P.VERIFY,
        guards=(G.SUBJECT_VERIFIED, G.CONSENT, G.OTHER_THAN_SUBMITTER),
        usual=True,
    ),
    _row(
        Action.ACTIVATE,
        {S.VERIFIED, S.REOPENED},
        S.ACTIVE,
        P.ACTIVATE,
        guards=(G.SUBJECT_VERIFIED, G.CONSENT, G.NO_OPEN_CONFLICT),
        usual=True,
    ),
    _row(Action.SUSPEND, LIVE, S.SUSPENDED, P.SUSPEND, reasons=reasons.SUSPENSION, by_system=True),
    _row(
        Action.SUSPEND,
        {S.ACTIVE, S.STABILIZED, S.REOPENED},
        S.SUSPENDED,
        P.SUSPEND,
        reasons=reasons.SUSPENSION,
        text_with_other=True,
    ),
    _row(Action.RESUME, {S.SUSPENDED}, PRIOR, P.RESUME, guards=(G.CONSENT, G.NO_REASON_LEFT), by_system=True),
    _row(
        Action.RESUME,
        {S.SUSPENDED},
        PRIOR,
        P.RESUME,
        guards=(G.CONSENT, G.NO_OTHER_SUSPENSION),
        reasons=reasons.RESUME,
        reason_required=False,
        usual=True,
    ),
    _row(Action.STABILIZE, {S.ACTIVE}, S.STABILIZED, P.STABILIZE, guards=(G.CONSENT,), usual=True),
    _row(Action.CLOSE, {S.STABILIZED}, S.CLOSED, P.CLOSE, reasons=reasons.CLOSURE, usual=True),
    # Where consent is not required, "Close" on an active case passes through stabilized.
    _row(
        Action.CLOSE,
        {S.ACTIVE},
        S.CLOSED,
        P.CLOSE,
        reasons=reasons.CLOSURE,
        through=(S.STABILIZED,),
        only_without_consent=True,
    ),
    _row(Action.REOPEN, {S.CLOSED}, S.REOPENED, P.REOPEN, reasons=reasons.REOPEN, text_with_other=True, usual=True),
    _row(Action.ARCHIVE, {S.CLOSED}, S.ARCHIVED, P.ARCHIVE, reasons=reasons.ARCHIVE, text_with_other=True),
    # Abandoning: a live case that will not go on, and the way out of a suspension for ever.
    _row(Action.ARCHIVE, LIVE | {S.SUSPENDED}, S.ARCHIVED, P.ABANDON, reasons=reasons.ABANDON),
    _row(
        Action.REFUSE,
        {S.SUBMITTED},
        S.ARCHIVED,
        P.TRIAGE,
        guards=(G.FROM_WEBFORM,),
        reasons=reasons.REFUSAL,
        text_with_other=True,
    ),
    _row(Action.MERGE, LIVE | {S.CLOSED}, S.ARCHIVED, P.MERGE, reasons=reasons.MERGE, text_with_other=True),
    _row(Action.UNMERGE, {S.ARCHIVED}, PRIOR, P.MERGE),
)

# Merging and unmerging are asked for on two cases and have doors of their own.
STEPS = tuple(row for row in TABLE if row.action not in (Action.MERGE, Action.UNMERGE))


@dataclass(frozen=True)
class Offer:
    """One action as it stands for one case and one actor; ``refusal`` is None when it can be done."""

    action: Action
    row: Transition | None
    refusal: Refusal | None

    @property
    def allowed(self) -> bool:
        """Whether the action can be done now."""
        return self.refusal is None


VERBS = {
    Action.SUBMIT: "Submit",
    Action.VERIFY: "Verify",
    Action.ACTIVATE: "Activate",
    Action.SUSPEND: "Suspend",
    Action.RESUME: "Resume",
    Action.STABILIZE: "Stabilize",
    Action.CLOSE: "Close",
    Action.REOPEN: "Reopen",
    Action.ARCHIVE: "Archive",
    Action.REFUSE: "Refuse",
    Action.MERGE: "Merge",
    Action.UNMERGE: "Undo merge",
}


def find(
    status: Status, action: Action, *, consent_required: bool, composites: bool = True, by_system: bool = False
) -> Transition | None:
    """The row for *action* from *status*, if the table has one there."""
    for row in TABLE:
        if row.action is action and status in row.sources:
            if row.by_system and not by_system:
                continue
            if row.is_composite and not composites:
                continue
            if row.only_without_consent and consent_required:
                continue
            return row
    return None


def decide(facts: Facts, action: Action, *, composites: bool = True) -> Offer:
    """Whether *action* can be done, by the table, the permission and the guards, in that order."""
    row = find(
        facts.status,
        action,
        consent_required=facts.consent_required,
        composites=composites,
        by_system=facts.by_system,
    )
    if row is None or (action is Action.UNMERGE and not facts.merged):
        return Offer(action, None, Refusal("state", _not_from_here(facts, action), _who_moves_it(facts, action)))
    if row.permission not in facts.granted:
        who = facts.holders.get(row.permission, "an administrator")
        return Offer(action, row, Refusal("G4", "You may not do this here.", who))
    for guard in row.guards:
        refusal = GUARDS[guard](facts)
        if refusal is not None:
            return Offer(action, row, refusal)
    return Offer(action, row, None)


def available_actions(facts: Facts, *, composites: bool = True) -> list[Offer]:
    """Every step of the lifecycle as it stands now: those that can be done first, the usual one at the top."""
    actions = dict.fromkeys(row.action for row in STEPS)
    offers = [decide(facts, action, composites=composites) for action in actions]
    if facts.origin is not Origin.WEBFORM:
        offers = [offer for offer in offers if offer.action is not Action.REFUSE]
    return sorted(offers, key=lambda offer: (not offer.allowed, not (offer.row and offer.row.usual)))


def target_of(row: Transition, facts: Facts) -> Status:
    """The state that *row* leads to; resume and unmerge lead back to the remembered one."""
    if row.target == PRIOR:
        return facts.prior_status or Status.DRAFT
    return Status(row.target)


def _not_from_here(facts: Facts, action: Action) -> str:
    if facts.merged and facts.status is Status.ARCHIVED:
        return "This case was merged into another; what happens now happens there."
    sources = [row.sources for row in TABLE if row.action is action and not (row.is_composite or row.by_system)]
    words = [status.value for status in Status if any(status in found for found in sources)]
    if action is Action.CLOSE and facts.status is Status.ACTIVE:
        return "An active case is stabilized first. Then you can close it."
    if action is Action.ARCHIVE:
        return "This case is archived already."
    return f"The case is {facts.status.value}; this is possible when it is {_or(words)}."


def _who_moves_it(facts: Facts, action: Action) -> str:
    if facts.merged:
        return f"{facts.holders.get(P.MERGE, 'a supervisor')}, by undoing the merge"
    if facts.status is Status.ARCHIVED:
        return "Nobody: an archived case is kept as it is"
    allowed = [row for row in STEPS if facts.status in row.sources and row.usual]
    return facts.holders.get(allowed[0].permission, "an administrator") if allowed else "an administrator"


def _or(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}" if words else "in another state"
