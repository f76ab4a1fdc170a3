"""What the roles of the portal are called, and what those are told who try too often."""

from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from werkzeug.exceptions import TooManyRequests

from portal.core.vocabulary import Role

ROLES = {
    Role.AGENT: _l("Agent"),
    Role.CASEWORKER: _l("Caseworker"),
    Role.SUPERVISOR: _l("Supervisor"),
    Role.ADMINISTRATOR: _l("Administrator"),
    Role.AUDITOR: _l("Auditor"),
}


def wait_after(error: TooManyRequests) -> str:
    """How long somebody has to wait who tried too many codes."""
    minutes = -(-int(error.retry_after) // 60)
    return ngettext(
        "That was tried too often. Wait a minute and try again.",
        "That was tried too often. Wait %(num)d minutes and try again.",
        minutes,
    )
