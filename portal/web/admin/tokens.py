"""All tokens: whose they are and how long they hold; and ending one."""

from flask import flash, render_template, request, url_for
from flask_babel import gettext as _

from portal.core import call_log, paging, token_list
from portal.core import tokens as api_tokens
from portal.core.errors import InvalidInput
from portal.core.models import ApiToken
from portal.core.token_list import TokenState, Wanted
from portal.core.unit import unit_of_work
from portal.core.vocabulary import Dialect
from portal.extensions import db
from portal.web import fragments, turning
from portal.web.access import current_actor
from portal.web.admin import words
from portal.web.admin.forms import RevokeForm, beside

_FIELDS = ("dialect", "state", "kind", "holder")


def tokens():
    """The newest tokens, narrowed by what is asked for."""
    actor, asked = current_actor(), _asked()
    wanted = Wanted(
        dialect=Dialect(asked["dialect"]) if asked["dialect"] else None,
        state=TokenState(asked["state"]) if asked["state"] else None,
        **_of_holder(asked["holder"]),
        issued=asked["kind"] == "issued",
    )
    try:
        place = turning.place()
        page = token_list.page(db.session, actor, wanted, cursor=place)
    except InvalidInput:
        return fragments.go_to(url_for("admin.tokens", **asked))
    shown = {
        "found": page,
        "asked": asked,
        "filtered": any(asked.values()),
        "choices": {
            "dialect": [(dialect.value, words.DIALECTS[dialect]) for dialect in Dialect],
            "state": [(state.value, words.TOKEN_STATES[state][0]) for state in TokenState],
            "kind": [("issued", _("Issued, not made by signing in"))],
        },
        "callers": call_log.callers(db.session, actor),
        "previous_url": _url(asked, page.preceding),
        "next_url": _url(asked, page.following),
    }
    return fragments.render("admin/tokens.html", "admin/_tokens.html", **shown)


def revoke(jti: str):
    """Ask before a token is ended; then end it."""
    actor, form = current_actor(), RevokeForm()
    if not form.is_submitted():
        return _revoke_page(form, jti)
    if not form.validate():
        return _revoke_page(form, jti, 422)
    told = {"reason": form.reason.data or "", "text": form.reason_text.data}
    try:
        with unit_of_work(db.session, actor, intent="token.revoke"):
            name = holder_name(api_tokens.revoke(db.session, actor, jti, **told))
    except InvalidInput as refusal:
        return _revoke_page(beside(form, refusal, reason_code="reason"), jti, 422)
    flash(_("The token of %(name)s is revoked. Its next request is refused.", name=name), "success")
    return fragments.go_to(url_for("admin.tokens"))


def holder_name(token: ApiToken) -> str:
    """Who acts with a token."""
    return (token.user or token.organisation).name


def _revoke_page(form: RevokeForm, jti: str, status: int = 200):
    token = api_tokens.find(db.session, jti)
    return render_template("admin/revoke.html", form=form, token=token, name=holder_name(token)), status


def _asked() -> dict[str, str]:
    given = {name: request.args.get(name, "").strip() for name in _FIELDS}
    kind, _colon, number = given["holder"].partition(":")
    known = {
        "dialect": given["dialect"] in tuple(Dialect),
        "state": given["state"] in tuple(TokenState),
        "kind": given["kind"] == "issued",
        "holder": kind in ("organisation", "user") and number.isascii() and number.isdecimal() and len(number) < 19,
    }
    return {name: value if known[name] else "" for name, value in given.items()}


def _of_holder(holder: str) -> dict[str, int]:
    kind, _colon, number = holder.partition(":")
    return {f"{kind}_id": int(number)} if holder else {}


def _url(asked: dict[str, str], cursor: paging.Cursor | None) -> str | None:
    if cursor is None:
        return None
    return url_for(
        "admin.tokens", **{name: value for name, value in asked.items() if value}, page=paging.encode(cursor)
    )
