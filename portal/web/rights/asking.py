"""The register of requests: of one person, and everything that waits for an answer."""

from flask import flash, render_template, request, url_for
from flask_babel import gettext as _

from portal.core import clock, paging, people, safe_contact, subject_requests
from portal.core.errors import AlreadyDone, InvalidInput, StaleVersion
from portal.core.models import Person
from portal.core.permissions import Permission, require
from portal.core.unit import record_reading, unit_of_work
from portal.extensions import db
from portal.web import fragments, turning
from portal.web.access import current_actor
from portal.web.cases.words import person_name
from portal.web.formats import local
from portal.web.rights import words
from portal.web.rights.forms import DONE, AnswerForm, RequestForm


def index():
    """What waits for an answer, the one that is due first first."""
    try:
        place = turning.place()
        page = subject_requests.waiting(db.session, current_actor(), cursor=place)
    except InvalidInput:
        return fragments.go_to(url_for("rights.index"))
    following = url_for("rights.index", page=paging.encode(page.following)) if page.following else None
    shown = {"lines": page.lines, "following": following, "is_first": place is None, "today": _today()}
    return render_template("rights/index.html", words=words, person_name=person_name, section="rights", **shown)


def of_person(id: int):
    """What was asked for a person, and writing down what is asked now."""
    person, form = findable(id), RequestForm().offer()
    if request.method == "GET" or not form.validate() or not _is_dated(form):
        return _requests(person, form)
    try:
        with unit_of_work(db.session, current_actor(), intent="person.request"):
            person = people.find(db.session, current_actor(), id)
            told = {"kind": form.kind.data or "", "asked_by": form.asked_by.data or "", "asked_on": form.asked_on.data}
            more = {"details": form.details.data or ""}
            subject_requests.record(db.session, current_actor(), person, **told, **more)
    except (InvalidInput, AlreadyDone) as refusal:
        form[refusal.target].errors = [_(refusal.message)]
        return _requests(findable(id), form)
    flash(_("The request is in the register."), "success")
    return fragments.go_to(url_for("rights.of_person", id=id))


def answer(id: int, asked: int):
    """Say what became of a request, and why."""
    person = findable(id)
    found = subject_requests.find(db.session, current_actor(), person, asked)
    form = AnswerForm()
    if request.method == "GET" or not form.validate():
        return _answering(person, found, form)
    try:
        with unit_of_work(db.session, current_actor(), intent="person.request_answer"):
            person = people.find(db.session, current_actor(), id)
            found = subject_requests.find(db.session, current_actor(), person, asked, lock=True)
            said = {"granted": form.answer.data == DONE, "reason": form.reason.data or ""}
            subject_requests.decide(db.session, current_actor(), found, **said, version=form.version.data)
    except (InvalidInput, AlreadyDone, StaleVersion) as refusal:
        form.reason.errors = [_(refusal.message)]
        person = findable(id)
        return _answering(person, subject_requests.find(db.session, current_actor(), person, asked), form)
    flash(_("The answer is in the register."), "success")
    return fragments.go_to(url_for("rights.of_person", id=id))


def findable(id: int) -> Person:
    """The person, for one who may answer what they ask. Raises NotFound, Forbidden."""
    person = people.find(db.session, current_actor(), id)
    require(current_actor(), Permission.ANSWER_SUBJECT)
    return person


def page(template: str, person: Person, status: int = 200, **shown: object):
    """A page about a person, whose reading is recorded."""
    shown |= {"person": person, "name": person_name(person), "words": words, "section": "people"}
    shown |= {"cares": safe_contact.of_one(db.session, current_actor(), person)}
    made = render_template(template, **shown)
    record_reading(db.session, current_actor(), "person.read", person=person.id)
    return made, status


def _requests(person: Person, form: RequestForm):
    lines = subject_requests.of_person(db.session, current_actor(), person)
    return page("rights/person.html", person, _status(form), form=form, lines=lines, today=_today())


def _answering(person: Person, found, form: AnswerForm):
    if not form.is_submitted():
        form.version.data = found.version_id
    return page("rights/answer.html", person, _status(form), form=form, asked=found)


def _is_dated(form: RequestForm) -> bool:
    if form.asked_on.data is None:
        form.asked_on.errors = [_("Say when it was asked.")]
    return form.asked_on.data is not None


def _status(form) -> int:
    return 422 if form.is_submitted() else 200


def _today():
    return local(clock.now()).date()
