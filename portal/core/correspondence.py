"""Mail cases of other systems (contract 003): a sender opens, overwrites and patches its case, and brings messages.

Every effect is natural to repeat: a case is known by its sender's ``caseUid``, a message by its ``messageUid``.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core import cases, facets, mail, words
from portal.core.actors import Actor
from portal.core.errors import NotFound, ReadOnly, Refused
from portal.core.facets import FIELDS, Held, ReadPriority
from portal.core.mail import MessageTold
from portal.core.models import CorrespondenceCase, CorrespondenceField, Inbox, Message, Vertical
from portal.core.permissions import Permission, require
from portal.core.vocabulary import ConsentMode, Origin, Priority, WorkState
from portal.core.words import Meaning


@dataclass(frozen=True)
class Word:
    """A sender's word for the status, and what it means; None where no list knows it: it is kept and moves nothing."""

    text: str
    meaning: Meaning | None = None
    work_state: WorkState | None = None


@dataclass(frozen=True, kw_only=True)
class CaseTold:
    """What a sender says of its case. ``values`` are by the names of ``facets.NAMES``; those absent are not said."""

    uid: str
    values: Mapping[str, Any] = field(default_factory=dict)
    word: Word | None = None
    read_priority: ReadPriority


@dataclass(frozen=True)
class Outcome:
    """What came of it: the sender's row with its cases, and the names of what was said but not applied."""

    held: Held
    not_applied: tuple[str, ...] = ()


def put(
    session: Session, actor: Actor, told: CaseTold, messages: Sequence[MessageTold], *, only_these: bool
) -> Outcome:
    """Overwrite the sender's case, or open it. With ``only_these`` its other messages are withdrawn.

    A suspended or archived case takes the messages and keeps the rest as it is. A merged case is told
    apart: its sender's row is overwritten, messages land on the survivor, the survivor's state does not move.
    Raises InvalidInput, NotFound, Forbidden.
    """
    held = facets.hold(session, actor, told.uid)
    if held is None:
        return _open(session, actor, told, messages)
    _require(session, actor, held, Permission.WRITE_MESSAGE, Permission.UPDATE)
    absent = mail.left_out(session, held.facet, (message.uid for message in messages)) if only_these else []
    late = mail.is_at_rest(held)
    if held.is_locked:
        mail.take(session, actor, held, messages, late=late)
        kept = facets.left_alone(held.facet, told.values)
        return Outcome(held, tuple([*kept, "messages"] if absent else kept))
    applied = _apply(session, actor, held, told)
    mail.take(session, actor, held, messages, late=late)
    mail.withdraw(session, actor, held, absent)
    return Outcome(held, () if applied else ("status",))


def add(session: Session, actor: Actor, case_uid: str, message: MessageTold) -> Outcome | None:
    """Add a message to the sender's case, in whatever state it is; None, and nothing stored, where there is no case.

    Raises NotFound, Forbidden.
    """
    held = facets.hold(session, actor, case_uid)
    if held is None:
        return None
    _require(session, actor, held, Permission.WRITE_MESSAGE)
    mail.take(session, actor, held, [message], late=mail.is_at_rest(held))
    return Outcome(held)


def patch(session: Session, actor: Actor, told: CaseTold, messages: Sequence[MessageTold] = ()) -> Outcome:
    """Change what is said and nothing else; custom fields are merged by name, messages added.

    Raises NotFound, ReadOnly for a suspended or archived case, InvalidInput for too many custom fields, Forbidden.
    """
    held = facets.hold(session, actor, told.uid)
    if held is None:
        raise NotFound("There is no such case.", target="case")
    _require(session, actor, held, Permission.UPDATE)
    if not told.values and not messages:
        return Outcome(held)
    if held.is_locked:
        status = held.case.lifecycle_status
        raise ReadOnly(
            f"The case is {status.value} and takes no changes; send messages instead.", current_status=status
        )
    values = dict(told.values)
    if FIELDS in values:
        kept = facets.values_of(held.facet)[FIELDS]
        values[FIELDS] = {} if values[FIELDS] is None else kept | values[FIELDS]
    late = mail.is_at_rest(held)
    applied = _apply(session, actor, held, dataclasses.replace(told, values=values))
    if messages:
        _require(session, actor, held, Permission.WRITE_MESSAGE)
        mail.take(session, actor, held, messages, late=late)
    return Outcome(held, () if applied else ("status",))


