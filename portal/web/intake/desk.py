"""The form on the desk: built from its fields, with the people found and chosen, and shown as a page or a part."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from flask import Response, make_response, render_template
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from portal.core import clock, contacts, drafts, lookalikes, pair_finding, people, safe_contact
from portal.core.actors import Actor
from portal.core.errors import DomainError, NotFound
from portal.core.models import Person
from portal.core.people import PersonHit
from portal.core.unit import record_reading
from portal.extensions import db
from portal.web import fragments
from portal.web.intake import reading
from portal.web.intake.forms import IntakeForm, PersonForm
from portal.web.intake.lists import Lists
from portal.web.intake.steps import Fields, Step
from portal.web.people_pairs.words import agreeing

FORM = "intake"
_SHORTEST = 2  # characters from which a search is worth while
_MOST = 7


@dataclass(frozen=True)
class Found:
    """A person found, as the list of results shows them."""

    hit: PersonHit
    age: str
    place: str
    last_contact: datetime | None


@dataclass(frozen=True)
class Alike:
    """Somebody in the records who may be the person told of, as the quiet list shows them, and why."""

    person: Person
    age: str
    place: str
    why: str
    open_cases: int
    is_likely: bool


class Desk:
    """One request's view of the form. Nothing here changes anything; the views do."""

    def __init__(
        self,
        actor: Actor,
        lists: Lists,
        fields: Fields,
        *,
        step: Step | None = None,
        is_new: bool = False,
        guided: bool = False,
    ) -> None:
        self.actor, self.lists, self.fields, self.step, self.is_new = actor, lists, fields, step, is_new
        self.guided = guided  # its buttons send a page with some of the fields, and never a part of one
        self.form = self._build()
        self.found: dict[str, list[Found]] = {}
        self.alike: dict[str, list[Alike]] = {}
        self.asked: dict[str, str] = {}
        self.to_mind: dict[int, list[safe_contact.Care]] = {}
        self.problems: list[tuple[str, str | None]] = []

    def _build(self) -> IntakeForm:
        # A new form has its defaults; one that was typed in has what was typed, and an empty tick is no tick.
        typed = None if self.is_new else MultiDict(self.fields)
        form = IntakeForm(typed)
        if self.is_new:
            form.draft.data = self.fields.get("draft", [""])[0]
            form.q.data = self.fields.get("q", [""])[0]
            form.reporter.form.person_id.data = self.fields.get("reporter-person_id", [""])[0]
            form.keep.data = bool(self.actor.vertical_ids)
        form.offer(self.lists.choices)
        return form

    def find(self, block: str) -> None:
        """Look for the people who may be meant in a block; at the top by what is in the search box."""
        person = self.form.block(block)
        text = self.form.q.data if block == "reporter" else _told_of(person) if person is not None else ""
        text = (text or "").strip()[:255]
        self.asked[block] = text
        hits = people.search(db.session, self.actor, text, limit=_MOST) if len(text) >= _SHORTEST else []
        self.to_mind.update(safe_contact.to_mind(db.session, self.actor, [hit.person.id for hit in hits]))
        last = contacts.last_of_people(db.session, self.actor, [hit.person.id for hit in hits])
        self.found[block] = [
            Found(hit, age_words(hit.person), self._place(hit.person), last.get(hit.person.id)) for hit in hits
        ]

    def look_for_alike(self, only: str | None = None) -> None:
        """Look for those in the records who may be the person who is here, or one who needs help; or *only* of one."""
        blocks = [self.form.reporter.form, *(entry.form for entry in self.form.clients)]
        blocks = [block for block in blocks if only in (None, block.prefix)]
        told = {block.prefix: reading.person(block, self.lists) for block in blocks if _tells_somebody(block)}
        found = lookalikes.find(db.session, self.actor, told) if told else {}
        self.alike = {block: [self._alike(one) for one in ones] for block, ones in found.items()}
        named = {one.person.id for ones in found.values() for one in ones}
        self.to_mind.update(safe_contact.to_mind(db.session, self.actor, named))

    def _alike(self, one: lookalikes.Lookalike) -> Alike:
        why = agreeing(pair_finding.explained(one.score))
        place = self._place(one.person)
        return Alike(one.person, age_words(one.person), place, why, one.open_cases, one.is_very_likely)

    def refuse(self, refusal: DomainError, *, anchor: str | None = None) -> None:
        """Say at the top of the form what stands against it."""
        self.problems.append((refusal.message, anchor))

    def page(self, *, saved: str = "", revision: int = 0, status: int = 200) -> Response:
        """The whole form, or the part that the button changed."""
        part = self.step.part if self.step is not None else "form"
        names = {"clients": "intake/_clients.html", "perpetrators": "intake/_perpetrators.html"}
        fragment = names.get(part, "intake/_reporter.html" if part == "reporter" else "intake/_form.html")
        if self.step is not None and self.step.full:
            self.problems.append((_("This list takes no more people. Put the others into the story."), None))
        cards = self.cards()
        self.to_mind.update(safe_contact.to_mind(db.session, self.actor, [person.id for person in cards.values()]))
        if not self.is_new:
            self.look_for_alike()
        waiting = [kept for kept in self._drafts() if kept.key != self.form.draft.data] if self.is_new else []
        response = fragments.render(
            "intake/new.html",
            fragment,
            status,
            cards=cards,
            saved=saved,
            revision=revision,
            waiting=waiting,
            earlier=self._earlier(),
            **self._context(),
        )
        return self._read(response, [person.id for person in cards.values()])

    def page_of_some(self, template: str, *, cards: dict[str, Person], status: int = 200, **more: object) -> Response:
        """A page of the guided form: a question, or the answers. ``cards`` are the chosen people whom it shows."""
        self.to_mind.update(safe_contact.to_mind(db.session, self.actor, [person.id for person in cards.values()]))
        context = {**self._context(), "cards": cards, "earlier": self._earlier(), **more}
        response = make_response(render_template(template, **context), status)
        return self._read(response, [person.id for person in cards.values()])

    def results(self) -> Response:
        """The people found for the search box, as the list under it or as a page of its own."""
        response = fragments.render(
            "intake/search.html", "intake/_results.html", block="reporter", earlier=self._earlier(), **self._context()
        )
        return self._read(response)

    def alike_list(self, block: str, shown: str) -> Response:
        """The quiet list beside a block alone; nothing at all where *shown*, the numbers in it, would stay the same."""
        self.look_for_alike(block)
        self.alike.setdefault(block, [])
        if [str(one.person.id) for one in self.alike[block]] == shown.split():
            return make_response("", 204)
        return self._read(make_response(render_template("intake/_alike_list.html", block=block, **self._context())))

    def earlier_contacts(self) -> Response:
        """The list of earlier contacts alone."""
        response = make_response(render_template("intake/_earlier.html", earlier=self._earlier()))
        return self._read(response)

    def _context(self) -> dict[str, object]:
        return {
            "form": self.form,
            "found": self.found,
            "alike": self.alike,
            "to_mind": self.to_mind,
            "asked": self.asked,
            "focus": self.step.focus if self.step is not None else "",
            "lists": self.lists,
            "problems": self.problems,
            "guided": self.guided,
        }

    def cards(self, only: Collection[str] | None = None) -> dict[str, Person]:
        """The people who were chosen, by block; one who is not to be seen any more is not chosen any more."""
        cards: dict[str, Person] = {}
        for block in self.form.people():
            chosen = block.person_id.data or ""
            if not chosen.isdecimal() or (only is not None and block.prefix not in only):
                continue
            try:
                cards[block.prefix] = people.find(db.session, self.actor, int(chosen[:18]))
            except NotFound as gone:
                block.person_id.data = ""
                self.refuse(gone)
        return cards

    def _drafts(self) -> list:
        return drafts.listed(db.session, self.actor, FORM)

    def _earlier(self) -> list[contacts.Earlier]:
        phone = self.form.reporter.form.phone.data or self.form.q.data or ""
        return contacts.of_phone(db.session, self.actor, phone) if people.phone_suffix(phone) else []

    def _place(self, person: Person) -> str:
        return self.lists.label_of("location", person.location)

    def _read(self, response: Response, also: list[int] | None = None) -> Response:
        """Keep in the audit whose names were shown; when it cannot be kept, they are not shown."""
        shown = {found.hit.person.id for some in self.found.values() for found in some} | set(also or ())
        shown |= {one.person.id for some in self.alike.values() for one in some}
        if shown:
            record_reading(db.session, self.actor, "people.search", people=sorted(shown))
        return response


def age_words(person: Person) -> str:
    """What is known of a person's age: the date of birth counts most, then the age as told, then the group."""
    if person.dob is not None:
        today = clock.today()
        years = today.year - person.dob.year - ((today.month, today.day) < (person.dob.month, person.dob.day))
        return _("Age %(years)s", years=years)
    if person.age_value is not None:
        months = person.age_unit is not None and person.age_unit.value == "months"
        words = _("%(age)s months", age=person.age_value) if months else _("%(age)s", age=person.age_value)
        return _("Age about %(age)s", age=words)
    return _("Age group %(group)s", group=person.age_group_label) if person.age_group_label else ""


def _tells_somebody(block: PersonForm) -> bool:
    """Whether enough is said of somebody who was not chosen yet to look for them."""
    told = (block.full_name.data, block.phone.data, block.national_id.data)
    return not block.person_id.data and any(len((text or "").strip()) > _SHORTEST for text in told)


def _told_of(person: PersonForm) -> str:
    """What a block says that somebody could be found by."""
    told = f"{person.full_name.data or ''} {person.phone.data or ''}".strip()
    return told or (person.national_id.data or "").strip()
