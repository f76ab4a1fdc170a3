"""What cases, people and events are called on the pages. Words only; nothing is decided here."""

import datetime as dt
import itertools

from flask import get_template_attribute
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.core import outbox
from portal.core.models import Case, CasePerson, Person
from portal.core.timeline import Entry
from portal.core.vocabulary import Answer, Delivery, NameKnown, Origin, Status
from portal.web.case_files import limits as file_limits
from portal.web.formats import day, local

ROLES = {
    "reporter": _l("Reporter"),
    "client": _l("Client"),
    "perpetrator": _l("Alleged perpetrator"),
    "other": _l("Other person"),
}

_NAMELESS = {
    NameKnown.DECLINED: _l("Name declined"),
    NameKnown.NOT_KNOWN: _l("Name not known"),
    NameKnown.NOT_ASKED: _l("Name not asked"),
}

DELIVERY = {
    Delivery.RECEIVED: _l("Received"),
    Delivery.RECORDED: _l("Recorded, not sent"),
    Delivery.HELD: _l("Waiting to be sent"),
    Delivery.READY: _l("Being sent"),
    Delivery.SENT: _l("Sent"),
    Delivery.FAILED: _l("Could not be delivered"),
    Delivery.CANCELLED: _l("Taken back before it was sent"),
}

ORIGINS = {
    Origin.PORTAL: _l("Taken here"),
    Origin.CONSTITUENCY: _l("Constituency system"),
    Origin.HELPLINE: _l("Helpline"),
    Origin.WEBFORM: _l("Web form"),
    Origin.CORRESPONDENCE: _l("Correspondence"),
    Origin.INTERVENTIONS: _l("Support programme"),
}

ANSWERS = {
    Answer.YES: _l("Yes"),
    Answer.NO: _l("No"),
    Answer.NOT_KNOWN: _l("Not known"),
    Answer.NOT_ASKED: _l("Not asked"),
}

CHANGES = {
    "case.update": _l("Facts changed"),
    "case.places": _l("Places changed"),
    "case.assignment_add": _l("Worker added"),
    "case.assignment_end": _l("Assignment ended"),
    "case.export": _l("A case file was made, to be read outside"),
    "case.restrict": _l("Restricted: who may see it is a list"),
    "case.restriction_lift": _l("The restriction was lifted"),
    "case.hold": _l("Held: no rule archives or erases it"),
    "case.hold_lift": _l("The legal hold was lifted"),
    "case.erase": _l("What was told was erased by rule"),
    "case.break_glass": _l("The glass was broken: somebody opened it for some hours"),
    "case.break_glass_end": _l("What was opened by breaking the glass is closed again"),
    "case.accept": _l("Taken in: somebody here looked at the report"),
    "case.code_mapped": _l("A code of the sender was given its meaning"),
    "case.merge_in": _l("Another case was merged into this one"),
    "case.unmerge_from": _l("The merge of another case into this one was undone"),
    "attachment.add": _l("A file was added"),
    "attachment.link": _l("A file that came before was put onto the case"),
    "case.split": _l("The case was split"),
    "case.transfer": _l("Led by another service from now on"),
    "conflict.check": _l("Checked for duplicate support"),
    "conflict.open": _l("A possible duplicate support was found"),
    "conflict.resolved": _l("A possible duplicate support was resolved"),
    "conflict.dismissed": _l("A possible duplicate support was dismissed"),
    "conflict.reopen": _l("A possible duplicate support is open again"),
    "participant.add": _l("A service was asked to take part"),
    "participant.opt_in": _l("A service takes part"),
    "participant.remove": _l("A service takes part no longer"),
    "approval.ask": _l("An approval was asked for"),
    "approval.decide": _l("An approval was decided"),
    "case.word_queued": _l("Another system asked for a change of state"),
    "note.rewrite": _l("A note was put right by its author"),
    "note.take_back": _l("A note was taken back by its author"),
    "review.add": _l("Review date added"),
    "review.change": _l("Review date changed"),
    "review.complete": _l("Review done"),
    "review.incomplete": _l("Review not done after all"),
    "review.remove": _l("Review date taken away"),
    "intake.second_report": _l("A second report came from the same call"),
    "message.hold": _l("A message was sent, and held so that it can be undone"),
    "message.unsend": _l("A message was taken back before it was recorded"),
    "message.replace": _l("A message was changed by its sender"),
    "message.withdraw": _l("A message was withdrawn by its sender"),
}

