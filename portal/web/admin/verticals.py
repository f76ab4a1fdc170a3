"""The verticals: the list, and the page of one with its rules in every version and who works in it."""

from flask import render_template

from portal.core import policy_packs, programs, user_register, vertical_register
from portal.core.user_register import Wanted
from portal.extensions import db
from portal.web.access import current_actor


def verticals():
    """Every line of service, with how many work in it."""
    found = vertical_register.listed(db.session, current_actor())
    return render_template("admin/verticals.html", verticals=found)


def vertical(number: int):
    """One vertical: what it is called, its rules now and before, and who works in it."""
    actor = current_actor()
    one = vertical_register.find(db.session, actor, number)
    return render_template(
        "admin/vertical.html",
        vertical=one,
        packs=policy_packs.history(db.session, actor, one),
        members=user_register.page(db.session, actor, Wanted(vertical=one.id, active=True)),
        programs=programs.listed(db.session, vertical_id=one.id),
    )
