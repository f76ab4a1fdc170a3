"""What stands at the top of every page of a case: who, where it stands, what is dangerous, what can be done."""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from sqlalchemy.orm import Session, joinedload, undefer

from portal.core import case_people, cases, clock, codes, kin, lifecycle, merging, messages, splitting, transitions
from portal.core.actors import Actor
from portal.core.guards import Refusal
from portal.core.kin import Link
from portal.core.lifecycle import Facts, Offer
from portal.core.models import Case, CasePerson, UnmappedCode, User
from portal.core.permissions import Permission
from portal.core.safe_contact import Care
from portal.core.vocabulary import READ_ONLY, Action, Answer, Status, Verification
from portal.web.cases.words import case_name
from portal.web.formats import office_zone

# In one statement with the case: whatever its pages say of it without asking further.
SHOWN = (joinedload(Case.owner).undefer(User.covered_by).undefer(User.covered_until),)
SHOWN += tuple(
    joinedload(shown)
    for shown in (
        Case.subject_person,
        Case.subject_household,
        Case.program,
        Case.organisation,
        Case.escalated_to,
        Case.created_by,
    )
)

# Whether there is more to ask for: a case that was never merged or split costs no statement more.
_RELATED = (undefer(Case.holds_others), undefer(Case.was_split), undefer(Case.held), undefer(Case.place_names))

_MOMENTS = {
    Status.SUBMITTED: "submitted_at",
    Status.VERIFIED: "verified_at",
    Status.ACTIVE: "activated_at",
    Status.SUSPENDED: "suspended_at",
    Status.STABILIZED: "stabilized_at",
    Status.CLOSED: "closed_at",
    Status.REOPENED: "reopened_at",
    Status.ARCHIVED: "archived_at",
}


