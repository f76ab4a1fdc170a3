"""The intake pages: the form with its buttons, its search, its drafts, and the contacts that became no case."""

import secrets

from flask import Blueprint, Response, jsonify, redirect, request, url_for
from flask_babel import gettext as _

from portal.core import contacts, drafts
from portal.core.actors import Actor
from portal.core.errors import InvalidInput
from portal.core.unit import unit_of_work
from portal.extensions import db
from portal.web import fragments, late
from portal.web.access import current_actor, signed_in
from portal.web.intake import already, desk, finishing, guided, kept, lists, records, steps, wording
from portal.web.intake.desk import FORM

blueprint = Blueprint("intake", __name__, url_prefix="/app/intake")


@blueprint.context_processor
def _words() -> dict[str, object]:
    return {
        "outcome_words": wording.outcome_words,
        "channel_words": wording.channel_words,
        "person_words": wording.person_words,
        "where_left": kept.where_left,
    }


@blueprint.get("")
def new():
    """An empty form, or one for a person found before. A draft is offered, never put over anything.

    Whoever chose so on their account begins with the first question of the guided form, where nothing is given yet.
    """
    key = secrets.token_hex(8)
    if signed_in().guided_intake and not request.args:
        return redirect(url_for("intake.go_on", key=key), 303)
    fields: steps.Fields = {"draft": [key]}
    if request.args.get("person", "").isdecimal():
        fields["reporter-person_id"] = [request.args["person"]]
    if request.args.get("q"):
        fields["q"] = [request.args["q"]]
    actor = current_actor()
    shown = desk.Desk(actor, lists.load(actor), fields, is_new=True)
    if fields.get("q"):
        shown.find("reporter")
    return shown.page()


@blueprint.get("/<string(length=16):key>")
def resume(key: str):
    """The form as it was left. One that was sent meanwhile leads to what it became."""
    kept.require_key(key)
    actor = current_actor()
    sent = contacts.of_draft(db.session, actor, key)
    if sent is not None:
        return redirect(finishing.where(sent), 303)
    draft = drafts.details(db.session, actor, FORM, key)
    fields = {**kept.fields_of(draft, actor, key), "draft": [key]}
    shown = desk.Desk(actor, lists.load(actor), fields, is_new=draft is None)
    return shown.page(saved=wording.saved_label(draft) if draft else "", revision=draft.revision if draft else 0)


def keep_late(actor: Actor) -> str:
    """Keep what was typed in a session that was over, unless it was sent meanwhile."""
    fields = steps.fields_of(request.form)
    key = fields.get("draft", [""])[0]
    if not steps.KEY.fullmatch(key):
        fields["draft"] = [key := secrets.token_hex(8)]
    with unit_of_work(db.session, actor, intent="draft.save"):
        if contacts.of_draft(db.session, actor, key) is None:
            drafts.save(db.session, actor, FORM, key, fields, title=steps.title_of(fields))
    return url_for("intake.resume", key=key)


@blueprint.post("")
@late.kept_by(keep_late)
def create():
    """Do what the button says: finish as a case or as a contact, or change the form and show it again."""
    actor, fields = current_actor(), steps.fields_of(request.form)
    key = fields.get("draft", [""])[0]
    if not steps.KEY.fullmatch(key):
        fields["draft"] = [key := secrets.token_hex(8)]
    sent = contacts.of_draft(db.session, actor, key)
    if sent is not None:
        return fragments.go_to(finishing.where(sent))
    button = request.form.get("do", "")
    if button in finishing.WAYS:
        return _finish(actor, fields, button)
    step = steps.take(fields, button)
    shown = desk.Desk(actor, lists.load(actor), fields, step=step)
    saved = _save(actor, shown)
    if button == "guided" and saved:
        return fragments.go_to(url_for("intake.go_on", key=key))
    if step.action == "find":
        shown.find(step.block)
    return shown.page(saved=saved)


@blueprint.get("/search")
def search():
    """People who match, while one types; without script a page of its own, each name a link to a new form."""
    actor = current_actor()
    shown = desk.Desk(actor, lists.load(actor), {"q": [request.args.get("q", "")]}, guided="guided" in request.args)
    shown.find("reporter")
    return shown.results()


