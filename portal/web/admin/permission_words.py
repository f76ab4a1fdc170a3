"""What each permission lets somebody do, in words."""

from flask_babel import lazy_gettext as _l

from portal.core.permissions import Permission as P

PERMISSIONS = {
    P.VIEW: _l("See cases"),
    P.CREATE: _l("Open a case"),
    P.UPDATE: _l("Change what is written in a case, and its review date"),
    P.SUBMIT: _l("Submit a case"),
    P.VERIFY: _l("Verify a case"),
    P.ACTIVATE: _l("Start the work on a case"),
    P.SUSPEND: _l("Suspend a case"),
    P.RESUME: _l("Resume a suspended case"),
    P.STABILIZE: _l("Mark a case as stabilized"),
    P.CLOSE: _l("Close a case"),
    P.REOPEN: _l("Reopen a closed case"),
    P.ARCHIVE: _l("Archive a case"),
    P.ABANDON: _l("Give up a case that was not begun"),
    P.ASSIGN: _l("Give a case to somebody"),
    P.TRANSFER: _l("Hand a case over to another vertical"),
    P.MERGE: _l("Merge cases, and take them apart again"),
    P.SPLIT: _l("Split a case"),
    P.RESTRICT: _l("Restrict a case to those on its list"),
    P.BREAK_GLASS: _l("Open a restricted case in an emergency, for a reason that is kept"),
    P.EXPORT: _l("Take a case file out"),
    P.TRIAGE: _l("Decide about reports from outside"),
    P.WRITE_NOTE: _l("Write notes"),
    P.WRITE_MESSAGE: _l("Write messages"),
    P.ATTACH: _l("Add files"),
    P.TAKE_CONTACT: _l("Take a call or a visit"),
    P.VIEW_PEOPLE: _l("See people"),
    P.REVEAL: _l("See what is masked: numbers, phones, addresses, health, alleged perpetrators"),
    P.REGISTER_PERSON: _l("Register people and households"),
    P.VERIFY_PERSON: _l("Verify people and households, join and archive records"),
    P.ANSWER_SUBJECT: _l("Answer what people ask about their own data"),
    P.ERASE_PERSON: _l("Erase a person who asked for it, together with somebody else"),
    P.CAPTURE_CONSENT: _l("Take a consent down"),
    P.DECIDE_CONSENT: _l("Confirm, reject or withdraw a consent"),
    P.ADD_PARTICIPANT: _l("Ask another vertical to take part"),
    P.OPT_IN: _l("Answer for one's own vertical whether it takes part"),
    P.REMOVE_PARTICIPANT: _l("End that a vertical takes part"),
    P.CHECK_CONFLICT: _l("Check for the same support twice"),
    P.DECIDE_CONFLICT: _l("Decide about the same support twice"),
    P.APPROVE: _l("Approve what others ask for"),
    P.OVERSEE: _l("See how the team is doing and what it opened of what is sensitive, and say who covers for whom"),
    P.VIEW_AUDIT: _l("Read the audit, the log of API calls and this page"),
    P.ADMINISTER: _l("Keep users, verticals, partners, tokens and lists"),
}


def said(permission: P) -> str:
    """The permission in words; one without words yet stands under its code."""
    return str(PERMISSIONS.get(permission, permission.value))
