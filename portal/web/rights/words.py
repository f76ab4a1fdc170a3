"""What is said of requests, and of what is held about a person, in words."""

from flask_babel import lazy_gettext as _l

KINDS = {
    "export": _l("To be told everything held about them"),
    "rectification": _l("To have something put right"),
    "restriction": _l("To have their data kept but not used"),
    "erasure": _l("To be erased"),
}
STATES = {
    "open": ("warn", "clock", _l("Open")),
    "granted": ("ok", "check", _l("Done")),
    "refused": ("bad", "x", _l("Refused")),
}
# The tables of an export, as a person reads them.
SECTIONS = {
    "people": _l("Who you are"),
    "person_identifiers": _l("Identity numbers"),
    "person_contacts": _l("How you are reached"),
    "person_external_ids": _l("What other organisations call you"),
    "relations": _l("Relations to other people"),
    "households": _l("Households that you lead"),
    "household_members": _l("Households that you belong to"),
    "consents": _l("Consents"),
    "consent_versions": _l("What each consent said before"),
    "contacts": _l("When you were in contact with us"),
    "case_people": _l("Your part in cases"),
    "subject_requests": _l("What you asked for about your data"),
    "person_merges": _l("Records of you that were joined"),
    "cases": _l("Cases about you"),
    "case_status_history": _l("How these cases went on"),
    "case_suspensions": _l("When they were suspended"),
    "case_transfers": _l("When they were handed over"),
    "case_participants": _l("Services that took part"),
    "case_places": _l("Places of these cases"),
    "case_tags": _l("Tags of these cases"),
    "services": _l("Services and referrals"),
    "unmapped_codes": _l("Codes that were not understood"),
    "correspondence_cases": _l("Cases in other systems"),
    "correspondence_fields": _l("What those systems sent with them"),
    "messages": _l("Messages"),
    "message_versions": _l("Messages as they read before"),
    "notes": _l("Notes of staff"),
    "reviews": _l("Review dates"),
    "readings": _l("Who read your record or a case about you"),
    "changes": _l("Who changed your record"),
}


def field(name: str) -> str:
    """The name of a column as a reader takes it."""
    return name.replace("_", " ").capitalize()