FIELDS = {
    "summary": _l("summary"),
    "narrative": _l("what happened"),
    "plan": _l("plan"),
    "category": _l("category"),
    "priority": _l("priority"),
    "gbv": _l("gender-based violence"),
    "immediate_danger": _l("immediate danger"),
    "case_type": _l("type"),
    "contact_type": _l("type of contact"),
    "justice": _l("state of the legal case"),
    "assessment": _l("assessment"),
    "know_about": _l("how they heard of us"),
    "disposition": _l("disposition"),
    "program_id": _l("programme"),
    "active_until": _l("end of support"),
    "external_status": _l("status elsewhere"),
    "custom_fields": _l("further fields"),
    "work_state": _l("work state"),
    "escalated": _l("escalation"),
    "escalated_to_id": _l("escalated to"),
    # What a sender says of its own case (correspondence).
    "source": _l("source"),
    "created": _l("created"),
    "updated": _l("updated"),
    "subject": _l("subject"),
    "inbox": _l("inbox"),
    "status": _l("status"),
    "tags": _l("tags"),
    "fields": _l("custom fields"),
}


def for_templates() -> dict[str, object]:
    """What the templates of a case call by these names."""
    return {
        "answer": lambda answer: ANSWERS[answer],
        "by_day": by_day,
        "change_words": change_words,
        "file_limits": file_limits,
        "held_names": outbox.named,
        "hold_seconds": int(outbox.HOLD.total_seconds()),
        "delivery_words": lambda delivery: DELIVERY.get(delivery, delivery),
        "role_word": lambda role: ROLES.get(role, role),
        "origin_words": lambda origin: ORIGINS.get(origin, origin),
    }


def by_day(entries: list[Entry]) -> list[tuple[dt.date, list[Entry]]]:
    """Entries under the day on which they happened, as the office counts days."""
    return [
        (date, list(happened)) for date, happened in itertools.groupby(entries, lambda entry: local(entry.at).date())
    ]


def status_word(status: Status | str) -> str:
    """The word for a state, from the macro that the pages use."""
    return str(get_template_attribute("macros/state.html", "status_word")(str(status))).strip()


def person_name(person: Person) -> str:
    """The name of a person, or honestly why there is none."""
    if person.name_known in _NAMELESS or not person.display_name:
        return str(_NAMELESS.get(person.name_known, _NAMELESS[NameKnown.NOT_ASKED]))
    if person.name_known is NameKnown.PLACEHOLDER:
        return _("No real name, called “%(name)s”", name=person.display_name)
    return person.display_name


def case_name(case: Case, people: list[CasePerson]) -> str:
    """Whom a case is about: its subject, else its clients, else an honest blank."""
    if case.subject_person is not None:
        return person_name(case.subject_person)
    if case.subject_household is not None:
        return case.subject_household.name
    clients = [part.person for part in people if part.role == "client"]
    if not clients:
        return _("No client named")
    first = person_name(clients[0])
    return _("%(name)s and %(count)s more", name=first, count=len(clients) - 1) if len(clients) > 1 else first


def change_words(action: str, details: dict) -> str:
    """An event of the audit in words; one that has none yet is shown by its own name."""
    if action == "case.update":
        fields = ", ".join(str(FIELDS.get(name, name)) for name in details.get("fields", []))
        return _("Changed: %(fields)s", fields=fields)
    if action == "correspondence.change":
        return _changed_by_sender(details)
    if action == "case.review_date":
        return _review_words(details.get("to"))
    return str(CHANGES.get(action, action.replace(".", ": ").replace("_", " ").capitalize()))


def _review_words(date: str | None) -> str:
    if not date:
        return _("Review date taken away")
    return _("Review date set to %(day)s", day=day(dt.date.fromisoformat(date)))


def _changed_by_sender(details: dict) -> str:
    """What a sender changed of its own case, and what it cleared by leaving it out (contract 003)."""
    cleared = details.get("cleared", [])
    named = [FIELDS.get(name, name) for name in details.get("fields", []) if name not in (*cleared, "updated")]
    parts = [_("Changed by sender: %(fields)s", fields=", ".join(map(str, named)))] if named else []
    if cleared:
        names = ", ".join(str(FIELDS.get(name, name)) for name in cleared)
        parts.append(_("Cleared by sender: %(fields)s", fields=names))
    return "; ".join(parts)
