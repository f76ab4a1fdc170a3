"""Before a second case begins: whoever needs help may have one already, and then it is asked what to do.

The question is a page of its own with buttons alone; what was typed waits in the draft meanwhile.
"""

from dataclasses import dataclass

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _

from portal.core import cases, contacts, drafts, lookalikes, people, safe_contact
from portal.core.errors import DomainError, NotFound
from portal.core.models import Case, Contact, Person
from portal.core.unit import record_reading, unit_of_work
from portal.core.vocabulary import Answer, Outcome
from portal.extensions import db
from portal.web import fragments
from portal.web.access import current_actor
from portal.web.cases.words import person_name
from portal.web.intake import checking, finishing, kept, lists, reading
from portal.web.intake.desk import FORM, Desk
from portal.web.intake.forms import PersonForm
from portal.web.intake.steps import GUIDED, Fields


@dataclass(frozen=True)
class Already:
    """An open case of somebody who was chosen, or who is very likely meant; ``why`` is empty for who was chosen."""

    case: Case
    person: Person
    why: str


def cases_of(desk: Desk) -> list[Already]:
    """The open cases, in the chosen vertical, of those who need help by what the form says."""
    form = desk.form
    needing = [entry.form for entry in form.clients]
    if form.speaks_for.data == "self":
        needing.insert(0, form.reporter.form)
    meant = {card.id: (card, "") for block in needing if (card := _chosen(desk, block))}
    desk.look_for_alike()
    for block in needing:
        for one in desk.alike.get(block.prefix, ()):
            if one.is_likely:
                meant.setdefault(one.person.id, (one.person, one.why))
    vertical_id = _vertical_id(desk)
    if vertical_id is None or not meant:
        return []
    found = lookalikes.active_cases(db.session, desk.actor, list(meant), vertical_id)
    return [Already(case, *meant[person_id]) for person_id, case in found]


def show(key: str, problem: str = "", status: int = 200):
    """The question, asked of the draft; without an open case it leads back to the form."""
    desk = _desk(key)
    found = cases_of(desk) if desk is not None else []
    if not found:
        return redirect(_back(key), 303)
    to_mind = safe_contact.to_mind(db.session, desk.actor, {one.person.id for one in found})
    shown = {"found": found, "to_mind": to_mind, "key": key, "problem": problem, "person_name": person_name}
    page = render_template("intake/already.html", **shown, back=_back(key))
    record_reading(db.session, desk.actor, "people.search", people=sorted({one.person.id for one in found}))
    return page, status


def answer(key: str, button: str):
    """Do what was answered: add the contact to one of these cases, or open a case all the same."""
    desk = _desk(key)
    if desk is None or not finishing.is_sound(desk, "create"):
        return redirect(_back(key), 303)
    if button == "create":
        done = finishing.finish(desk, "create")
        if done is not None:
            return _gone(done)
        return checking.page(desk, status=422) if desk.guided else desk.page(status=422)
    chosen = next((one.case.id for one in cases_of(desk) if button == f"add:{one.case.id}"), None)
    if chosen is None:
        return redirect(url_for("intake.already", key=key), 303)
    try:
        done = _add(desk, chosen)
    except DomainError as refusal:
        return show(key, refusal.message, 409)
    flash(_("The contact is added to this case. What was told stands in a note."), "success")
    return _gone(done)


def _add(desk: Desk, case_id: int) -> Contact:
    key = desk.form.draft.data
    with unit_of_work(db.session, desk.actor, intent="intake.add"):
        sent = contacts.of_draft(db.session, desk.actor, key)
        if sent is None:
            case = cases.find(db.session, desk.actor, case_id)
            told = finishing.told(desk, case.primary_vertical, Outcome.CASE_CREATED, fields=desk.fields)
            sent = contacts.add_to_case(db.session, desk.actor, told, case, _note(desk))
        drafts.discard(db.session, desk.actor, FORM, key)
        return sent


def _note(desk: Desk) -> str:
    """What was told, as a note on the case reads it."""
    form = desk.form
    said = [(form.narrative.data or "").strip()]
    if form.immediate_danger.data == Answer.YES.value:
        said.insert(0, _("Somebody is in danger now."))
    if (form.plan.data or "").strip():
        said.append(f"{form.plan.label.text}: {form.plan.data.strip()}")
    asked = reading.consent(form)
    if asked is not None:
        said.append(reading.consent_words(asked))
    return "\n\n".join(said)


def _desk(key: str) -> Desk | None:
    """The form as it waits in the draft; None where it was sent or thrown away meanwhile."""
    actor = current_actor()
    offered = lists.load(actor)
    fields: Fields | None = drafts.find(db.session, actor, FORM, key)
    if fields is None or contacts.of_draft(db.session, actor, key) is not None:
        return None
    return kept.desk_of(actor, offered, fields, key, guided=GUIDED in fields)


def _back(key: str) -> str:
    """The form in which it was asked to open a case."""
    draft = drafts.details(db.session, current_actor(), FORM, key)
    return kept.where_left(draft) if draft is not None else url_for("intake.resume", key=key)


def _chosen(desk: Desk, block: PersonForm) -> Person | None:
    """Who was chosen; one who is not to be seen any more is refused when the form is sent, and not here."""
    number = block.person_id.data or ""
    try:
        return people.find(db.session, desk.actor, int(number[:18])) if number.isdecimal() else None
    except NotFound:
        return None


def _vertical_id(desk: Desk) -> int | None:
    openable = cases.openable_verticals(db.session, desk.actor)
    return next((vertical.id for vertical in openable if vertical.code == desk.form.vertical.data), None)


def _gone(sent: Contact):
    return fragments.go_to(url_for("cases.show", number=sent.case_id))
