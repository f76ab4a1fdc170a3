"""The records of the portal, one noun per file. Importing this package registers every table."""

from portal.core.models.approval import Approval, WorkflowInstance
from portal.core.models.assignment import Assignment
from portal.core.models.attachment import Attachment
from portal.core.models.audit import AuditChain, AuditCheckpoint, AuditCheckpointHead, AuditEvent, AuditValue
from portal.core.models.base import Base
from portal.core.models.break_glass import BreakGlassGrant
from portal.core.models.bulk import BulkItem, BulkRun
from portal.core.models.case import Case, CasePlace, CaseRestriction
from portal.core.models.case_person import CasePerson
from portal.core.models.code import CodeMapping, CodeValue, UnmappedCode
from portal.core.models.conflict import Conflict, ConflictCase
from portal.core.models.consent import Consent, ConsentEvidence, ConsentVersion
from portal.core.models.contact import Contact
from portal.core.models.correspondence import CorrespondenceCase, CorrespondenceField, Inbox
from portal.core.models.cover import Cover
from portal.core.models.draft import Draft
from portal.core.models.history import CaseStatusHistory, CaseSuspension
from portal.core.models.message import Message, MessageSeen, MessageVersion
from portal.core.models.note import Note
from portal.core.models.operation import ApiCall, JobLease, Notice, Presence, RateLimit, Setting
from portal.core.models.organisation import Organisation
from portal.core.models.outbox import HeldMessage
from portal.core.models.outside_identity import OutsideIdentity
from portal.core.models.participant import Participant
from portal.core.models.passkey import Passkey, SpentChallenge
from portal.core.models.password_reset import PasswordReset
from portal.core.models.person import (
    Household,
    HouseholdMember,
    OwnRecord,
    Person,
    PersonContact,
    PersonExternalId,
    PersonIdentifier,
    PersonKey,
    Relation,
)
from portal.core.models.person_merge import PersonMerge
from portal.core.models.person_pair import PersonPair
from portal.core.models.receipt import IdempotencyKey, IntakeReceipt
from portal.core.models.restriction import Restriction
from portal.core.models.retention import CaseErasure, LegalHold, RetentionRule
from portal.core.models.review import Review
from portal.core.models.review_feed import ReviewFeed
from portal.core.models.saved_view import SavedView
from portal.core.models.search_text import SearchText
from portal.core.models.second_factor import RecoveryCode, SecondFactor
from portal.core.models.service import Service
from portal.core.models.session import UserSession
from portal.core.models.structure import CaseMerge, CaseSplit, CaseTransfer
from portal.core.models.subject_right import Erasure, SubjectRequest
from portal.core.models.tag import CaseTag, Tag
from portal.core.models.token import ApiToken
from portal.core.models.user import User
from portal.core.models.vertical import (
    Place,
    PolicyPack,
    Program,
    UserPlace,
    UserProgram,
    Vertical,
    VerticalMember,
)

__all__ = [
    "ApiCall",
    "ApiToken",
    "Approval",
    "Assignment",
    "Attachment",
    "AuditChain",
    "AuditCheckpoint",
    "AuditCheckpointHead",
    "AuditEvent",
    "AuditValue",
    "Base",
    "BreakGlassGrant",
    "BulkItem",
    "BulkRun",
    "Case",
    "CaseErasure",
    "CaseMerge",
    "CasePerson",
    "CasePlace",
    "CaseRestriction",
    "CaseSplit",
    "CaseStatusHistory",
    "CaseSuspension",
    "CaseTag",
    "CaseTransfer",
    "CodeMapping",
    "CodeValue",
    "Conflict",
    "ConflictCase",
    "Consent",
    "ConsentEvidence",
    "ConsentVersion",
    "Contact",
    "CorrespondenceCase",
    "CorrespondenceField",
    "Cover",
    "Draft",
    "HeldMessage",
    "Erasure",
    "Household",
    "HouseholdMember",
    "IdempotencyKey",
    "Inbox",
    "IntakeReceipt",
    "JobLease",
    "LegalHold",
    "Message",
    "MessageSeen",
    "MessageVersion",
    "Note",
    "Notice",
    "Organisation",
    "OutsideIdentity",
    "OwnRecord",
    "Participant",
    "PasswordReset",
    "Passkey",
    "Person",
    "PersonContact",
    "PersonExternalId",
    "PersonIdentifier",
    "PersonKey",
    "PersonMerge",
    "PersonPair",
    "Place",
    "PolicyPack",
    "Presence",
    "Program",
    "RateLimit",
    "RecoveryCode",
    "Relation",
    "Restriction",
    "RetentionRule",
    "Review",
    "ReviewFeed",
    "SavedView",
    "SearchText",
    "SecondFactor",
    "Service",
    "Setting",
    "SpentChallenge",
    "SubjectRequest",
    "Tag",
    "UnmappedCode",
    "User",
    "UserPlace",
    "UserProgram",
    "UserSession",
    "Vertical",
    "VerticalMember",
    "WorkflowInstance",
]
