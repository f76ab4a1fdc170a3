"""What the roles of the portal are called, and what those are told who try too often."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from werkzeug.exceptions import TooManyRequests

from portal.core.passwords import Weakness
from portal.core.vocabulary import Role, SignInWay

ROLES = {
    Role.AGENT: _l("Agent"),
    Role.CASEWORKER: _l("Caseworker"),
    Role.SUPERVISOR: _l("Supervisor"),
    Role.ADMINISTRATOR: _l("Administrator"),
    Role.AUDITOR: _l("Auditor"),
}

WEAKNESSES = {
    Weakness.SHORT: _l("The new password must have at least 12 characters; several words are good"),
    Weakness.COMMON: _l("This password, or a part of it, is on lists of passwords that were stolen. Choose another"),
    Weakness.PERSONAL: _l("The new password must not contain your name, your e-mail address or the name of the office"),
    Weakness.GUESSABLE: _l("This password is easy to guess. Several words that do not belong together are good"),
}
WAYS = {
    SignInWay.PASSWORD: _l("with your password"),
    SignInWay.SECOND_FACTOR: _l("with your password and a code"),
    SignInWay.PASSKEY: _l("with a passkey"),
    SignInWay.OPENID: _l("through your organisation"),
}


def device(told: str) -> str:
    """A browser and a system, kept as "Firefox/Linux", in words."""
    browser, _slash, system = told.partition("/")
    if browser and system:
        return _("%(browser)s on %(system)s", browser=browser, system=system)
    return browser or system or _("A browser that did not say what it is")


def wait_after(error: TooManyRequests) -> str:
    """How long somebody has to wait who tried too many codes."""
    minutes = -(-int(error.retry_after) // 60)
    return ngettext(
        "That was tried too often. Wait a minute and try again.",
        "That was tried too often. Wait %(num)d minutes and try again.",
        minutes,
    )
