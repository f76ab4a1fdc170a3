"""What is said of a person, in words."""

from flask_babel import lazy_gettext as _l

from portal.core.sensitivity import masked
from portal.core.vocabulary import Outcome, Verification
from portal.web.cases.words import ROLES
from portal.web.people.relation_words import relation

__all__ = [
    "CHANGES",
    "CHANNELS",
    "FACTS",
    "FIELDS",
    "MASKED",
    "OUTCOMES",
    "PARTS",
    "VERIFICATION",
    "change",
    "masked",
    "relation",
    "value",
]

PARTS = {**ROLES, "subject": _l("Subject")}
VERIFICATION = {
    Verification.PROVISIONAL: ("warn", "alert", _l("Identity not verified")),
    Verification.VERIFIED: ("ok", "s-verified", _l("Identity verified")),
    Verification.REJECTED: ("bad", "x", _l("Identity rejected")),
}
# What is told of a person in codes, by the name of their list.
FACTS = {
    "age_group": _l("Age group"),
    "sex": _l("Sex"),
    "nationality": _l("Nationality"),
    "language": _l("Language"),
    "tribe": _l("Community"),
    "location": _l("Place"),
}
CHANNELS = {
    "walkin": _l("Walk-in"),
    "phone": _l("Phone"),
    "chat": _l("Chat"),
    "letter": _l("Letter"),
}
OUTCOMES = {
    Outcome.INFORMATION_GIVEN: _l("Information given"),
    Outcome.REFERRED_ELSEWHERE: _l("Referred elsewhere"),
    Outcome.FOLLOW_UP: _l("To be followed up"),
    Outcome.WRONG_NUMBER: _l("Wrong number"),
    Outcome.SILENT: _l("Silent call"),
    Outcome.ABUSIVE: _l("Abusive contact"),
    Outcome.CALLER_LEFT: _l("Left before the end"),
    Outcome.CASE_CREATED: _l("Told in a case"),
}

# What was changed about a person.
CHANGES = {
    "person.register": _l("Registered"),
    "person.correct": _l("Record put right"),
    "person.identity_claim": _l("Identity number claimed"),
    "person.identity_verify": _l("Identity number confirmed"),
    "person.contact_add": _l("Way to reach added"),
    "person.contact_change": _l("Way to reach put right"),
    "person.contact_remove": _l("Way to reach taken away"),
    "person.verify": _l("Identity checked"),
    "person.request": _l("Something asked by right, written down"),
    "person.request_answer": _l("A request answered"),
    "person.restrict": _l("Restricted: kept, and neither changed nor used"),
    "person.restriction_lift": _l("Restriction lifted"),
    "person.erase": _l("Erased by law"),
    "audit.values_erased": _l("Kept values emptied by law"),
    "person.export": _l("Everything held taken out"),
    "person.merge_in": _l("Another record joined this one"),
    "person.merge": _l("Joined another record"),
    "person.unmerge_from": _l("A record that had joined was taken apart"),
    "person.unmerge": _l("Taken apart from another record"),
    "person_pair.same": _l("Found to be the same as another record"),
    "person_pair.different": _l("Found to be somebody else than another record"),
    "person_pair.reopen": _l("Whether another record is the same person is asked again"),
    "relation.add": _l("Relation recorded"),
    "relation.change": _l("Relation put right"),
    "relation.end": _l("Relation ended"),
    "consent.capture": _l("Consent taken down"),
    "consent.verify": _l("Consent confirmed"),
    "consent.reject": _l("Consent rejected"),
    "consent.withdraw": _l("Consent withdrawn"),
    "consent.renew": _l("Consent renewed"),
    "consent.expired": _l("Consent ran out"),
    "consent.evidence": _l("Evidence of consent added"),
}
FIELDS = {
    "full_name": _l("Name"),
    "given_name": _l("Given name"),
    "family_name": _l("Family name"),
    "organisation_name": _l("Organisation"),
    "address": _l("Address"),
    "dob": _l("Date of birth"),
    "age_value": _l("Age"),
    "age_unit": _l("Age in"),
    "sex": _l("Sex"),
    "value": _l("Number or address"),
    "safe": _l("Safe to use"),
    "wish": _l("What to mind"),
    "contact_type": _l("Kind"),
    "source": _l("Source"),
    "relation": _l("Relation"),
    "note": _l("Note"),
    "reason": _l("Reason"),
}

MASKED = frozenset({"value", "address", "landmark"})  # of the fields, those that are hidden until somebody asks


def change(action: str) -> str:
    """An event about a person in words; one that has none yet is shown by its own name."""
    return str(CHANGES.get(action, action.replace(".", ": ").replace("_", " ").capitalize()))


def value(field: str, told: str | None) -> str | None:
    """What stood in a field, as people read it."""
    return relation(told) if field == "relation" and told else told
