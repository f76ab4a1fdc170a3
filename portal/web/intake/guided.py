"""The guided form: one question a page, on the same draft and with the same fields as the form of one page.

Each page sends the few fields it has into the draft, whatever they say, and leads on; what is no date or no number is
said on the page itself when it is shown, so that a reload, the browser's Back and a draft taken up later all say it.
"""

from dataclasses import dataclass

from flask import Response, abort, flash, jsonify, redirect, request, url_for
from flask_babel import gettext as _
from wtforms import Field

from portal.core import contacts, drafts
from portal.core.actors import Actor
from portal.core.errors import InvalidInput
from portal.core.models import Draft
from portal.core.permissions import Permission, require
from portal.core.unit import unit_of_work
from portal.extensions import db
from portal.web import fragments, late
from portal.web.access import current_actor
from portal.web.intake import already, checking, finishing, kept, lists, questions, steps, wording
from portal.web.intake.desk import FORM, Desk
from portal.web.intake.questions import Place
from portal.web.intake.steps import Fields

_TOLD_OF = frozenset(
    ("full_name", "age_value", "phone", "national_id")
)  # by which somebody may be found in the records


@dataclass(frozen=True)
class Listed:
    """Somebody in a list, as the page of the list shows them; ``name`` is empty where none was given."""

    block: str
    name: str
    first: Place


def go_on(key: str):
    """The guided form where it was left."""
    kept.require_key(key)
    actor = current_actor()
    require(actor, Permission.TAKE_CONTACT)
    fields = kept.fields_of(drafts.details(db.session, actor, FORM, key), actor, key)
    left = fields.get(steps.GUIDED, [""])[0]
    place = questions.named(left) or Place(questions.OPENING[0])
    return redirect(_url(key, questions.asked_now(fields, place)), 303)


def ask(key: str, step: str):
    """One question, with what was answered before."""
    place = _named(key, step)
    actor = current_actor()
    offered = lists.load(actor)
    sent = contacts.of_draft(db.session, actor, key)
    if sent is not None:
        return redirect(finishing.where(sent), 303)
    draft = drafts.details(db.session, actor, FORM, key)
    fields = kept.fields_of(draft, actor, key)
    if questions.asked_now(fields, place) != place:
        return redirect(_url(key, questions.asked_now(fields, place)), 303)
    return _page(kept.desk_of(actor, offered, fields, key, guided=True), place, draft)


def keep_late(actor: Actor, key: str, step: str) -> str:
    """Keep what was typed in a session that was over, unless it was sent meanwhile."""
    place = _named(key, step)
    _put(actor, key, place, "")
    return url_for("intake.ask", key=key, **place.url_values(_then_check()))


@late.kept_by(keep_late)
def answer(key: str, step: str):
    """Keep what was answered and do what the button says: as a rule, go on to the next question."""
    place = _named(key, step)
    actor, button = current_actor(), request.form.get("do", "")
    offered = lists.load(actor)
    sent = contacts.of_draft(db.session, actor, key)
    if sent is not None:
        return fragments.go_to(finishing.where(sent))
    try:
        fields, done = _put(actor, key, place, button)
    except InvalidInput as too_long:
        return _too_long(actor, offered, key, place, too_long)
    if done.full:
        flash(_("This list takes no more people. Put the others into the story."), "warning")
    desk = kept.desk_of(actor, offered, fields, key, guided=True)
    return fragments.go_to(_target(desk, key, place, button, done))


def check(key: str):
    """All answers, each with a way to change it, before anything becomes of them."""
    kept.require_key(key)
    actor = current_actor()
    offered = lists.load(actor)
    sent = contacts.of_draft(db.session, actor, key)
    if sent is not None:
        return redirect(finishing.where(sent), 303)
    fields = kept.fields_of(drafts.details(db.session, actor, FORM, key), actor, key)
    desk = kept.desk_of(actor, offered, fields, key, guided=True)
    way = request.args.get("way", "")
    if way in finishing.WAYS:
        finishing.is_sound(desk, way)
    else:
        desk.form.validate()
    return checking.page(desk)


def send(key: str):
    """Make the case or save the contact, as the form of one page does; or do what a button says to somebody told of."""
    kept.require_key(key)
    actor, button = current_actor(), request.form.get("do", "")
    offered = lists.load(actor)
    sent = contacts.of_draft(db.session, actor, key)
    if sent is not None:
        return fragments.go_to(finishing.where(sent))
    fields = kept.fields_of(drafts.details(db.session, actor, FORM, key), actor, key)
    desk = kept.desk_of(actor, offered, fields, key, guided=True)
    if button not in finishing.WAYS:
        return _change(actor, key, button)
    if not finishing.is_sound(desk, button):
        return fragments.go_to(url_for("intake.check", key=key, way=button))
    if button == "create" and already.cases_of(desk):
        return fragments.go_to(url_for("intake.already", key=key))
    done = finishing.finish(desk, button)
    return fragments.go_to(finishing.where(done)) if done is not None else checking.page(desk, status=422)


def _change(actor: Actor, key: str, button: str) -> Response:
    """From the answers: choose somebody from the records, or go to the form of one page."""
    with unit_of_work(db.session, actor, intent="draft.save"):
        fields = drafts.hold(db.session, actor, FORM, key) or kept.fresh(actor, key)
        steps.take(fields, button)
        if button == "one-page":
            fields.pop(steps.GUIDED, None)
        kept.save(actor, key, fields)
    return fragments.go_to(url_for("intake.resume" if button == "one-page" else "intake.check", key=key))


