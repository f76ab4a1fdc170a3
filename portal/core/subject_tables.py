"""Which tables hold what about a person, and what of them the person is told; one line a table.

A table with a column that leads to a person or a case stands in ``OF_A_PERSON``, ``OF_A_CASE`` or ``NOT_TOLD``. Of a
table that is told every column is told, but those of ``SILENT`` and those that name colleagues.
"""

from portal.core import models as m

# Rows that name the person, by the columns that do.
OF_A_PERSON: dict[type, tuple[str, ...]] = {
    m.Person: ("id",),
    m.PersonIdentifier: ("person_id",),
    m.PersonContact: ("person_id",),
    m.PersonExternalId: ("person_id",),
    m.Relation: ("person_id", "other_id"),
    m.Household: ("leader_id",),
    m.HouseholdMember: ("person_id",),
    m.Consent: ("person_id",),
    m.ConsentVersion: (),  # by the consent
    m.Contact: ("person_id",),
    m.CasePerson: ("person_id",),
    m.SubjectRequest: ("person_id",),
    m.PersonMerge: ("source_id", "target_id"),
    m.Attachment: ("person_id",),
}

# Rows of the cases that are about the person.
OF_A_CASE: tuple[type, ...] = (
    m.Case,
    m.CaseStatusHistory,
    m.CaseSuspension,
    m.CaseTransfer,
    m.Participant,
    m.CasePlace,
    m.CaseTag,
    m.Service,
    m.UnmappedCode,
    m.CorrespondenceCase,
    m.CorrespondenceField,  # by the correspondence
    m.Message,
    m.MessageVersion,  # by the message
    m.Attachment,
)
# What staff wrote for staff: told unless it is left out on purpose.
OF_STAFF: tuple[type, ...] = (m.Note, m.Review)

NOT_TOLD: dict[str, str] = {
    "own_records": "a rule of the office: which worker it keeps away from this record",
    "person_keys": "made from the name and from what is told, so as to be found",
    "person_pairs": "who else was thought to be the person is somebody else's",
    "consent_evidence": "the file that proves a consent is told as a file; who described it is a colleague",
    "case_assignments": "which colleagues worked on the case",
    "case_restrictions": "which colleagues may see the case",
    "restrictions": "which colleagues may see the case, and why",
    "legal_holds": "which court or inquiry asks that the case is kept",
    "retention_rules": "for how long the office keeps cases",
    "case_erasures": "that the words of cases were erased when their time was over: counts",
    "bulk_items": "the report of a change of several cases, for whoever confirmed it; the change itself is told",
    "break_glass_grants": "which colleague opened the case for themselves; their readings are told",
    "case_merges": "how the office files: what was in the other case is told with this one",
    "case_splits": "how the office files: each case is told by itself",
    "conflicts": "a question between services; it names cases of others",
    "conflict_cases": "a question between services; it names cases of others",
    "intake_receipts": "the report as it arrived names its reporter; what it said stands in the case",
    "outbox": "held for seconds: a message of the case afterwards, or the draft of a colleague",
    "message_seen": "what colleagues have read",
    "notices": "what colleagues were told; a reference and nothing else",
    "search_texts": "the same words again, folded, so as to be found",
    "workflow_instances": "a question from one colleague to another",
    "attachments": "told as files",
    "erasures": "who was erased is told nothing any more",
}

# Columns that are not told, of every table or of one: made from others, of the office, or of somebody else.
SILENT: dict[str, str] = {
    **dict.fromkeys(
        "version_id updated_at name_key compared_at blind blind_suffix phone_blind".split(),
        "made by the portal for itself",
    ),
    **dict.fromkeys("sender recipients raw attachment_refs".split(), "may hold addresses of others"),
    **dict.fromkeys("actor_name author_name claims draft_key".split(), "names colleagues"),
    "contacts.details": "the form as it was typed: the same words again, with those of others",
    "guardian_name": "the name of somebody else",
}
STAFF_WORDS = ("reason_text", "note", "status_text")  # of rows that are told; left out with the notes

# What somebody else said of the person: told to nobody, because it would tell who said it.
WITHHELD_ROLES = ("perpetrator", "other")
