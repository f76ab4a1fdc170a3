"""An intake as its draft keeps it: the fields, in which form they were typed last, and where that form is."""

from flask import abort, url_for

from portal.core import contacts, drafts
from portal.core.actors import Actor
from portal.core.models import Draft
from portal.extensions import db
from portal.web.intake import steps
from portal.web.intake.desk import FORM, Desk
from portal.web.intake.lists import Lists
from portal.web.intake.steps import GUIDED, Fields
from portal.web.typed import edit_of_request


def require_key(key: str) -> None:
    """Answer that there is nothing, where an address names no draft that could be."""
    if not steps.KEY.fullmatch(key):
        abort(404)


def where_left(draft: Draft) -> str:
    """Where one goes on with a draft: in the form in which it was typed last."""
    guided = GUIDED in drafts.fields_of(draft)
    return url_for("intake.go_on" if guided else "intake.resume", key=draft.key)


def fields_of(draft: Draft | None, actor: Actor, key: str) -> Fields:
    """What a draft holds; without one, what a form says before anybody touches it."""
    return drafts.fields_of(draft) or fresh(actor, key)


def fresh(actor: Actor, key: str) -> Fields:
    """What a form says before anybody touches it: whoever works in a vertical takes the case themselves."""
    return steps.fresh(key, keeps=bool(actor.vertical_ids))


def desk_of(actor: Actor, offered: Lists, fields: Fields, key: str, *, guided: bool) -> Desk:
    """The form as it waits in a draft, without the draft's own notes."""
    told = {name: values for name, values in fields.items() if name != GUIDED}
    return Desk(actor, offered, {**told, "draft": [key]}, guided=guided)


def save(actor: Actor, key: str, fields: Fields) -> Draft | None:
    """Keep the fields, inside the caller's unit; None where the form was sent meanwhile. Raises InvalidInput."""
    if contacts.of_draft(db.session, actor, key) is not None:
        return None
    return drafts.save(db.session, actor, FORM, key, fields, title=steps.title_of(fields), edit=edit_of_request())
