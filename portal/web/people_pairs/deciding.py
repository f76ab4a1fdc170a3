"""Answering that a pair is two people, and putting the question again."""

from flask import flash, url_for
from flask_babel import gettext as _

from portal.core import people_pairs
from portal.core.errors import InvalidInput, Refused
from portal.core.permissions import Permission, require
from portal.core.unit import unit_of_work
from portal.extensions import db
from portal.web import errors, fragments
from portal.web.access import current_actor
from portal.web.people_pairs.comparing import page_of
from portal.web.people_pairs.forms import ReasonForm


def different(pair: int):
    """They are two people; it is remembered."""
    _require_decider(pair)
    form = ReasonForm()
    if not form.validate():
        return page_of(pair, form=form, status=422)
    try:
        with unit_of_work(db.session, current_actor(), intent="person_pair.different"):
            found = people_pairs.find_pair(db.session, current_actor(), pair)
            people_pairs.decide_different(db.session, current_actor(), found, form.reason.data)
    except InvalidInput as refusal:
        form.reason.errors = [_(refusal.message)]
        return page_of(pair, form=form, status=422)
    except Refused as refusal:
        return page_of(pair, form=form, status=errors.status_of(refusal), happened=_(refusal.message))
    flash(_("They are two people. This is remembered, and not asked again."), "success")
    return fragments.go_to(url_for("people_pairs.index"))


def ask_again(pair: int):
    """Put the question of two people once more."""
    _require_decider(pair)
    try:
        with unit_of_work(db.session, current_actor(), intent="person_pair.reopen"):
            found = people_pairs.find_pair(db.session, current_actor(), pair)
            people_pairs.ask_again(db.session, current_actor(), found)
    except Refused as refusal:
        return page_of(pair, status=errors.status_of(refusal), happened=_(refusal.message))
    flash(_("The question waits for an answer again."), "success")
    return fragments.go_to(url_for("people_pairs.show", pair=pair))


def _require_decider(pair: int) -> None:
    people_pairs.find_pair(db.session, current_actor(), pair)
    require(current_actor(), Permission.VERIFY_PERSON)
