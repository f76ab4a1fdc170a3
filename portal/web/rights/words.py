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

# What stands against erasing a person.
OBSTACLES = {
    "open_cases": _l("A case about this person is not closed. Close it first, or refuse the request with that reason."),
    "held": _l("A case that names them is held for a court or an inquiry. Nothing of it goes while that stands."),
    "not_asked": _l("Nobody asked for it. Write the request down first; somebody else than you then carries it out."),
    "own_request": _l("You wrote this request down. Another administrator looks at it and carries it out."),
}
# What is kept of somebody who is erased, and why.
KEPT = {
    "cases": _l("Cases that are emptied: their number, dates, states and codes stay for the statistics of the office."),
    "shared": _l("Cases that others are part of: they stay; the names of this person in them become the pseudonym."),
    "consents": _l("Consents: that they were given and taken back, and when, stays as proof. Their words go."),
}
# Tables as an erasure speaks of them: about the person, where an export speaks to them.
OTHERS = {
    "person_contacts": _l("How they are reached"),
    "person_external_ids": _l("What other organisations call them"),
    "households": _l("Households that they lead"),
    "contacts": _l("When they were in contact with the office"),
    "case_people": _l("Their part in cases"),
    "subject_requests": _l("What they asked for about their data"),
    "person_merges": _l("Records of them that were joined"),
    "cases": _l("Cases about them"),
    "people": _l("Records of the person"),
    "person_keys": _l("What they were found by"),
    "person_pairs": _l("Who they were compared with"),
    "own_records": _l("Which worker they are"),
    "attachments": _l("Files, with their bytes"),
    "audit_values": _l("Kept values in the history"),
    "saved_views": _l("Saved views that look for the person"),
    "drafts": _l("Drafts of staff"),
    "idempotency_keys": _l("Answers kept for repetition"),
    "search_texts": _l("The index of words"),
    "intake_receipts": _l("Reports as they arrived"),
    "notices": _l("Notices"),
    "outbox": _l("Messages that were held"),
    "case_assignments": _l("Reasons of assignments"),
    "case_merges": _l("Reasons of merges"),
    "case_splits": _l("Reasons of splits"),
    "conflicts": _l("Notes on conflicts"),
    "workflow_instances": _l("Reasons of questions"),
    "approvals": _l("Reasons of answers"),
    "restrictions": _l("Reasons of restricted cases"),
    "bulk_runs": _l("Reasons of changes of several cases"),
    "bulk_items": _l("Reports of changes of several cases"),
    "break_glass_grants": _l("Reasons for opening restricted cases"),
    "consent_evidence": _l("Evidence of consent, as described"),
}


def field(name: str) -> str:
    """The name of a column as a reader takes it."""
    return name.replace("_", " ").capitalize()


def table(name: str) -> str:
    """The name of a table as a reader takes it."""
    return str(OTHERS.get(name) or SECTIONS.get(name) or field(name))
