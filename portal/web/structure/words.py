"""What comes together or goes apart, in words. Words only; nothing is decided here."""

from flask_babel import lazy_gettext as _l

# By the names of core/merge_preview.py, in the order in which they are shown: what caseworkers look for comes first.
KINDS = {
    "case_people": _l("People on the case"),
    "messages": _l("Messages"),
    "notes": _l("Notes"),
    "attachments": _l("Files"),
    "services": _l("Services and referrals"),
    "case_assignments": _l("Assignments"),
    "case_participants": _l("Services that take part"),
    "reviews": _l("Review dates"),
    "case_status_history": _l("Steps of the history"),
    "case_suspensions": _l("Reasons for suspension"),
    "case_transfers": _l("Transfers"),
    "conflict_cases": _l("Possible duplicate supports"),
    "contacts": _l("Contacts taken"),
    "intake_receipts": _l("Reports received"),
    "correspondence_cases": _l("Links to correspondence"),
    "case_places": _l("Places"),
    "case_tags": _l("Tags"),
    "case_restrictions": _l("People it is restricted to"),
    "legal_holds": _l("Holds against erasure"),
    "unmapped_codes": _l("Things to check"),
}

# What can be given to a new case, by the names of core/split_choices.py.
SPLIT_KINDS = {
    "people": _l("People on the case"),
    "messages": _l("Messages"),
    "notes": _l("Notes"),
    "attachments": _l("Files"),
    "services": _l("Services and referrals"),
    "assignments": _l("Assignments"),
}

# What can be done instead, by the rule that refuses (``details['why']`` of CannotMerge).
WAYS_ON = {
    "already_merged": _l("Undo that merge first, or leave it as it is."),
    "chain": _l("Merge with the case that both are to live in."),
    "state": _l("A suspended case is resumed first. An archived one stays as it is."),
    "subject": _l("If these are two records of one person, join those first."),
    "not_merged": _l("There is nothing to undo."),
}


def in_order(kinds) -> list[tuple[str, object]]:
    """Kinds of rows with their words, in the order of ``KINDS``."""
    by_name = {kind.name: kind for kind in kinds}
    return [(word, by_name[name]) for name, word in KINDS.items() if name in by_name]
