"""What the roles of the portal are called."""

from flask_babel import lazy_gettext as _l

from portal.core.vocabulary import Role

ROLES = {
    Role.AGENT: _l("Agent"),
    Role.CASEWORKER: _l("Caseworker"),
    Role.SUPERVISOR: _l("Supervisor"),
    Role.ADMINISTRATOR: _l("Administrator"),
    Role.AUDITOR: _l("Auditor"),
}
