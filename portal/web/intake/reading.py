"""From the form to what core takes: people as told, a report, a contact."""

from flask_babel import gettext as _

from portal.core.contacts import ConsentAsked, ContactTold
from portal.core.models import Vertical
from portal.core.told import PersonTold, Report
from portal.core.vocabulary import AgeUnit, Answer, NameKnown, Origin, Outcome, Priority
from portal.web.intake import wording
from portal.web.intake.forms import IntakeForm, PerpetratorForm, PersonForm
from portal.web.intake.lists import Lists
from portal.web.intake.steps import Fields

_WORDS = "location landmark nationality language tribe national_id_type phone phone2 phone_wish email".split()
_PART = "relationship_code health employment marital guardian_name notes".split()
_ONE_LINE = 160


def report(form: IntakeForm, lists: Lists, vertical: Vertical, owner_id: int | None) -> Report:
    """The report that the form tells. Blocks in which nothing was said are nobody."""
    clients = [person(entry.form, lists) for entry in form.clients]
    perpetrators = [person(entry.form, lists) for entry in form.perpetrators]
    reporter = person(form.reporter.form, lists)
    return Report(
        origin=Origin.PORTAL,
        vertical=vertical,
        facts=_facts(form, owner_id),
        reporter=reporter,
        clients=tuple(filter(None, clients)),
        perpetrators=tuple(filter(None, perpetrators)),
        reporter_is_client=reporter is not None and form.speaks_for.data == "self",
    )


def contact(form: IntakeForm, vertical: Vertical, fields: Fields, outcome: Outcome, *, started_at=None) -> ContactTold:
    """The contact that the form tells. What became a case is told there, and not a second time here."""
    became_case = outcome is Outcome.CASE_CREATED
    chosen = form.reporter.form.person_id.data
    return ContactTold(
        outcome=outcome,
        vertical=vertical,
        channel=form.channel.data,
        summary="" if became_case else _one_line(form.narrative.data),
        details={} if became_case else fields,
        phone=form.reporter.form.phone.data,
        person_id=int(chosen) if chosen and chosen.isdecimal() else None,
        started_at=started_at,
        draft_key=form.draft.data,
    )


def consent(form: IntakeForm) -> ConsentAsked | None:
    """What was answered when consent was asked for; None where it was not asked."""
    if not form.consent.data:
        return None
    given = form.consent.data == "given"
    method = form.consent_how.data or "" if given else ""
    return ConsentAsked(form.consent.data, method, (form.consent_by.data or "").strip() if given else "")


def consent_words(asked: ConsentAsked) -> str:
    """The answer as a note on the case reads it."""
    said = [_("Consent at intake: %(answer)s.", answer=wording.CONSENT[asked.answer])]
    if asked.method:
        said.append(_("How: %(how)s.", how=wording.CONSENT_HOW[asked.method]))
    if asked.given_by:
        said.append(_("By: %(who)s.", who=asked.given_by))
    return " ".join(said)


def person(told: PersonForm, lists: Lists) -> PersonTold | None:
    """A person as told, or None for a block in which nothing was said."""
    if told.is_blank:
        return None
    part = _part(told, lists) if isinstance(told, PerpetratorForm) else {}
    if told.person_id.data and told.person_id.data.isdecimal():
        return PersonTold(person_id=int(told.person_id.data), **part)
    blanks = _blanks(told)
    words = {name: lists.code_of(name, told[name].data) for name in _WORDS}
    group = None if "age_group" in blanks else told.age_group.data or None
    return PersonTold(
        full_name=(told.full_name.data or "").strip(),
        name_known=_name_known(told),
        dob=told.dob.data,
        age_value=told.age_value.data,
        age_unit=AgeUnit(told.age_unit.data or "years") if told.age_value.data is not None else None,
        age_group=group,
        age_group_label=lists.label_of("age_group", group) or None,
        sex=None if "sex" in blanks else told.sex.data or None,
        sex_label=None if "sex" in blanks else lists.label_of("sex", told.sex.data) or None,
        national_id=(told.national_id.data or "").strip() or None,
        phone_safe=told.phone_safe.data or "not_asked",
        blanks=blanks,
        **{**words, "phone_wish": words["phone_wish"] or ""},
        **part,
    )


def _facts(form: IntakeForm, owner_id: int | None) -> dict[str, object]:
    danger = Answer(form.immediate_danger.data)
    return {
        "summary": _one_line(form.narrative.data),
        "narrative": (form.narrative.data or "").strip(),
        "plan": (form.plan.data or "").strip(),
        "category": form.category.data or None,
        "priority": Priority.HIGH if danger is Answer.YES else Priority(form.priority.data),
        "immediate_danger": danger,
        "gbv": Answer(form.gbv.data),
        "owner_id": owner_id,
    }


def _one_line(text: str | None) -> str:
    """How the story begins: up to the first line's end, cut at a word."""
    line = next((line.strip() for line in (text or "").splitlines() if line.strip()), "")
    if len(line) <= _ONE_LINE:
        return line
    return line[:_ONE_LINE].rsplit(" ", 1)[0].rstrip(" ,;:") + "…"


def _name_known(told: PersonForm) -> NameKnown | None:
    """Why there is no name; with a name in the field, core judges whether it is one."""
    why = told.name_known.data
    return NameKnown(why) if why and not (told.full_name.data or "").strip() else None


def _blanks(told: PersonForm) -> dict[str, str]:
    """What was asked and not answered, and why."""
    asked = {"sex": told.sex.data, "age_group": told.age_group.data, "national_id": told.national_id_known.data}
    blanks = {fact: why for fact, why in asked.items() if why in ("declined", "not_known")}
    if (told.national_id.data or "").strip():
        blanks.pop("national_id", None)
    return blanks


def _part(told: PerpetratorForm, lists: Lists) -> dict[str, str | None]:
    home = told.shares_home.data
    return {
        **{name: lists.code_of(name, told[name].data) for name in _PART},
        "shares_home": home if home and home != "not_asked" else None,
    }
