"""Joining two records of one person: choosing the other, seeing what comes together, confirming."""

from flask import flash, render_template, request, url_for
from flask_babel import gettext as _

from portal.core import people, people_pairs, person_comparison, person_merging
from portal.core.errors import InvalidInput, Refused, StaleVersion
from portal.core.models import Person
from portal.core.permissions import Permission, require
from portal.core.unit import record_reading, unit_of_work
from portal.extensions import db
from portal.web import errors, fragments
from portal.web.access import current_actor
from portal.web.cases.words import person_name
from portal.web.people_pairs import words
from portal.web.people_pairs.comparing import table
from portal.web.people_pairs.forms import JoinForm

LONGEST = 200
MOST = 15


def choose(id: int):
    """Another record of the same person: those that look alike, or one that is searched for."""
    actor = current_actor()
    person = people.find(db.session, actor, id)
    require(actor, Permission.VERIFY_PERSON)
    text = request.args.get("q", "").replace("\x00", "").strip()[:LONGEST]
    hits = people.search(db.session, actor, text, limit=MOST + 1) if text else []
    found = [hit for hit in hits if hit.person.id not in (person.id, person.root_id)]
    suggested = people_pairs.waiting(db.session, actor, person=person, limit=MOST).rows
    others = [(pair, pair.high if pair.low_id == person.id else pair.low) for pair in suggested]
    page = render_template(
        "people_pairs/choose.html",
        person=person,
        name=person_name(person),
        q=text,
        hits=found[:MOST],
        others=others,
        words=words,
    )
    record_reading(db.session, actor, "person.read", person=id)
    return page


def join(id: int, other: int):
    """See what comes together (GET), and join the records (POST). ``leads`` says which of the two leads."""
    keep, joins = _ordered(id, other)
    if request.method == "GET":
        return _preview(keep, joins, JoinForm(formdata=None).catch_up(keep, joins))
    form = JoinForm()
    if not form.validate():
        return _preview(keep, joins, form, status=422)
    actor = current_actor()
    try:
        with unit_of_work(db.session, actor, intent="person.merge"):
            keep, joins = _ordered(id, other)
            versions = form.version.data, form.other_version.data
            person_merging.merge(db.session, actor, keep, joins, reason=form.reason.data, versions=versions)
            number, name = keep.id, person_name(keep)
    except InvalidInput as refusal:
        form.reason.errors = [_(refusal.message)]
        return _preview(*_ordered(id, other), form, status=422)
    except (Refused, StaleVersion) as refusal:
        keep, joins = _ordered(id, other)
        happened = _(refusal.message)
        return _preview(keep, joins, form.catch_up(keep, joins), status=errors.status_of(refusal), happened=happened)
    flash(_("The records are one person now, led by %(name)s. This can be undone.", name=name), "success")
    return fragments.go_to(url_for("people.show", id=number))


def _ordered(id: int, other: int) -> tuple[Person, Person]:
    """Both records, the one that leads first, for one who may join them. Raises NotFound, Forbidden."""
    actor = current_actor()
    one, joins = (people.find(db.session, actor, number) for number in (id, other))
    require(actor, Permission.VERIFY_PERSON)
    return (joins, one) if request.values.get("leads") == str(joins.id) else (one, joins)


def _preview(keep: Person, joins: Person, form: JoinForm, *, status: int = 200, happened: str = ""):
    actor = current_actor()
    shown = {
        "keep": keep,
        "joins": joins,
        "keep_name": words.who(keep),
        "joins_name": words.who(joins),
        "form": form,
        "happened": happened,
        "pair": people_pairs.between(db.session, actor, keep, joins),
        "preview": person_comparison.preview(db.session, actor, keep, joins),
        "words": words,
        **table([keep.id, joins.id]),
    }
    page = render_template("people_pairs/join.html", **shown)
    record_reading(db.session, actor, "person.compare", people=[keep.id, joins.id])
    return page, status
