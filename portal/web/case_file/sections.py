"""Each part of a case file in the words that the pages of the case use for it."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from portal.core.case_file import CaseFile, Part
from portal.core.models import CasePerson, Person
from portal.core.timeline import Entry
from portal.core.vocabulary import Origin, Verification
from portal.web.case_file.document import Block, Fact, Section, block, facts, line
from portal.web.cases import words
from portal.web.consents import words as consent_words
from portal.web.formats import dated_moment, day, reason_words

Labels = Mapping[tuple[str, str], str]

_CHANNELS = {
    "email": _l("by e-mail"),
    "sms": _l("by text message"),
    "letter": _l("by letter"),
    "phone": _l("by phone"),
    "chat": _l("by chat"),
}
_SAFE = {"yes": _l("safe"), "no": _l("not safe")}


def about(made: CaseFile, labels: Labels) -> list[tuple[Any, Any]]:
    """What the file says of the case before all parts."""
    case = made.case
    category = "category" if case.origin is Origin.CONSTITUENCY else "case_category"
    told = [
        (_("Service"), case.primary_vertical.name),
        (_("Status"), words.status_word(case.lifecycle_status)),
        (_("Owner"), case.owner.name if case.owner else _("nobody yet")),
        (_("Category"), _coded(labels, category, case.category)),
        (_("Programme"), case.program.name if case.program else ""),
        (_("Opened on"), day(case.created_at)),
        (_("Next review"), day(case.review_date)),
        (_("Merged into it"), ", ".join(ref for ref in made.joined.values() if ref not in made.closed)),
    ]
    if made.closed:
        hidden = _("%(refs)s: consent was withdrawn, so nothing of it is here", refs=", ".join(made.closed))
        told.append((_("Left out"), hidden))
    return told


def sections(made: CaseFile, labels: Labels) -> list[Section]:
    """The parts that were chosen, in their order; one of which there is nothing says so."""
    found = []
    if made.parts & {Part.PEOPLE, Part.IDENTITY_NUMBERS}:
        found.append((_("People"), [_person(made, part, labels) for part in made.people]))
    if Part.STORY in made.parts:
        case = made.case
        story = [block(text=case.summary), block(text=case.narrative, heading=_("What happened"))]
        told = [one for one in [*story, block(text=case.plan, heading=_("Plan"))] if one.lines]
        found.append((_("What was told"), told))
    if Part.MESSAGES in made.parts:
        found.append((_("Messages"), _shortened(made, Part.MESSAGES) + [_message(made, m) for m in made.messages]))
    if Part.NOTES in made.parts:
        found.append((_("Notes, staff only"), _shortened(made, Part.NOTES) + [_note(made, n) for n in made.notes]))
    if Part.STATES in made.parts:
        found.append((_("States"), [_state(made, step) for step in made.states]))
    if Part.SERVICES in made.parts:
        found.append((_("Services and referrals"), [_service(made, one, labels) for one in made.services]))
    if Part.FILES in made.parts:
        found.append((_("Files"), [_file(made, one) for one in made.files]))
    if Part.CONSENTS in made.parts:
        found.append((_("Consents"), [_consent(one) for one in made.consents]))
    return [Section(title, told or [block(text=_("There is none."))]) for title, told in found]


def _person(made: CaseFile, part: CasePerson, labels: Labels) -> Block:
    person = part.person
    told: list[Fact] = []
    if Part.PEOPLE in made.parts:
        told = facts([*_of_person(person, labels), *_of_part(part, labels)])
    if Part.IDENTITY_NUMBERS in made.parts:
        numbers = [line(f"{one.kind} {one.value}{_unchecked(one)}") for one in person.identifiers]
        told += facts([(_("Identity number"), numbers)])
    role = words.ROLES.get(part.role, part.role)
    named = block(heading=f"{role}: {words.person_name(person)}", aside=_from(made, part.case_id))
    return Block(named.heading, named.aside, told)


def _unchecked(identifier) -> str:
    return "" if identifier.verified_at else f" ({_('claimed, not checked')})"


def _of_person(person: Person, labels: Labels) -> list[tuple[Any, Any]]:
    verified = person.verification_status is Verification.VERIFIED
    return [
        (_("Identity"), _("verified") if verified else _("not verified")),
        (_("Age"), _age(person) or person.age_group_label or _coded(labels, "age_group", person.age_group)),
        (_("Sex"), person.sex_label or _coded(labels, "sex", person.sex)),
        (_("Nationality"), _coded(labels, "nationality", person.nationality)),
        (_("Language"), _coded(labels, "language", person.language)),
        (_("Tribe"), _coded(labels, "tribe", person.tribe)),
        (_("Lives in"), _coded(labels, "location", person.location)),
        (_("Landmark"), person.landmark),
        (_("Address"), person.address),
        (_("To reach them"), [line(_contact(one)) for one in person.contacts]),
    ]


def _of_part(part: CasePerson, labels: Labels) -> list[tuple[Any, Any]]:
    return [
        (_("Relationship to the client"), _coded(labels, "relationship", part.relationship_code)),
        (_("Shares a home with the client"), _coded(labels, "shares_home", part.shares_home)),
        (_("Health"), part.health),
        (_("Employment"), _coded(labels, "employment", part.employment)),
        (_("Marital status"), _coded(labels, "marital", part.marital)),
        (_("Guardian"), part.guardian_name),
        (_("Notes"), part.notes),
    ]


def _age(person: Person) -> str:
    if person.dob:
        return day(person.dob)
    if person.age_value is None:
        return f"{person.dob_raw} ({_('as told')})" if person.dob_raw else ""
    if person.age_unit == "months":
        age = ngettext("%(num)s month", "%(num)s months", person.age_value)
    else:
        age = ngettext("%(num)s year", "%(num)s years", person.age_value)
    return f"{age}, {_('told %(day)s', day=day(person.age_at))}" if person.age_at else age


def _contact(contact) -> str:
    wish = f", “{contact.wish}”" if contact.wish else ""
    return f"{contact.value} ({_SAFE.get(contact.safe, _('safety not asked'))}{wish})"


def _message(made: CaseFile, entry: Entry) -> Block:
    channel = f", {_CHANNELS.get(entry.source, entry.source)}" if entry.source else ""
    if entry.what == "inbound":
        head = _("%(name)s wrote", name=entry.who or _("The client"))
    else:
        to = ", ".join(filter(None, (one.get("name") for one in entry.people))) or _("nobody named")
        head = _("%(name)s wrote to %(to)s", name=entry.who, to=to)
    aside = [
        dated_moment(entry.at) + channel,
        str(words.DELIVERY.get(entry.target, entry.target)),
        _from(made, entry.case_id),
    ]
    if entry.meant_for != entry.case_id and entry.meant_for in made.joined:
        aside.append(_("sent to %(ref)s", ref=made.joined[entry.meant_for]))
    if entry.withdrawn_at:
        aside.append(_("Withdrawn by the sender on %(day)s", day=day(entry.withdrawn_at)))
    text = f"{entry.subject}\n{entry.text or ''}" if entry.subject else entry.text
    return block(heading=head, aside=". ".join(filter(None, aside)), text=text)


def _note(made: CaseFile, note: Entry) -> Block:
    aside = ". ".join(filter(None, (dated_moment(note.at), _from(made, note.case_id))))
    return block(heading=note.who, aside=aside, text=note.text)


def _state(made: CaseFile, step) -> Block:
    head = words.status_word(step.to_status)
    if step.from_status:
        head = _("From %(old)s to %(new)s", old=words.status_word(step.from_status), new=head)
    aside = ". ".join(filter(None, (f"{dated_moment(step.at)}, {step.actor_name}", _from(made, step.case_id))))
    reason = reason_words(step.reason_code, step.action)
    told = [(_("Reason"), reason), (_("In words"), step.reason_text), (_("Note"), step.note)]
    return block(told, heading=head, aside=aside)


def _service(made: CaseFile, service, labels: Labels) -> Block:
    kind = {"service": _("Service"), "referral": _("Referral")}.get(service.kind, service.kind)
    status = {"planned": _("planned")}.get(service.status, service.status)
    name = service.label or labels.get(("service", service.code)) or service.code or _("Without a name")
    return block(heading=name, aside=". ".join(filter(None, (f"{kind}, {status}", _from(made, service.case_id)))))


def _file(made: CaseFile, file) -> Block:
    aside = ". ".join(filter(None, (dated_moment(file.created_at), _from(made, file.case_id))))
    return block(heading=file.file_name, aside=aside)


def _consent(consent) -> Block:
    until = consent_words.last_day(consent.active_until)
    told = [
        (_("State"), consent_words.now(consent)[2]),
        (_("From"), day(consent.active_from)),
        (_("Last day"), until or _("no end")),
        (_("Withdrawn on"), day(consent.withdrawn_at)),
        (_("Reason"), reason_words(consent.reason_code, "consent")),
    ]
    return block(told, heading=f"{words.person_name(consent.person)}: {consent.vertical.name}")


def _shortened(made: CaseFile, part: Part) -> list[Block]:
    if part not in made.shortened:
        return []
    return [block(text=_("There are more than one file takes. The oldest are not here; the case has them."))]


def _from(made: CaseFile, case_id: int | None) -> str:
    return _("From %(ref)s", ref=made.joined[case_id]) if case_id in made.joined else ""


def _coded(labels: Labels, name: str, code: str | None) -> str:
    return labels.get((name, code), code) if code else ""
