"""Issuing a token, or one in the place of another. It is shown once, on a page that nobody keeps, and never again."""

import datetime as dt
import secrets

from flask import flash, make_response, render_template, request, session, url_for
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice

from portal.core import clock, token_list, tokens
from portal.core.errors import AlreadyDone, InvalidInput
from portal.core.models import ApiToken, Organisation, User
from portal.core.unit import unit_of_work
from portal.extensions import db
from portal.web import fragments
from portal.web.access import current_actor
from portal.web.admin.forms import IssueForm, RotateForm, beside
from portal.web.admin.tokens import holder_name
from portal.web.formats import office_zone

_REMEMBERED = 8  # forms sent last, so that reloading the page with the token issues no second one


def issue():
    """Ask for whom and for what; then issue the token and show it."""
    actor, form = current_actor(), IssueForm(data=_prefilled())
    form.holder.choices = _holders()
    if not form.is_submitted():
        return _form_page(form)
    if _was_sent():
        return _sent_before()
    if not form.validate():
        return _form_page(form, 422)
    try:
        with unit_of_work(db.session, actor, intent="token.issue"):
            text, made = tokens.issue(
                db.session,
                actor,
                dialect=form.dialect.data,
                scopes=form.scopes.data or None,
                days=form.days.data,
                **_holder(form.holder.data),
            )
            shown = _shown(text, made)
    except InvalidInput as refusal:
        names = {"user": "holder", "organisation": "holder", "scope": "scopes"}
        return _form_page(beside(form, refusal, **names), 422)
    return _once(shown)


def rotate(jti: str):
    """Ask when the old one ends; then issue its successor and show it."""
    actor, form = current_actor(), RotateForm()
    if not form.is_submitted():
        return _rotate_page(form, jti)
    if _was_sent():
        return _sent_before()
    if not form.validate():
        return _rotate_page(form, jti, 422)
    try:
        with unit_of_work(db.session, actor, intent="token.rotate"):
            text, made = tokens.rotate(db.session, actor, jti, ends_at=_chosen(form))
            shown = _shown(text, made) | {"replaced_until": _chosen(form) or clock.now()}
    except (InvalidInput, AlreadyDone) as refusal:
        status = 422 if isinstance(refusal, InvalidInput) else 409
        return _rotate_page(beside(form, refusal, ends_at="at"), jti, status)
    return _once(shown)


def _prefilled() -> dict[str, object]:
    holder = request.args.get("holder", "")
    return {"holder": holder, "dialect": request.args.get("dialect", "")}


def _holders() -> list[SelectChoice]:
    partners, users = token_list.holders(db.session, current_actor())
    of_partners, of_users = _("Partner organisations"), _("Users")
    return [
        SelectChoice(value="", label=_("Choose…")),
        *(SelectChoice(value=f"organisation:{one.id}", label=one.name, optgroup=of_partners) for one in partners),
        *(SelectChoice(value=f"user:{one.id}", label=f"{one.name}, {one.email}", optgroup=of_users) for one in users),
    ]


def _holder(chosen: str) -> dict[str, Organisation | User]:
    kind, _colon, number = chosen.partition(":")
    model = {"organisation": Organisation, "user": User}[kind]
    return {kind: db.session.get_one(model, int(number))}


def _chosen(form: RotateForm) -> dt.datetime | None:
    """The hour at which the old token ends, as the office's clocks show it; None for at once."""
    if form.when.data != "later":
        return None
    return form.at.data.replace(tzinfo=office_zone()).astimezone(dt.UTC)


def _shown(text: str, made: ApiToken) -> dict[str, object]:
    return {
        "text": text,
        "dialect": made.audience,
        "scopes": list(made.scopes),
        "expires_at": made.expires_at,
        "jti": made.jti,
        "name": holder_name(made),
    }


def _once(shown: dict[str, object]):
    sent = session.get("tokens_issued", [])
    session["tokens_issued"] = [*sent, request.form.get("once", "")[:32]][-_REMEMBERED:]
    response = make_response(render_template("admin/token_shown.html", token=shown))
    response.headers["Cache-Control"] = "no-store"
    return response


def _was_sent() -> bool:
    once = request.form.get("once", "")[:32]
    return bool(once) and once in session.get("tokens_issued", [])


def _sent_before():
    flash(_("This token was issued already, and is not shown again. Revoke it if it was not kept."), "held")
    return fragments.go_to(url_for("admin.tokens"))


def _form_page(form: IssueForm, status: int = 200):
    once = request.form.get("once") or secrets.token_hex(8)
    page = render_template("admin/issue.html", form=form, once=once, longest=tokens.MOST_DAYS)
    return page, status


def _rotate_page(form: RotateForm, jti: str, status: int = 200):
    token = tokens.find(db.session, jti)
    state, latest = token_list.state_of(token), clock.now() + tokens.LONGEST_OVERLAP
    possible = state is token_list.TokenState.LIVE and token.family_expires_at is None
    once = request.form.get("once") or secrets.token_hex(8)
    shown = {"form": form, "token": token, "name": holder_name(token), "once": once}
    return render_template("admin/rotate.html", **shown, possible=possible, latest=latest), status