def read(session: Session, actor: Actor, case_uid: str) -> tuple[Held, list[Message]]:
    """The sender's own view of its case: what it said, and the messages it brought. Raises NotFound."""
    facet = facets.find(session, actor, case_uid)
    if facet is None:
        raise NotFound("There is no such case.", target="case")
    own = cases.find(session, actor, facet.case_id)
    return Held(facet, own, cases.root(session, own)), mail.of_sender(session, facet)


def _require(session: Session, actor: Actor, held: Held, *permissions: Permission) -> None:
    """A sender needs its rights on the case it opened; the survivor of a merge need not be its own."""
    taking_part = cases.opted_in(session, held.own)
    for permission in permissions:
        require(actor, permission, held.own, participating=taking_part)


def _open(session: Session, actor: Actor, told: CaseTold, messages: Sequence[MessageTold]) -> Outcome:
    require(actor, Permission.WRITE_MESSAGE)
    said = told.values
    wanted = _routed(session, said.get("inbox"))
    vertical = wanted if wanted and _takes_mail(wanted) else cases.default_vertical(session, Origin.CORRESPONDENCE)
    opening = {
        "summary": said["subject"],
        "priority": told.read_priority(said.get("priority")) or Priority.MEDIUM,
        "priority_raw": said.get("priority"),
        "external_status": said.get("status"),
        "needs_triage": wanted is not None and wanted is not vertical,
    }
    case = cases.open_case(session, actor, origin=Origin.CORRESPONDENCE, vertical=vertical, facts=opening)
    columns = {column: said.get(name) for name, column in facets.COLUMNS.items()}
    rows = [CorrespondenceField(name=name, value=value) for name, value in (said.get(FIELDS) or {}).items()]
    facet = CorrespondenceCase(
        organisation_id=actor.organisation_id,
        case_uid=told.uid,
        case_id=case.id,
        fields=rows,
        **columns | {"tags": said.get("tags") or []},
    )
    session.add(facet)
    session.flush()
    held = Held(facet, case, case)
    applied = _obey(session, actor, held, told.word)
    mail.take(session, actor, held, messages, late=False)
    return Outcome(held, () if applied else ("status",))


def _apply(session: Session, actor: Actor, held: Held, told: CaseTold) -> bool:
    """Overwrite the sender's row and obey its word; False where the word was not obeyed."""
    applied = _obey(session, actor, held, told.word)
    changed = facets.overwrite(session, actor, held, told.values, read_priority=told.read_priority)
    if "inbox" in changed and not held.is_merged:
        wanted = _routed(session, held.facet.inbox)
        if wanted is not None and wanted.id != held.case.primary_vertical_id:
            facets.call_attention(session, held.case)  # only a transfer moves a case, and a person decides on it
    return applied


def _obey(session: Session, actor: Actor, held: Held, word: Word | None) -> bool:
    """Bring the case to what the word means; where that is refused, the word waits for a caseworker.

    A word about a merged case says nothing of the survivor, which has words of its own.
    """
    if word is None or word.meaning is None:
        return True
    case = held.case
    if not held.is_merged:
        try:
            mover = _may_pass(actor) if word.meaning is Meaning.LIVE else actor
            words.bring(session, mover, case, word.meaning, work_state=word.work_state, said=word.text)
        except Refused:
            if case.reported_status != word.text:  # said once, it waits once, however often it is delivered
                words.queue(session, actor, case, word.text)
    return words.meaning_of(case) is word.meaning


def _may_pass(actor: Actor) -> Actor:
    """A stabilized case comes back to work through closed and reopened. To pass through is not to close:
    the scope that is asked for is the one that reopens.
    """
    return dataclasses.replace(actor, scopes=actor.scopes | {"case:close"})


def _routed(session: Session, inbox: str | None) -> Vertical | None:
    """The vertical that answers an inbox, whatever the case of its letters."""
    if not inbox or not inbox.strip():
        return None
    query = sa.select(Vertical).join(Inbox, Inbox.vertical_id == Vertical.id)
    return session.scalar(
        query.where(sa.func.lower(Inbox.address) == inbox.strip().lower(), Vertical.status == "active")
    )


def _takes_mail(vertical: Vertical) -> bool:
    """Mail names no verified subject with consent, so a vertical that asks for one cannot open a case by mail.

    Such mail is taken by the default vertical, for a caseworker to transfer.
    """
    return vertical.pack.consent_mode is ConsentMode.NOT_REQUIRED
