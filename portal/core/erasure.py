"""Erasing a person: everything that says who they are and what they told, in one unit; what law and audit need stays.

The record becomes a pseudonym. Cases about nobody else are emptied of their words; of others the person's part is, and
their names in the texts become the pseudonym. That there was a case, a consent, a request, and who did what, stays.
"""

import datetime as dt
import secrets
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core import audit, clock, erasure_plan, erasure_traces, indexing, same_people, subject_requests, under_glass
from portal.core import models as m
from portal.core.actors import Actor
from portal.core.blinding import Blinder
from portal.core.erasure_plan import Plan
from portal.core.erasure_tables import OF_THE_PERSON, OF_THEIR_CASES, Rule
from portal.core.errors import AlreadyDone, Forbidden, InvalidTransition
from portal.core.permissions import Permission, require
from portal.core.vocabulary import NameKnown

RULES: tuple[Rule, ...] = (*OF_THE_PERSON, *OF_THEIR_CASES)
_FACTS = (
    "given_name family_name organisation_name dob dob_raw age_value age_unit age_at age_group age_group_label sex "
    "sex_label nationality language tribe location landmark address"
).split()
# In cases that are about others, too: where the person's names may stand.
_TEXTS: tuple[tuple[type, tuple[str, ...]], ...] = (
    (m.Case, ("summary", "narrative", "plan", "status_text", "custom_fields")),
    (m.Message, ("subject", "text", "raw", "sender", "recipients")),
    (m.Note, ("text",)),
    (m.Attachment, ("file_name", "description")),
    (m.CasePerson, ("notes", "guardian_name", "health")),
    (m.CaseStatusHistory, ("reason_text", "note")),
    (m.Review, ("note",)),
    (m.Contact, ("summary", "details")),
    (m.CorrespondenceCase, ("subject", "tags")),
    (m.IntakeReceipt, ("raw", "src_address")),
)


def preview(session: Session, actor: Actor, person: m.Person) -> Plan:
    """What erasing would do, counted. Raises Forbidden, AlreadyDone."""
    require(actor, Permission.ERASE_PERSON)
    _require_not_erased(person)
    return foresee(session, erasure_plan.plan(session, person))


def foresee(session: Session, made: Plan) -> Plan:
    """Count what ``carry_out`` would remove, empty and keep: the same numbers that the certificate states."""
    names = erasure_traces.names(session, made)
    erasure_traces.find(session, made, names).count(made)
    files = list(session.scalars(sa.select(m.Attachment.id).where(erasure_plan.of_files(made))))
    made.count("attachments", len(files), removed=True)
    for model, rules in erasure_plan.by_table(RULES):
        rows = erasure_plan.reached(rules, made)
        if model is m.SearchText:
            rows |= sa.and_(m.SearchText.kind == "attachment", m.SearchText.source_id.in_(files))
        number = session.scalar(sa.select(sa.func.count()).select_from(model).where(rows)) or 0
        made.count(model.__tablename__, number, removed=rules[0].removes)
    made.count("people", len(made.records), removed=False)
    made.count("audit_values", len(erasure_traces.values(session, made, names)), removed=False)
    erasure_plan.remain(session, made)
    return made


def obstacle(session: Session, actor: Actor, person: m.Person, made: Plan) -> str | None:
    """What stands against it: ``open_cases``, ``held``, ``not_asked``, ``own_request``; None where nothing does.

    Four eyes: who carries it out is somebody else than who wrote the request down, whatever their role.
    """
    asked = _asked(session, actor, person)
    if asked is None:
        return "not_asked"
    if asked.recorded_by_id == actor.user_id:
        return "own_request"
    if made.held:
        return "held"
    return "open_cases" if made.open_cases else None


def erase(session: Session, actor: Actor, person: m.Person) -> m.Erasure:
    """Erase a person who asked for it, in every record of theirs. Raises Forbidden, AlreadyDone, InvalidTransition."""
    require(actor, Permission.ERASE_PERSON)
    under_glass.require_known(session, actor, person)
    same_people.lock(session, same_people.records(session, [person.id])[person.id])
    session.refresh(person)
    _require_not_erased(person)
    made = erasure_plan.plan(session, person)
    against = obstacle(session, actor, person, made)
    if against == "own_request":
        raise Forbidden("You wrote this request down; somebody else carries it out.", target="person")
    if against is not None:
        words = {
            "open_cases": "A case about this person is not closed.",
            "held": "A case that names this person is held.",
            "not_asked": "Nobody asked for it.",
        }
        raise InvalidTransition(words[against], target="person", why=against)
    asked = _asked(session, actor, person)
    number = asked.id if asked else None
    subject_requests.settle(session, actor, person, subject_requests.ERASURE, "")
    return carry_out(session, actor, person, made, request_id=number)


def carry_out(
    session: Session,
    actor: Actor,
    person: m.Person,
    made: Plan,
    *,
    request_id: int | None = None,
    rule_id: int | None = None,
    pseudonym: str | None = None,
) -> m.Erasure:
    """Do what *made* says, whoever asked; for ``erase``, and for doing it again after an older backup was restored."""
    pseudonym = pseudonym or f"Erased person {secrets.token_hex(4).upper()}"
    names = erasure_traces.names(session, made)
    erasure_traces.remove(session, made, names)
    _pseudonymise_texts(session, made, pseudonym)
    files = empty_files(session, made)
    apply(session, RULES, made)
    uuids = _pseudonymise_records(session, made, pseudonym)
    erasure_plan.remain(session, made)
    erasure_traces.erase_values(session, actor, made, names, chain=f"person:{person.id}")
    proof = m.Erasure(
        person_id=person.id,
        request_id=request_id,
        rule_id=rule_id,
        pseudonym=pseudonym,
        uuids=uuids,
        by_id=actor.user_id,
        removed=made.removed,
        emptied=made.emptied,
        kept=made.kept,
        files=files,
    )
    session.add(proof)
    session.flush()
    told = {"erasure": proof.id, "removed": made.removed, "emptied": made.emptied, "kept": made.kept}
    told |= {"rule": rule_id} if rule_id else {}
    audit.append(session, actor, "person.erase", chain=f"person:{person.id}", details=told)
    session.expire_all()  # what was loaded before is not what stands there now
    return proof