def draft_answer(key: str, step: str):
    """Keep what is typed (static/js/drafts.js), unless it was sent meanwhile."""
    place = _named(key, step)
    actor = current_actor()
    require(actor, Permission.TAKE_CONTACT)
    _put(actor, key, place, "")
    draft = drafts.details(db.session, actor, FORM, key)
    return jsonify(saved_at_label=wording.saved_label(draft) if draft is not None else _("Sent"))


def _named(key: str, step: str) -> Place:
    kept.require_key(key)
    return questions.named(step) or abort(404)


def _put(actor: Actor, key: str, place: Place, button: str) -> tuple[Fields, steps.Step]:
    """Put what the page says into the draft, with what the button does to it."""
    with unit_of_work(db.session, actor, intent="draft.save"):
        fields = drafts.hold(db.session, actor, FORM, key) or kept.fresh(actor, key)
        if questions.is_there(fields, place):
            steps.put(fields, request.form, place.names)
        if button == "new":
            steps.name_from_search(fields)
        done = steps.take(fields, _adding(fields, place, button))
        fields[steps.GUIDED] = [place.step]
        if button == "one-page":
            fields.pop(steps.GUIDED)
        kept.save(actor, key, fields)
    return fields, done


def _adding(fields: Fields, place: Place, button: str) -> str:
    """Who goes on after saying that it is for somebody else begins with the first of those."""
    speaks_for = "".join(fields.get("speaks_for", ()))
    nobody = place.question is questions.CLIENTS and speaks_for == "other" and not questions.blocks(fields, "clients")
    return "add:clients" if nobody and button == "next" else button


def _target(desk: Desk, key: str, place: Place, button: str, done: steps.Step) -> str:
    """Where a button leads."""
    if button == "one-page":
        return url_for("intake.resume", key=key, _anchor=place.section)
    if button == "check":
        return url_for("intake.check", key=key)
    if done.action == "add" and done.block:
        return _url(key, questions.branch(desk.fields, done.block)[0])
    now = questions.asked_now(desk.fields, place)  # another, where somebody was chosen just now, or is not there
    if now != place or done.action in ("add", "remove", "choose", "forget"):
        return _url(key, now, then_check=_then_check())
    if button.partition(":")[0] == "find":
        return _url(key, place, then_check=_then_check(), found="1")
    if button == "back":
        return _onward(key, questions.before(desk.fields, place) or place)
    if _faults(desk, place):
        return _url(key, place, then_check=_then_check())
    return _onward(key, questions.after(desk.fields, place))


def _onward(key: str, place: Place | None) -> str:
    """The next page; who came from the answers to change one of them goes back there."""
    if place is None or _then_check():
        return url_for("intake.check", key=key)
    return _url(key, place)


def _then_check() -> bool:
    return request.args.get("then") == "check"


def _url(key: str, place: Place, *, then_check: bool = False, **more: str) -> str:
    return url_for("intake.ask", key=key, **place.url_values(then_check), **more)


def _faults(desk: Desk, place: Place) -> bool:
    """Say beside the fields of a question what is malformed. Nothing need be answered here."""
    if place.block and questions.is_chosen(desk.fields, place.block) and place.question in questions.PERSON:
        return False
    of = desk.form.block(place.block) if place.block else desk.form
    return not all([field.validate(of) for field in _told(desk, place)])


def _too_long(actor: Actor, offered: lists.Lists, key: str, place: Place, refusal: InvalidInput) -> Response:
    """The page as it was sent: the draft takes no more, and nothing was kept."""
    fields = kept.fields_of(drafts.details(db.session, actor, FORM, key), actor, key)
    steps.put(fields, request.form, place.names)
    desk = kept.desk_of(actor, offered, fields, key, guided=True)
    desk.refuse(refusal)
    return _page(desk, place, None, status=422)


def _page(desk: Desk, place: Place, draft: Draft | None, status: int = 200) -> Response:
    _faults(desk, place)
    if "found" in request.args:
        desk.find(place.block or "reporter")
    if place.kind in ("reporter", "clients") and _TOLD_OF & set(place.question.fields):
        desk.look_for_alike(place.block)
    way = questions.way_through(desk.fields, place)
    return desk.page_of_some(
        "intake/question.html",
        cards=desk.cards(_shown(desk, place)),
        status=status,
        place=place,
        key=desk.form.draft.data,
        told=_told(desk, place),
        listed=_listed(desk, place.question.name),
        position=wording.position(place.block, way.index(place) + 1, len(way)),
        is_first=questions.before(desk.fields, place) is None,
        then_check=_then_check(),
        saved=wording.saved_label(draft) if draft is not None else "",
        revision=draft.revision if draft is not None else 0,
    )


def _shown(desk: Desk, place: Place) -> list[str]:
    """The blocks of those people whom a page shows."""
    if place.question.name in ("clients", "perpetrators"):
        return questions.blocks(desk.fields, place.question.name)
    return [place.block or "reporter"] if place.question.name in ("find", "name") else []


def _told(desk: Desk, place: Place) -> list[Field]:
    of = desk.form.block(place.block) if place.block else desk.form
    return [of[name] for name in place.question.fields]


def _listed(desk: Desk, kind: str) -> list[Listed]:
    """Those who are in the list that a question is about."""
    there = questions.blocks(desk.fields, kind) if kind in ("clients", "perpetrators") else []
    names = [(desk.form.block(block).full_name.data or "").strip() for block in there]
    first = [questions.branch(desk.fields, block)[0] for block in there]
    return [Listed(*one) for one in zip(there, names, first, strict=True)]
