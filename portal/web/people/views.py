"""The directory of people, and a person's page. Each reading of a person is recorded."""

from collections.abc import Collection

from flask import Blueprint, render_template, request, url_for

from portal.core import (
    codes,
    consent_register,
    directory,
    paging,
    people,
    people_pairs,
    relations,
    safe_contact,
    sensitivity,
)
from portal.core.errors import InvalidInput
from portal.core.permissions import Permission, require
from portal.core.sensitivity import Sensitive
from portal.core.unit import record_reading, unit_of_work
from portal.core.vocabulary import PersonRole
from portal.extensions import db
from portal.web import fragments
from portal.web.access import current_actor
from portal.web.cases.words import ROLES, person_name
from portal.web.consents import words as consent_words
from portal.web.own_records import views as own_records
from portal.web.people import corrections, words
from portal.web.people import relations as relation_pages
from portal.web.people_pairs import apart
from portal.web.verification import records

blueprint = Blueprint("people", __name__, url_prefix="/app/people")
LONGEST = 200
MOST = 30

for _rule, _endpoint, _view, _methods in (
    ("/edit", "edit", corrections.edit, ["GET", "POST"]),
    ("/contacts", "contact_add", corrections.add_contact, ["GET", "POST"]),
    ("/contacts/<int:contact_id>", "contact", corrections.change_contact, ["GET", "POST"]),
    ("/contacts/<int:contact_id>/shown", "contact_reveal", corrections.reveal_contact, ["POST"]),
    ("/contacts/<int:contact_id>/remove", "contact_remove", corrections.remove_contact, ["POST"]),
    ("/identity", "identity", corrections.claim_identity, ["GET", "POST"]),
    ("/history", "history", corrections.history, ["GET"]),
    ("/relations/new", "relation_add", relation_pages.add, ["GET", "POST"]),
    ("/relations/<int:relation>", "relation", relation_pages.change, ["GET", "POST"]),
    ("/relations/<int:relation>/end", "relation_end", relation_pages.end, ["GET", "POST"]),
    ("/mine", "mine", own_records.show, ["GET"]),
    ("/mine", "declare", own_records.declare, ["POST"]),
    ("/mine/<int:worker>/take-back", "take_back", own_records.take_back, ["POST"]),
):
    blueprint.add_url_rule(f"/<int:id>{_rule}", _endpoint, _view, methods=_methods)


@blueprint.get("")
def index():
    """People found by name, phone, identity number or case; without a search those on the cases worked on last."""
    actor = current_actor()
    text = request.args.get("q", "").replace("\x00", "").strip()[:LONGEST]
    if text:
        hits = people.search(db.session, actor, text, limit=MOST)
        to_mind = safe_contact.to_mind(db.session, actor, [hit.person.id for hit in hits])
        shown = {"q": text, "hits": hits, "most": MOST, "to_mind": to_mind}
        return render_template("people/index.html", person_name=person_name, pairs_waiting=_waiting(), **shown)
    try:
        place = paging.decode(request.args["page"]) if request.args.get("page") else None
        page = directory.page(db.session, actor, cursor=place)
    except InvalidInput:
        return fragments.go_to(url_for("people.index"))
    named = [entry.person.id for entry in page.entries if entry.role != PersonRole.PERPETRATOR]
    to_mind = safe_contact.to_mind(db.session, actor, named)
    shown = {"previous_url": _url(page.preceding), "next_url": _url(page.following), "pairs_waiting": _waiting()}
    return render_template(
        "people/index.html",
        q="",
        entries=page.entries,
        person_name=person_name,
        roles=ROLES,
        to_mind=to_mind,
        **shown,
    )


@blueprint.post("/<int:id>/shown")
def reveal(id: int):
    """Show what is masked of a person, once it is recorded that somebody asked."""
    actor, word = current_actor(), request.form.get("show", "")
    pages = {Sensitive.IDENTITY: show, Sensitive.REACH: show, Sensitive.HISTORY: corrections.history}
    with unit_of_work(db.session, actor, intent="sensitive.reveal"):
        person = people.find(db.session, actor, id)
        require(actor, Permission.REVEAL)
        if word not in pages:
            raise InvalidInput("There is nothing like that to show.", target="show")
        sensitivity.reveal(db.session, actor, Sensitive(word), person=person)
    return pages[word](id, revealed=(word,))


@blueprint.get("/<int:id>")
def show(id: int, revealed: Collection[str] = ()):
    """What is known of a person, and the cases with them that the reader may see.

    ``revealed``: what of it is not masked.
    """
    actor = current_actor()
    person = people.find(db.session, actor, id)
    if onward := apart.lead_on(person):
        return onward
    coded = [(name, getattr(person, name)) for name in words.FACTS]
    page = render_template(
        "people/show.html",
        person=person,
        name=person_name(person),
        parts=directory.cases_of(db.session, actor, person),
        contacts=directory.contacts_of(db.session, actor, person),
        labels=codes.labels(db.session, coded),
        words=words,
        checks=records.checks(person),
        consents=consent_register.of_person(db.session, actor, person),
        consent_words=consent_words,
        cares=safe_contact.of_one(db.session, actor, person),
        relations=relations.of_person(db.session, actor, person),
        same=apart.panel(person),
        revealed=revealed,
    )
    record_reading(db.session, actor, "person.read", person=id)
    return page


def _waiting() -> int:
    """How many pairs wait for somebody to say whether they are one person."""
    return people_pairs.number_waiting(db.session, current_actor())


def _url(cursor: paging.Cursor | None) -> str | None:
    return url_for("people.index", page=paging.encode(cursor)) if cursor else None