def of_person(session: Session, person: m.Person) -> m.Erasure | None:
    """The certificate of a person who was erased."""
    records = same_people.records(session, [person.id])[person.id]
    query = sa.select(m.Erasure).where(m.Erasure.person_id.in_(records)).order_by(m.Erasure.id.desc())
    return session.scalar(query.limit(1))


def _require_not_erased(person: m.Person) -> None:
    if person.erased_at is not None:
        raise AlreadyDone("This person was erased already.", target="person")


def _asked(session: Session, actor: Actor, person: m.Person) -> m.SubjectRequest | None:
    lines = subject_requests.of_person(session, actor, person)
    wanted = (line.asked for line in lines if line.asked.kind == subject_requests.ERASURE)
    return next((asked for asked in wanted if asked.state == subject_requests.OPEN), None)


def _pseudonymise_texts(session: Session, made: Plan, pseudonym: str) -> None:
    """In cases about others, too, the names of the person become the pseudonym: as written, not every "hope"."""
    names = sa.select(m.Person.full_name, m.Person.given_name, m.Person.family_name)
    rows = session.execute(names.where(m.Person.id.in_(made.records)))
    told = {name for row in rows for name in row if name}
    told |= {word for name in told for word in name.split() if len(word) > 2}
    reached = session.scalars(sa.select(m.PersonContact.value).where(m.PersonContact.person_id.in_(made.records)))
    blind = Blinder(told | set(reached), pseudonym, as_written=True)
    for model, columns in _TEXTS:
        key = model.id if model is m.Case else model.case_id
        for row in session.scalars(sa.select(model).where(key.in_(made.shared))):
            for column in columns:
                told_there = getattr(row, column)
                if (without := blind(told_there)) != told_there:
                    setattr(row, column, without)
    session.flush()
    session.execute(sa.delete(m.SearchText).where(m.SearchText.case_id.in_(made.shared)))
    indexing.index(session, made.shared)


def empty_files(session: Session, made: Plan) -> list[str]:
    """Empty the rows of the files; the checksums of which no other file is left."""
    gone = session.execute(sa.select(m.Attachment.id, m.Attachment.checksum).where(erasure_plan.of_files(made))).all()
    numbers, sums = [row.id for row in gone], {row.checksum for row in gone if row.checksum}
    nothing = {"state": "removed", "file_name": "", "description": "", "checksum": None, "size_bytes": 0}
    table = m.Attachment.__table__
    session.execute(sa.update(table).where(table.c.id.in_(numbers)).values(**nothing))
    words = sa.delete(m.SearchText).where(m.SearchText.kind == "attachment", m.SearchText.source_id.in_(numbers))
    made.count("search_texts", session.execute(words).rowcount, removed=True)
    made.count("attachments", len(numbers), removed=True)
    still = set(session.scalars(sa.select(m.Attachment.checksum).where(m.Attachment.checksum.in_(sums))))
    return sorted(sums - still)


def apply(session: Session, rules: Iterable[Rule], made: Plan) -> None:
    """Remove or empty the rows that these rules are about, and count them."""
    for model, alike in erasure_plan.by_table(rules):
        table, rows = model.__table__, erasure_plan.reached(alike, made)
        if alike[0].removes:
            number = session.execute(sa.delete(table).where(rows)).rowcount
        else:
            number = session.scalar(sa.select(sa.func.count()).select_from(table).where(rows)) or 0
            for rule in alike:
                nothing = {name: _nothing(table.c[name]) for name in rule.empties}
                which = erasure_plan.which(rule, made.records, made.alone)
                session.execute(sa.update(table).where(which).values(nothing))
        made.count(table.name, number, removed=alike[0].removes)


def _nothing(column: sa.Column) -> Any:
    """What an empty value of a column is: null, what it is by default, or an empty text."""
    if column.nullable:
        return None
    if column.default is not None:
        made = column.default.arg
        return made(None) if column.default.is_callable else made
    return ""


def _pseudonymise_records(session: Session, made: Plan, pseudonym: str) -> list[str]:
    """The records of the person become the pseudonym, that is found by nobody and used for nothing."""
    at: dt.datetime = clock.now()
    table = m.Person.__table__
    nothing = {name: None for name in _FACTS}
    now = {"full_name": pseudonym, "name_key": "", "name_known": NameKnown.GIVEN, "blanks": {}}
    marks = {
        "restricted_at": at,
        "erased_at": at,
        "compared_at": at,
        "unkept_since": None,
        "archived_at": sa.func.coalesce(table.c.archived_at, at),
    }
    mine = table.c.id.in_(made.records)
    session.execute(sa.update(table).where(mine).values(**nothing, **now, **marks))
    session.execute(
        sa.update(m.Household.__table__).where(m.Household.leader_id.in_(made.records)).values(name=pseudonym)
    )
    made.count("people", len(made.records), removed=False)
    return [str(found) for found in session.scalars(sa.select(table.c.uuid).where(mine))]
