"""What erasing a person does to each table that holds words: rows removed, columns emptied, or kept for a reason.

``OF_THE_PERSON`` is done for every person. ``OF_THEIR_CASES`` is done for the cases that are about nobody else.
"""

from dataclasses import dataclass

from portal.core import models as m


@dataclass(frozen=True)
class Rule:
    """Rows of *model* that lead by *columns* to what is erased: removed, or emptied of these columns."""

    model: type
    columns: tuple[str, ...]
    empties: tuple[str, ...] = ()  # none: the rows are removed
    of: str = "people"

    @property
    def removes(self) -> bool:
        """Whether the whole row goes."""
        return not self.empties


def _people(model: type, columns: str = "person_id", empties: str = "", of: str = "people") -> Rule:
    return Rule(model, tuple(columns.split()), tuple(empties.split()), of)


def _cases(model: type, empties: str = "", columns: str = "case_id", of: str = "cases") -> Rule:
    return Rule(model, tuple(columns.split()), tuple(empties.split()), of)


_OF_A_PART = "health employment marital guardian_name notes relationship_code shares_home"

OF_THE_PERSON: tuple[Rule, ...] = (
    _people(m.PersonIdentifier),
    _people(m.PersonContact),
    _people(m.PersonKey),
    _people(m.PersonExternalId),
    _people(m.Relation, "person_id other_id"),
    _people(m.OwnRecord),
    _people(m.PersonPair, "low_id high_id"),
    _people(m.HeldMessage, "recipient_id"),
    _people(m.PersonMerge, "source_id target_id", "reason undone_reason"),
    _people(m.Consent, "person_id", "reason_text"),
    _people(m.ConsentVersion, "consent_id", "reason_text", "consents"),
    _people(m.ConsentEvidence, "consent_id", "description", "consents"),
    _people(m.SubjectRequest, "person_id", "asked_by details reason"),
    _people(m.Contact, "person_id", "summary details phone_blind"),
    _people(m.CasePerson, "person_id", _OF_A_PART),
    _people(m.Message, "recipient_id", "recipients"),
    _people(m.Household, "leader_id", "name address"),
)

OF_THEIR_CASES: tuple[Rule, ...] = (
    _cases(m.MessageVersion, "", "message_id", "messages"),
    _cases(m.CorrespondenceField, "", "correspondence_id", "correspondence"),
    _cases(m.Approval, "reason_text", "workflow_id", "workflows"),
    _cases(m.WorkflowInstance, "reason_text", "id", "workflows"),
    _cases(m.Message, "subject text raw sender recipients attachment_refs kind"),
    _cases(m.Note, "text"),
    _cases(m.CasePerson, _OF_A_PART),
    _cases(m.CaseStatusHistory, "reason_text note claims"),
    _cases(m.CaseSuspension, "reason_text"),
    _cases(m.CaseTransfer, "reason_text"),
    _cases(m.CaseMerge, "prior_text reason_text", "source_id target_id"),
    _cases(m.CaseSplit, "reason_text", "source_id new_case_id"),
    _cases(m.Participant, "reason_text"),
    _cases(m.Assignment, "reason"),
    _cases(m.BulkRun, "reason", "id", "runs"),
    _cases(m.BulkItem, "why"),
    _cases(m.BreakGlassGrant, "reason_text"),
    _cases(m.Restriction, "reason_text lift_text"),
    _cases(m.LegalHold, "reason_text lift_text"),
    _cases(m.HeldMessage),
    _cases(m.Contact, "summary details phone_blind"),
    _cases(m.CorrespondenceCase, "subject tags"),
    _cases(m.IntakeReceipt, "raw src_address"),
    _cases(m.Service, "label details"),
    _cases(m.Review, "note"),
    _cases(m.UnmappedCode, "raw note"),
    _cases(m.CaseTag),
    _cases(m.CasePlace),
    _cases(m.Notice),
    _cases(m.SearchText),
    _cases(m.Conflict, "notes", "primary_case_id"),
    _cases(m.Case, "summary narrative plan status_text custom_fields", "id"),
)

# Words that no rule above reaches, and what becomes of them.
BY_HAND: dict[str, str] = {
    "people": "the record becomes the pseudonym",
    "attachments": "names emptied, bytes removed unless another file has the same",
    "audit_values": "emptied, and the audit names each of them",
    "drafts": "removed where one is of such a case, or names the person",
    "saved_views": "removed where one looks for the person by name",
    "idempotency_keys": "removed where the kept answer names the person",
}
# Columns of words that stay as they are: they say nothing of the person.
KEPT: dict[str, str] = {
    "audit_values.field": "the name of a column",
    "person_contacts.source": "goes with its row",
    "messages.message_uid": "the sender's number, by which a repeated message is known",
    "correspondence_cases.case_uid": "the sender's number, by which its case is known",
    "correspondence_cases.source": "which system sends",
    "correspondence_cases.inbox": "an address of the office",
    **{
        f"intake_receipts.{name}": "the sender's numbers, by which a repeated report is not taken in again"
        for name in "src src_uid src_uid2 src_usr src_vector src_callid".split()
    },
    "notes.author_name": "a colleague",
    "unmapped_codes.field": "the name of a field",
    "second_factors.secret": "of a colleague",  # pragma: allowlist secret
    "webauthn_credentials.name": "of a colleague",
}
