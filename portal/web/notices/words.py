"""What notices say, and where they lead."""

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.core import break_glass, broken_glass, notices, own_records
from portal.core.actors import Actor
from portal.core.models import Notice
from portal.core.notices import Told
from portal.core.permissions import Permission, can

_SAID = {
    notices.GIVEN: ("user", _l("%(ref)s was given to you")),
    notices.ASSIGNED: ("people", _l("You were assigned to %(ref)s")),
    notices.MESSAGE: ("in", _l("A message came in on %(ref)s")),
    notices.APPROVAL: ("check", _l("An approval is asked for on %(ref)s")),
    notices.INVITATION: ("people", _l("Your service was asked to take part in %(ref)s")),
    break_glass.BROKEN: ("eye", _l("The glass was broken on %(ref)s: somebody reads it for some hours")),
    own_records.LEFT: ("user", _l("%(ref)s needs somebody else: whoever has it may not see it any more")),
    "case.suspended": ("s-suspended", _l("%(ref)s is suspended")),
    "case.restored": ("s-active", _l("%(ref)s goes on: consent was given again")),
}

_TO_ACCOUNT = {
    notices.LINK: ("key", _l("A link to choose a new password for your account was made by %(who)s")),
    notices.TOKEN: ("key", _l("A token that acts as you was issued by %(who)s")),
    notices.SECOND_FACTOR: ("lock", _l("Your second factor was taken away by %(who)s")),
    notices.IDENTITY: ("user", _l("Who you are at your sign-in provider was forgotten by %(who)s")),
}


def to_account(notice: Notice) -> tuple[str, str]:
    """The mark and the words of what somebody did to the reader's account."""
    mark, words = _TO_ACCOUNT[notice.kind]
    return mark, str(words) % {"who": notice.by.name if notice.by else _("whoever runs the server")}


def said(told: Told) -> tuple[str, str]:
    """The mark and the words of a notice; of a kind that has no words here those that were written with it."""
    mark, words = _said(told)
    if told.covered:
        return mark, _("For %(name)s, for whom you cover: %(words)s", name=told.covered, words=words)
    return mark, words


def _said(told: Told) -> tuple[str, str]:
    if told.notice.kind in _TO_ACCOUNT:
        return to_account(told.notice)
    mark, words = _SAID.get(_kind(told)[0], ("info", None))
    if words is None or told.case is None:
        return mark, told.notice.text
    return mark, str(words) % {"ref": told.case.reference}


def leads_to(actor: Actor, told: Told) -> str | None:
    """The address of what a notice is about, where there is one."""
    kind, number = _kind(told)
    if kind == notices.APPROVAL:
        return url_for("approvals.show", question=number)
    if kind == notices.INVITATION:
        return url_for("invitations.show", part=number)
    if kind == break_glass.BROKEN and broken_glass.may_watch(actor):
        return url_for("break_glass.log")
    if told.notice.kind in _TO_ACCOUNT:
        return url_for("account.show", _anchor="others-h")
    if told.case is not None:
        return url_for("cases.messages" if kind == notices.MESSAGE else "cases.show", number=told.case.id)
    if kind.startswith("token") and can(actor, Permission.ADMINISTER):
        return url_for("admin.tokens")
    return None


def _kind(told: Told) -> tuple[str, int | None]:
    """The kind of a notice, and the number of what was asked where it names one."""
    kind, _dot, number = told.notice.kind.rpartition(".")
    return (kind, int(number)) if number.isdecimal() else (told.notice.kind, None)
