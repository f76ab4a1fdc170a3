"""Words of the correspondence dialect to core's and back (contract 003)."""

import re
from collections.abc import Mapping
from typing import Any

from portal.core import facets, plain_text, timestamps, words
from portal.core.correspondence import CaseTold, Outcome, Word
from portal.core.facets import FIELDS, Held
from portal.core.mail import MessageTold
from portal.core.models import Case, CorrespondenceCase, Message
from portal.core.vocabulary import Direction, Priority, Status, WorkState
from portal.core.words import Meaning

# What core calls a field, where this dialect calls it otherwise.
WIRE_NAMES = {FIELDS: "customFields", "case": "caseUid"}

OUTBOUND = "Outbound"
DIRECTIONS = {"inbound": Direction.INBOUND, "outbound": Direction.OUTBOUND}
_DIRECTIONS_OUT = {Direction.INBOUND: "Inbound", Direction.OUTBOUND: OUTBOUND}

_MEANINGS = {
    **dict.fromkeys(("open", "new", "active", "reopened", "in progress"), (Meaning.LIVE, WorkState.FOR_ACTION)),
    **dict.fromkeys(("pending", "waiting", "on hold", "hold"), (Meaning.LIVE, WorkState.WAITING)),
    "pending customer": (Meaning.LIVE, WorkState.WAITING_REPLY),
    **dict.fromkeys(("resolved", "solved", "done"), (Meaning.STABILIZED, None)),
    **dict.fromkeys(("closed", "cancelled"), (Meaning.CLOSED, None)),
}
_PRIORITIES = {
    "urgent": Priority.HIGH,
    "high": Priority.HIGH,
    "normal": Priority.MEDIUM,
    "medium": Priority.MEDIUM,
    "low": Priority.LOW,
}


def word(status: str | None) -> Word | None:
    """A status with its meaning, whatever its case and whether it is written with dash, underscore or space."""
    if status is None:
        return None
    meaning, work_state = _MEANINGS.get(_unified(status), (None, None))
    return Word(status, meaning, work_state)


def read_priority(priority: str | None) -> Priority | None:
    """What a word for priority means here; None where it means nothing."""
    return _PRIORITIES.get(_unified(priority or ""))


def _unified(text: str) -> str:
    return " ".join(re.split(r"[-_\s]+", text.strip().casefold()))


def status_of(facet: CorrespondenceCase, case: Case) -> str:
    """The sender's own word while it means what the case is, else the table's word for it.

    A word that no list knows speaks of work under way: it stands until the case comes to an end or to a halt.
    """
    said = word(facet.status)
    own = _table_word(case)
    if said is None or case.lifecycle_status is Status.SUSPENDED:
        return own
    if said.meaning is None:
        return said.text if words.meaning_of(case) is Meaning.LIVE else own
    same_work = said.work_state is None or said.work_state is case.work_state
    return said.text if said.meaning is words.meaning_of(case) and same_work else own


def _table_word(case: Case) -> str:
    if case.lifecycle_status is Status.SUSPENDED:
        return "on-hold"
    meaning = words.meaning_of(case)
    if meaning is Meaning.LIVE:
        return "open" if case.work_state is WorkState.FOR_ACTION else "pending"
    return "resolved" if meaning is Meaning.STABILIZED else "closed"


def case_told(uid: str, body: Mapping[str, Any], names: tuple[str, ...] = facets.NAMES) -> CaseTold:
    """What a body says of a case, of these names; only what is in it."""
    values = {name: body[WIRE_NAMES.get(name, name)] for name in names if WIRE_NAMES.get(name, name) in body}
    if values.get(FIELDS) is not None:
        values[FIELDS] = {field["name"]: field["value"] for field in values[FIELDS] if field["value"].strip()}
    return CaseTold(uid=uid, values=values, word=word(values.get("status")), read_priority=read_priority)


def message_told(body: Mapping[str, Any]) -> MessageTold:
    """A message as core takes it: with its HTML stripped, and as it came beside that where it had any."""
    text = plain_text.from_html(body["text"])
    return MessageTold(
        uid=body["messageUid"],
        sent_at=body["created"],
        direction=body["direction"],
        kind=body["type"],
        sender=body["from"],
        recipients=body["to"],
        subject=body["subject"],
        text=text,
        raw=body["text"] if text != body["text"] else None,
        attachments=body["attachments"],
    )


def answer(outcome: Outcome) -> dict[str, Any]:
    """What came of a request (the contract documents no body; this is ours)."""
    told = _known_as(outcome.held)
    if outcome.held.is_merged:
        told["mergedInto"] = outcome.held.case.reference
    if outcome.held.is_locked or outcome.not_applied:
        told["notApplied"] = [WIRE_NAMES.get(name, name) for name in outcome.not_applied]
    return told


def _known_as(held: Held) -> dict[str, Any]:
    return {
        "caseUid": held.facet.case_uid,
        "status": status_of(held.facet, held.case),
        "created": timestamps.text(held.facet.external_created),
        "updated": timestamps.text(held.facet.external_updated),
    }


def case_shown(held: Held, messages: list[Message]) -> dict[str, Any]:
    """A case in the shape of PUT. What its sender left out is left out."""
    facet, known = held.facet, _known_as(held)
    told = {
        "caseUid": facet.case_uid,
        "source": facet.source,
        "created": known["created"],
        "updated": known["updated"],
        "subject": facet.subject,
        "inbox": facet.inbox,
        "status": known["status"],
        "tags": list(facet.tags),
        "customFields": [{"name": field.name, "value": field.value} for field in facet.fields],
        "priority": facet.priority,
        "mergedInto": held.case.reference if held.is_merged else None,
        "messages": [message_shown(message) for message in messages],
    }
    return {name: value for name, value in told.items() if value is not None}


def message_shown(message: Message) -> dict[str, Any]:
    """A message with the keys of the contract."""
    return {
        "messageUid": message.message_uid,
        "created": timestamps.text(message.sent_at),
        "type": message.kind,
        "direction": _DIRECTIONS_OUT[message.direction],
        "from": dict(message.sender),
        "to": [dict(recipient) for recipient in message.recipients],
        "subject": message.subject,
        "text": message.text,
        "attachments": list(message.attachment_refs),
    }
