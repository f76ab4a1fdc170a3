"""Who covers for whom while somebody is away: for oneself, and for those whom one oversees."""

from flask import Blueprint, flash, render_template, request, url_for
from flask_babel import gettext as _

from portal.core import covers, workers
from portal.core.errors import AlreadyDone, Forbidden, InvalidInput
from portal.core.models import Cover, User
from portal.core.unit import unit_of_work
from portal.extensions import db
from portal.web import errors, fragments
from portal.web.access import current_actor
from portal.web.covers import words
from portal.web.covers.forms import CoverForm
from portal.web.worklist import asking

blueprint = Blueprint("covers", __name__, url_prefix="/app/cover")
blueprint.add_app_template_filter(words.last_day, "last_day")
blueprint.add_app_template_filter(words.said, "cover_words")
_FIELDS = {"by": "by", "begins_at": "first", "ends_at": "last"}


@blueprint.get("")
def index():
    """Who covers and is covered, and the form for another time."""
    user = _user()
    return _page(user, CoverForm(formdata=None).offer(covers.choices(db.session, user)))


@blueprint.post("")
def arrange():
    """Let a colleague cover from the first day until the last."""
    user, actor = _user(), current_actor()
    form, number = CoverForm().offer(covers.choices(db.session, user)), user.id
    if not form.validate():
        return _page(user, form, 422)
    times = {"begins_at": words.begins(form.first.data), "ends_at": words.ends(form.last.data)}
    try:
        with unit_of_work(db.session, actor, intent="cover.arrange"):
            user, by = covers.person(db.session, actor, number), workers.find(db.session, actor, form.by.data)
            said = words.said(covers.arrange(db.session, actor, user, by, **times))
    except Forbidden:
        raise
    except (InvalidInput, AlreadyDone) as refusal:
        field = form[_FIELDS.get(refusal.target, "by")]
        field.errors = [*field.errors, _(refusal.message)]
        return _page(covers.person(db.session, actor, number), form, errors.status_of(refusal))
    flash(_("%(cover)s.", cover=said), "success")
    return fragments.go_to(_url(number))


@blueprint.post("/<int:cover>/end")
def end(cover: int):
    """End a cover before its time."""
    actor = current_actor()
    try:
        with unit_of_work(db.session, actor, intent="cover.end"):
            covered = covers.end(db.session, actor, cover).user_id
    except AlreadyDone as refusal:
        flash(_(refusal.message), "info")
        return fragments.go_to(url_for("covers.index"))
    flash(_("The cover is over."), "success")
    mine = covered == actor.user_id or request.form.get("whose") != "other"
    return fragments.go_to(url_for("covers.index") if mine else _url(covered))


def _user() -> User:
    """Whom the page is about: the reader, or one whom they oversee."""
    actor, asked = current_actor(), request.args.get("for", "")
    known = asked.isascii() and asked.isdecimal() and len(asked) < 19
    return covers.person(db.session, actor, int(asked) if known else actor.user_id)


def _url(number: int) -> str:
    return url_for("covers.index", **({} if number == current_actor().user_id else {"for": number}))


def _page(user: User, form: CoverForm, status: int = 200):
    actor = current_actor()
    standing = covers.standing(db.session, [user.id])
    shown = {
        "user": user,
        "own": user.id == actor.user_id,
        "form": form,
        "standing": [(cover, words.said(cover), _cases_url(cover, actor.user_id)) for cover in standing],
        "form_url": _url(user.id),
    }
    return render_template("covers/index.html", **shown), status


def _cases_url(cover: Cover, reader: int | None) -> str | None:
    """Where whoever covers finds what the other has in hand."""
    return asking.in_hands_of(cover.user_id).url() if cover.by_id == reader else None
