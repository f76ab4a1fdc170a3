"""What the administration calls dialects, states and fields."""

from flask_babel import lazy_gettext as _l

from portal.core.token_list import TokenState, state_of
from portal.core.vocabulary import ConsentMode, Dialect, Priority
from portal.web.account.words import ROLES

DIALECTS = {
    Dialect.CONSTITUENCY: _l("Constituency"),
    Dialect.HELPLINE: _l("Helpline and web form"),
    Dialect.CORRESPONDENCE: _l("Correspondence"),
    Dialect.INTERVENTIONS: _l("Interventions"),
}

SCOPES = {
    "cases:read": _l("Read cases"),
    "cases:write": _l("Open and change cases"),
    "webform": _l("Send reports by web form, and nothing else"),
    "v1:case": _l("Exchange cases and messages"),
    "case:close": _l("Close cases"),
}

# Word, mark, tone.
TOKEN_STATES = {
    TokenState.LIVE: (_l("Live"), "check", "ok"),
    TokenState.EXPIRED: (_l("Expired"), "clock", ""),
    TokenState.REVOKED: (_l("Revoked"), "x", "bad"),
}

ORGANISATION_STATES = {
    "active": (_l("Active"), "check", "ok"),
    "pending": (_l("Waits for approval"), "clock", "warn"),
    "inactive": (_l("Deactivated"), "x", "bad"),
}

USER_STATES = {True: (_l("Active"), "check", "ok"), False: (_l("Deactivated"), "x", "bad")}

VERTICAL_STATES = {"active": (_l("Open"), "check", "ok"), "inactive": (_l("Takes no new cases"), "x", "")}

CONSENT_MODES = {
    ConsentMode.REQUIRED: _l("Consent is required"),
    ConsentMode.NOT_REQUIRED: _l("Another lawful basis"),
}

PACK_FIELDS = {
    "consent_mode": _l("On what the work rests"),
    "lawful_basis": _l("The lawful basis"),
    "auto_intake": _l("Reports are in work at once"),
    "grace_days": _l("Days of grace after a consent ran out"),
    "transfer_requires_approval": _l("Handing a case over needs an approval"),
    "every_adult_consents": _l("Every adult of a household consents"),
}

KINDS = {"installation": _l("This installation"), "partner": _l("Partner"), "service": _l("Service")}

PRIORITIES = {Priority.HIGH: _l("High"), Priority.MEDIUM: _l("Medium"), Priority.LOW: _l("Low")}

DEFAULTS = {
    "reporter.fname": _l("Name of the reporter"),
    "case_category_id": _l("Category"),
    "plan": _l("Plan"),
    "priority": _l("Priority"),
    "status": _l("Status"),
}

LISTS = {
    "contact_type": _l("Kind of contact"),
    "case_type": _l("Subject of a constituency case"),
    "constituency_status": _l("Status of a constituency case"),
    "category": _l("Category of a constituency case"),
    "case_category": _l("Category of the case"),
    "justice": _l("Justice"),
    "assessment": _l("Assessment"),
    "know_about": _l("How they know of the helpline"),
    "disposition": _l("Disposition"),
    "age_group": _l("Age group"),
    "location": _l("Place"),
    "sex": _l("Sex"),
    "nationality": _l("Nationality"),
    "language": _l("Language"),
    "tribe": _l("Tribe or ethnic group"),
    "relationship": _l("Relationship"),
    "shares_home": _l("Shares the home"),
    "health": _l("Health"),
    "employment": _l("Employment"),
    "marital": _l("Marital status"),
    "national_id_type": _l("Kind of document"),
}

OUTCOMES = {"done": _l("Done"), "refused": _l("Refused (4xx)"), "failed": _l("Failed (5xx)")}


def for_templates() -> dict[str, object]:
    """The words that the templates of the administration use."""
    return {
        "dialects": DIALECTS,
        "scope_words": SCOPES,
        "token_states": TOKEN_STATES,
        "state_of_token": state_of,
        "organisation_states": ORGANISATION_STATES,
        "organisation_kinds": KINDS,
        "priority_words": PRIORITIES,
        "default_words": DEFAULTS,
        "list_words": LISTS,
        "role_words": ROLES,
        "vertical_states": VERTICAL_STATES,
        "consent_modes": CONSENT_MODES,
        "pack_fields": PACK_FIELDS,
        "user_states": USER_STATES,
    }