@dataclass(frozen=True)
class Head:
    """The case as the bar at its top shows it, for one reader."""

    actor: Actor
    case: Case
    people: list[CasePerson]
    facts: Facts
    offers: list[Offer]
    unmapped: list[UnmappedCode]
    joined: dict[int, str] = field(default_factory=dict)  # what was merged into it, and is seen with it: references
    home: Link | None = None  # of a merged case: where it lives now
    to_mind: Mapping[int, list[Care]] = field(default_factory=dict)  # before a person on it is called or written to
    closed: Collection[int] = ()  # those of the joined of which nothing is read: their consent was withdrawn

    @property
    def group(self) -> list[int]:
        """The numbers of the cases that are shown as this one."""
        return [self.case.id, *(number for number in self.joined if number not in self.closed)]

    @property
    def merge_refusal(self) -> Refusal | None:
        """Why the case cannot be merged with another now; None where it can."""
        return lifecycle.decide(self.facts, Action.MERGE).refusal

    @property
    def unmerge_refusal(self) -> Refusal | None:
        """Why the merge of this case cannot be undone now; None where it can."""
        return lifecycle.decide(self.facts, Action.UNMERGE).refusal

    @property
    def split_refusal(self) -> Refusal | None:
        """Why the case cannot be split now; None where it can."""
        return splitting.refusal(self.facts)

    @property
    def name(self) -> str:
        """Whom the case is about."""
        return case_name(self.case, self.people)

    @property
    def initials(self) -> str:
        """Two letters for the picture beside the name; none where there is no name."""
        people = [self.case.subject_person, *(part.person for part in self.people if part.role == "client")]
        words = next((person.display_name for person in people if person), "").split()
        return "".join(word[0] for word in dict.fromkeys((words[0], words[-1]))).upper() if words else "?"

    @property
    def is_verified(self) -> bool | None:
        """Whether the identity of the subject is confirmed; None where the case has no one subject."""
        subject = self.case.subject_person or self.case.subject_household
        return None if subject is None else subject.verification_status is Verification.VERIFIED

    @property
    def usual(self) -> Offer | None:
        """The usual next step, when it can be taken: the one solid button."""
        return next((offer for offer in self.offers if offer.allowed and offer.row.usual), None)

    @property
    def further(self) -> list[Offer]:
        """The other steps that can be taken now."""
        return [offer for offer in self.offers if offer.allowed and offer is not self.usual]

    @property
    def refused_here(self) -> list[Offer]:
        """What a right or a rule forbids now, though the case stands where it could be done; and closing, always."""
        return [offer for offer in self.offers if not offer.allowed and not _is_elsewhere(offer)]

    @property
    def refused_elsewhere(self) -> list[Offer]:
        """What belongs to another state of the case."""
        return [offer for offer in self.offers if not offer.allowed and _is_elsewhere(offer)]

    @property
    def next_states(self) -> list[Status]:
        """Where the case can go from here, for this reader."""
        allowed = [offer for offer in self.offers if offer.allowed]
        return list(dict.fromkeys(lifecycle.target_of(offer.row, self.facts) for offer in allowed))

    @property
    def past_states(self) -> list[Status]:
        """The states the case has been in."""
        reached = [status for status, moment in _MOMENTS.items() if getattr(self.case, moment) is not None]
        return [status for status in (Status.DRAFT, *reached) if status is not self.case.lifecycle_status]

    @property
    def since(self) -> dt.datetime:
        """Since when the case stands where it stands."""
        return getattr(self.case, _MOMENTS.get(self.case.lifecycle_status, "created_at")) or self.case.created_at

    @property
    def led_here(self) -> str:
        """The action that led to the state in which the case is: a report that was refused was never closed."""
        left = Action.ARCHIVE if self.case.closed_at is not None else Action.REFUSE
        actions = {Status.SUSPENDED: Action.SUSPEND, Status.CLOSED: Action.CLOSE, Status.REOPENED: Action.REOPEN}
        return actions.get(self.case.lifecycle_status, left).value

    @property
    def is_hidden(self) -> bool:
        """Whether what is written in the case is closed now: consent was withdrawn, no vital interest opens it."""
        return self.facts.consent_withdrawn and not self.actor.reads_hidden(self.case.id, self.case.merged_into_id)

    @property
    def in_danger(self) -> bool:
        """Whether somebody is in immediate danger."""
        return self.case.immediate_danger is Answer.YES and not self.is_hidden

    @property
    def is_sensitive(self) -> bool:
        """Whether gender-based violence was reported; shown so that a visitor who sees the screen does not read it."""
        return self.case.gbv is Answer.YES and not self.is_hidden

    @property
    def cares(self) -> list[Care]:
        """What to mind before reaching anybody on the case, each thing once."""
        return list(dict.fromkeys(care for cares in self.to_mind.values() for care in cares))

    @property
    def unread(self) -> int:
        """How many messages and notes of others the reader has not seen."""
        return 0 if self.is_hidden else self.case.unread or 0

    @property
    def is_overdue(self) -> bool:
        """Whether the review date has passed."""
        due = self.case.review_date
        return due is not None and due < clock.today(office_zone()) and self.case.lifecycle_status not in READ_ONLY

    @property
    def is_mine(self) -> bool:
        """Whether the reader has the case."""
        return self.case.owner_id is not None and self.case.owner_id == self.actor.user_id

    @property
    def may_write(self) -> bool:
        """Whether the case takes notes from this reader now; suspended, from whoever broke the glass."""
        locked = {Status.ARCHIVED} if self.case.id in self.actor.opened else {Status.SUSPENDED, Status.ARCHIVED}
        return self.case.lifecycle_status not in locked and Permission.WRITE_NOTE in self.facts.granted

    @property
    def may_send(self) -> bool:
        """Whether the thread takes messages from this reader now."""
        locked = self.case.lifecycle_status in (Status.SUSPENDED, Status.ARCHIVED)
        return not locked and Permission.WRITE_MESSAGE in self.facts.granted

    @property
    def places(self) -> list[str]:
        """The names of the places that the case says it is about, by name."""
        return sorted((self.case.place_names or "").splitlines())

    @property
    def is_open(self) -> bool:
        """Whether facts, owner and dates can be changed at all in this state."""
        return self.case.lifecycle_status not in READ_ONLY

    def may(self, permission: str) -> bool:
        """Whether the reader holds a permission here and the case's state lets them use it."""
        return self.is_open and Permission(permission) in self.facts.granted

    def offer_of(self, action: str) -> Offer | None:
        """How one action stands."""
        return next((offer for offer in self.offers if offer.action == action), None)


def _is_elsewhere(offer: Offer) -> bool:
    return offer.refusal.rule == "state" and offer.action is not Action.CLOSE


def of_case(session: Session, actor: Actor, number: int, *, identifiers: bool = False) -> Head:
    """Load what the top of a case's pages shows, in a fixed number of statements. Raises NotFound."""
    case = cases.find(session, actor, number, options=(*SHOWN, *_RELATED, messages.unread_by(actor)))
    facts = transitions.facts(session, actor, case)
    joined = merging.members(session, actor, case) if case.holds_others else {}
    closed = merging.closed(session, joined) if joined and not actor.reads_hidden(case.id) else set()
    group = [case.id, *(number for number in joined if number not in closed)]
    people = case_people.of_case(session, case, identifiers=identifiers, group=group)
    home = kin.merged_away(session, actor, case) if case.merged_into_id else None
    offers = lifecycle.available_actions(facts)
    to_mind = case_people.to_mind(session, actor, people)
    return Head(actor, case, people, facts, offers, codes.unmapped(session, case), joined, home, to_mind, closed)