@blueprint.get("/earlier")
def earlier():
    """Earlier contacts from the phone number that was typed."""
    actor = current_actor()
    shown = desk.Desk(actor, lists.load(actor), {"reporter-phone": [request.args.get("reporter-phone", "")]})
    return shown.earlier_contacts()


@blueprint.post("/alike")
def alike():
    """Who in the records may be the person of a block, while one types. Without script the list comes with the form."""
    actor, block = current_actor(), request.args.get("block", "")
    told, key = steps.fields_of(request.form), request.args.get("key", "")
    if steps.KEY.fullmatch(key):  # in the guided form the page has some of the fields alone
        told = {**kept.fields_of(drafts.details(db.session, actor, FORM, key), actor, key), **told}
    shown = desk.Desk(actor, lists.load(actor), told, guided=bool(key))
    return shown.alike_list(block, request.form.get(steps.SHOWN + block, ""))


@blueprint.post("/draft")
def draft():
    """Keep what is typed (static/js/drafts.js), unless it was sent meanwhile."""
    actor, fields = current_actor(), steps.fields_of(request.form)
    key = fields.get("draft", [""])[0]
    kept.require_key(key)
    with unit_of_work(db.session, actor, intent="draft.save"):
        saved = kept.save(actor, key, fields)
        label = wording.saved_label(saved) if saved is not None else _("Sent")
    return jsonify(saved_at_label=label)


@blueprint.get("/<string(length=16):key>/already", endpoint="already")
def ask_already(key: str):
    """Somebody who needs help has an open case already: what is to be done with what was typed?"""
    kept.require_key(key)
    return already.show(key)


@blueprint.post("/<string(length=16):key>/already")
def decide(key: str):
    """Add the contact to that case, or open a second one all the same."""
    kept.require_key(key)
    sent = contacts.of_draft(db.session, current_actor(), key)
    if sent is not None:
        return fragments.go_to(finishing.where(sent))
    return already.answer(key, request.form.get("do", ""))


def _finish(actor: Actor, fields: steps.Fields, button: str) -> Response:
    shown = desk.Desk(actor, lists.load(actor), fields)
    if not finishing.is_sound(shown, button):
        return shown.page(saved=_save(actor, shown), status=422)
    if button == "create" and already.cases_of(shown) and _save(actor, shown):
        return fragments.go_to(url_for("intake.already", key=shown.form.draft.data))
    done = finishing.finish(shown, button)
    if done is not None:
        return fragments.go_to(finishing.where(done))
    return shown.page(saved=_save(actor, shown), status=422)


def _save(actor: Actor, shown: desk.Desk) -> str:
    key = shown.fields["draft"][0]
    try:
        with unit_of_work(db.session, actor, intent="draft.save"):
            saved = drafts.save(db.session, actor, FORM, key, shown.fields, title=steps.title_of(shown.fields))
            return wording.saved_label(saved)
    except InvalidInput as too_long:
        shown.refuse(too_long)
        return ""


for rule, endpoint, view, methods in (
    ("/<string(length=16):key>/guided", "go_on", guided.go_on, ["GET"]),
    ("/<string(length=16):key>/guided/<step>", "ask", guided.ask, ["GET"]),
    ("/<string(length=16):key>/guided/<step>", "answer", guided.answer, ["POST"]),
    ("/<string(length=16):key>/guided/<step>/draft", "draft_answer", guided.draft_answer, ["POST"]),
    ("/<string(length=16):key>/check", "check", guided.check, ["GET"]),
    ("/<string(length=16):key>/check", "send", guided.send, ["POST"]),
    ("/away", "away", records.away, ["GET"]),
    ("/drafts", "drafts", records.list_drafts, ["GET"]),
    ("/<string(length=16):key>/discard", "discard", records.discard, ["POST"]),
    ("/<string(length=16):key>/fetch-back", "fetch_back", records.fetch_back, ["POST"]),
    ("/contacts", "contacts", records.list_contacts, ["GET"]),
    ("/contacts/<int:number>", "contact", records.show_contact, ["GET"]),
    ("/contacts/<int:number>/shown", "reveal", records.reveal, ["POST"]),
    ("/contacts/<int:number>/take-up", "take_up", records.take_up, ["POST"]),
):
    blueprint.add_url_rule(rule, endpoint, view, methods=methods)
