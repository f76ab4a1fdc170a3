"""What erasing a person would remove, empty and keep, before anything is done."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core import legal_holds, relations, same_people
from portal.core import models as m
from portal.core.erasure_tables import Rule
from portal.core.vocabulary import LIVE, Status


@dataclass
class Plan:
    """The records that are erased, the cases that are emptied with them, and those that keep what is of others."""

    records: list[int]
    alone: list[int]  # cases about nobody else
    shared: list[int]  # cases that name the person and are about others, too, or alone
    open_cases: int  # cases about the person that are not closed: they stand against it
    removed: dict[str, int] = field(default_factory=dict)
    emptied: dict[str, int] = field(default_factory=dict)
    kept: dict[str, int] = field(default_factory=dict)
    held: int = 0  # cases that name the person and are held: they stand against it
    by_rule: bool = False  # nobody asked for it: in places that do not lead to the person only a whole name counts
    proofs_stay: bool = False  # files of the cases that prove somebody's consent are left

    def count(self, table: str, rows: int, *, removed: bool) -> None:
        """Add to what was done to a table."""
        told = self.removed if removed else self.emptied
        if rows:
            told[table] = told.get(table, 0) + rows


def plan(session: Session, person: m.Person, *, by_rule: bool = False) -> Plan:
    """How far erasing *person* reaches, in every case there is, whoever may see it."""
    records = same_people.records(session, [person.id])[person.id]
    named = set(session.scalars(sa.select(m.CasePerson.case_id).where(m.CasePerson.person_id.in_(records))))
    client = m.CasePerson.role == "client"
    about = set(session.scalars(sa.select(m.CasePerson.case_id).where(client, m.CasePerson.person_id.in_(records))))
    about |= set(session.scalars(sa.select(m.Case.id).where(m.Case.subject_person_id.in_(records))))
    others = sa.select(m.CasePerson.case_id).where(client, m.CasePerson.case_id.in_(about))
    of_others = set(session.scalars(others.where(m.CasePerson.person_id.not_in(records))))
    also = sa.or_(m.Case.subject_household_id.is_not(None), m.Case.subject_person_id.not_in(records))
    of_others |= set(session.scalars(sa.select(m.Case.id).where(m.Case.id.in_(about), also)))
    unfinished = sa.select(sa.func.count()).select_from(m.Case).where(m.Case.id.in_(about))
    unfinished = unfinished.where(m.Case.lifecycle_status.in_((*LIVE, Status.SUSPENDED)))
    alone = about - of_others
    holds = sa.select(sa.func.count()).select_from(m.Case).where(m.Case.id.in_(named | about))
    leading = sa.func.coalesce(m.Case.root_id, m.Case.id)
    held = session.scalar(holds.where(leading.in_(legal_holds.roots()))) or 0
    open_cases = session.scalar(unfinished) or 0
    return Plan(records, sorted(alone), sorted((named | about) - alone), open_cases, held=held, by_rule=by_rule)


def by_table(rules: Iterable[Rule]) -> Iterator[tuple[type, list[Rule]]]:
    """The rules that do alike to one table, together: a row that two of them reach is one row."""
    alike: dict[tuple[type, bool], list[Rule]] = {}
    for rule in rules:
        alike.setdefault((rule.model, rule.removes), []).append(rule)
    yield from ((model, found) for (model, _), found in alike.items())


def reached(rules: Iterable[Rule], made: Plan) -> sa.ColumnElement[bool]:
    """The rows that any of these rules is about."""
    return sa.or_(*(which(rule, made.records, made.alone) for rule in rules))


def remain(session: Session, made: Plan) -> None:
    """Count what is kept: that consent was given, that cases were, who did what when, and texts about others."""
    consents = sa.select(sa.func.count()).select_from(m.Consent).where(m.Consent.person_id.in_(made.records))
    made.kept = {"consents": session.scalar(consents) or 0, "cases": len(made.alone), "shared": len(made.shared)}


def which(rule: Rule, records: Collection[int], cases: Collection[int]) -> sa.ColumnElement[bool]:
    """The rows that a rule is about."""
    of = {
        "people": list(records),
        "cases": list(cases),
        "consents": sa.select(m.Consent.id).where(m.Consent.person_id.in_(records)),
        "messages": sa.select(m.Message.id).where(m.Message.case_id.in_(cases)),
        "correspondence": sa.select(m.CorrespondenceCase.id).where(m.CorrespondenceCase.case_id.in_(cases)),
        "runs": sa.select(m.BulkItem.run_id).where(m.BulkItem.case_id.in_(cases)),
        "workflows": sa.select(m.WorkflowInstance.id).where(
            m.WorkflowInstance.target_type == "case", m.WorkflowInstance.target_id.in_(cases)
        ),
    }[rule.of]
    return sa.or_(*(getattr(rule.model, column).in_(of) for column in rule.columns))


def of_files(made: Plan) -> sa.ColumnElement[bool]:
    """The files of the person, of the cases about nobody else, and those that prove the person's consents."""
    proofs = sa.select(m.ConsentEvidence.attachment_id).join(m.Consent).where(m.Consent.person_id.in_(made.records))
    theirs = sa.or_(
        m.Attachment.person_id.in_(made.records),
        m.Attachment.case_id.in_(made.alone),
        m.Attachment.id.in_(proofs.where(m.ConsentEvidence.attachment_id.is_not(None))),
    )
    there = [m.Attachment.state != "removed"]
    if made.proofs_stay:
        proving = sa.select(m.ConsentEvidence.attachment_id).where(m.ConsentEvidence.attachment_id.is_not(None))
        there.append(m.Attachment.id.not_in(proving))
    return sa.and_(theirs, *there)


def of_values(made: Plan) -> sa.ColumnElement[bool]:
    """The events whose kept values are the person's: of their records, of what others are to them, of their cases."""
    chains = [f"person:{number}" for number in made.records]
    about_them = m.AuditEvent.details["related_to"].as_integer().in_(made.records)
    related = sa.and_(m.AuditEvent.action.in_(relations.EVENTS), about_them)
    return sa.or_(m.AuditEvent.chain_key.in_(chains), m.AuditEvent.case_id.in_(made.alone), related)
