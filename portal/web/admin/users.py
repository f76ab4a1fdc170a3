"""Who works here: the list, and the page of one."""

from flask import render_template, request, url_for

from portal.core import paging, second_factor, token_list, user_leaving, user_register, verticals
from portal.core.errors import InvalidInput
from portal.core.token_list import TokenState
from portal.core.user_register import Wanted
from portal.core.vocabulary import Role
from portal.extensions import db
from portal.web import fragments, turning
from portal.web.access import current_actor, needs_second_factor
from portal.web.account.words import ROLES
from portal.web.admin import words

_STATES = {"active": True, "inactive": False}
_FIELDS = ("q", "role", "state", "vertical")
LONGEST = 200


def users():
    """Everybody by name, narrowed by what is asked for."""
    actor, asked = current_actor(), _asked()
    wanted = Wanted(
        asked["q"],
        Role(asked["role"]) if asked["role"] else None,
        _STATES.get(asked["state"]),
        int(asked["vertical"]) if asked["vertical"] else None,
    )
    try:
        place = turning.place()
        page = user_register.page(db.session, actor, wanted, cursor=place)
    except InvalidInput:
        return fragments.go_to(url_for("admin.users", **asked))
    shown = {
        "found": page,
        "protected": user_register.with_second_factor(db.session, [user.id for user in page.rows]),
        "asked": asked,
        "filtered": any(asked.values()),
        "choices": {
            "role": [(role.value, word) for role, word in ROLES.items()],
            "state": [(name, words.USER_STATES[active][0]) for name, active in _STATES.items()],
            "vertical": [(str(one.id), one.name) for one in verticals.listed(db.session, inactive=True)],
        },
        "previous_url": _url(asked, page.preceding),
        "next_url": _url(asked, page.following),
    }
    return fragments.render("admin/users.html", "admin/_users.html", **shown)


def user(number: int):
    """One user: what they are, where they work, what they have in hand, and what can be done."""
    actor = current_actor()
    one = user_register.find(db.session, actor, number)
    live = token_list.Wanted(state=TokenState.LIVE, user_id=one.id)
    return render_template(
        "admin/user.html",
        user=one,
        places=user_register.places_of(db.session, one),
        programs=user_register.programs_of(db.session, one),
        holding=user_leaving.holding(db.session, actor, one),
        most_cases=user_leaving.MOST_CASES,
        tokens=token_list.page(db.session, actor, live).rows,
        protected=second_factor.is_on(db.session, one.id),
        must_be_protected=needs_second_factor(one.role),
        is_me=one.id == actor.user_id,
    )


def _asked() -> dict[str, str]:
    given = {name: request.args.get(name, "").replace("\x00", "").strip()[:LONGEST] for name in _FIELDS}
    number = given["vertical"]
    known = {
        "vertical": number.isascii() and number.isdecimal() and len(number) < 19,
        "q": True,
        "role": given["role"] in tuple(Role),
        "state": given["state"] in _STATES,
    }
    return {name: value if known[name] else "" for name, value in given.items()}


def _url(asked: dict[str, str], cursor: paging.Cursor | None) -> str | None:
    if cursor is None:
        return None
    return url_for("admin.users", **{name: value for name, value in asked.items() if value}, page=paging.encode(cursor))
