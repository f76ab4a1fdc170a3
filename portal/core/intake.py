"""Intake: from what was told at the door to a case, the same way for the browser and for every dialect."""

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core import audit, cases, people, restriction, under_glass
from portal.core.actors import Actor
from portal.core.errors import InvalidInput
from portal.core.models import Case, CasePerson, IntakeReceipt, Person, Service, UnmappedCode, Vertical
from portal.core.told import Doubt, PersonTold, Receipt, Report
from portal.core.vocabulary import ConsentMode, PersonRole, Verification

_PART = "relationship_code shares_home health employment marital guardian_name notes".split()
_ENCRYPTED = frozenset(("health", "guardian_name", "notes"))


def take(session: Session, actor: Actor, report: Report) -> Case:
    """Make a case of a report: people, the case with its first history, services, doubts and the receipt.

    All in the caller's unit, so that a failure leaves no person and no case behind. Raises InvalidInput naming the
    field, Forbidden, and where the vertical works on consent SubjectUnverified or ConsentRequired.
    """
    _require_essentials(report)
    known: list[tuple[PersonTold, Person]] = []
    reporter = _person(session, actor, report.reporter, report.vertical, known)
    told_clients = list(report.clients)
    clients = [_person(session, actor, told, report.vertical, known) for told in told_clients]
    if report.reporter_is_client and reporter is not None:
        told_clients, clients = [report.reporter, *told_clients], [reporter, *clients]
    perpetrators = [_person(session, actor, told, report.vertical, known, fresh=True) for told in report.perpetrators]
    case = cases.open_case(
        session,
        actor,
        origin=report.origin,
        vertical=report.vertical,
        subject=_subject(report.vertical, clients),
        facts=report.facts,
    )
    if reporter is not None:
        _put_on(session, case, PersonRole.REPORTER, [(report.reporter, reporter)])
    _put_on(session, case, PersonRole.CLIENT, zip(told_clients, clients, strict=True))
    _put_on(session, case, PersonRole.PERPETRATOR, zip(report.perpetrators, perpetrators, strict=True))
    _keep_services(session, case, report)
    keep_doubts(session, case, _with_relationship_doubt(report))
    if report.receipt is not None:
        _keep_receipt(session, actor, case, report.receipt)
    session.flush()
    return case


def earlier(session: Session, actor: Actor, receipt: Receipt) -> Case | None:
    """The case that the same delivery made before, when this one is a retry of it."""
    if receipt.retry_key is None:
        return None
    query = sa.select(IntakeReceipt.case_id).where(
        IntakeReceipt.organisation_id == actor.organisation_id,
        IntakeReceipt.retry_key == receipt.retry_key,
        IntakeReceipt.payload_digest == receipt.payload_digest,
    )
    case_id = session.scalar(query)
    return session.get(Case, case_id) if case_id is not None else None


def same_delivery(session: Session, actor: Actor, receipt: Receipt) -> list[int]:
    """Cases made by other payloads under the same delivery key: a second report from one call, flagged for triage."""
    if receipt.retry_key is None:
        return []
    query = sa.select(IntakeReceipt.case_id).where(
        IntakeReceipt.organisation_id == actor.organisation_id,
        IntakeReceipt.retry_key == receipt.retry_key,
        IntakeReceipt.payload_digest != receipt.payload_digest,
    )
    return list(session.scalars(query))


def _require_essentials(report: Report) -> None:
    if report.reporter is None and not report.clients:
        raise InvalidInput("Say who is here, or for whom.", target="reporter", problem="missing")
    if not str(report.facts.get("narrative") or "").strip():
        raise InvalidInput("Write down what happened.", target="narrative", problem="missing")
    if report.vertical.pack.consent_mode is ConsentMode.REQUIRED and not (report.clients or report.reporter_is_client):
        raise InvalidInput("Name the person whom this case supports.", target="clients", problem="missing")


def _person(
    session: Session,
    actor: Actor,
    told: PersonTold | None,
    vertical: Vertical,
    known: list[tuple[PersonTold, Person]],
    *,
    fresh: bool = False,
) -> Person | None:
    """The person told of: one chosen by the worker, one already named in this report, or a new one.

    ``fresh`` never links by a partner's id: an alleged perpetrator must not become a known client by a constant.
    """
    if told is None:
        return None
    if told.person_id is not None:
        chosen = people.find(session, actor, told.person_id)
        restriction.require_usable(chosen)
        under_glass.require_known(session, actor, chosen)
        return chosen
    for earlier_told, person in known:
        if people.same_person(earlier_told, told):
            return person
    person = None if fresh else people.known_by(session, actor, told)
    person = person or people.register(session, actor, told, vertical_id=vertical.id)
    known.append((told, person))
    return person


def _subject(vertical: Vertical, clients: list[Person]) -> Person | None:
    """The case's subject: the one client there is; with several, the pack decides whether one must be chosen."""
    distinct = list(dict.fromkeys(clients))
    if len(distinct) == 1:
        return distinct[0]
    if vertical.pack.consent_mode is ConsentMode.REQUIRED and distinct:
        verified = [person for person in distinct if person.verification_status is Verification.VERIFIED]
        return (verified or distinct)[0]
    return None


def _put_on(session: Session, case: Case, role: PersonRole, pairs) -> None:
    seen: set[int] = set()
    for position, (told, person) in enumerate(pairs):
        if person.id in seen:
            continue
        seen.add(person.id)
        part = {name: _part(name, getattr(told, name)) for name in _PART}
        session.add(CasePerson(case_id=case.id, person_id=person.id, role=role.value, position=position, **part))


def _part(name: str, value: str | None) -> str | None:
    text = (value or "").strip()
    if not text:
        return None
    return text if name in _ENCRYPTED else text[:64]


def _keep_services(session: Session, case: Case, report: Report) -> None:
    for told in report.services:
        session.add(
            Service(
                case_id=case.id,
                kind=told.kind,
                code=told.code[:64] if told.code else None,
                label=told.label[:255],
                details=dict(told.details),
            )
        )


def _with_relationship_doubt(report: Report) -> list[Doubt]:
    """A relationship told beside several clients refers to all of them until somebody says to which."""
    doubts = list(report.doubts)
    clients = len(report.clients) + report.reporter_is_client
    for number, told in enumerate(report.perpetrators):
        if clients > 1 and told.relationship_code:
            where = f"perpetrators_case.{number}.relationship_id"
            doubts.append(Doubt("relationship", where, told.relationship_code, "to which client is not told"))
    return doubts


def keep_doubts(session: Session, case: Case, doubts: Iterable[Doubt]) -> None:
    """Flag values of a report or of a later change for a caseworker."""
    session.add_all(
        UnmappedCode(
            case_id=case.id, list_name=doubt.list_name, field=doubt.field[:255], raw=doubt.raw[:255], note=doubt.note
        )
        for doubt in doubts
    )


def _keep_receipt(session: Session, actor: Actor, case: Case, receipt: Receipt) -> None:
    twins = same_delivery(session, actor, receipt)
    session.add(
        IntakeReceipt(
            organisation_id=actor.organisation_id,
            case_id=case.id,
            retry_key=receipt.retry_key,
            payload_digest=receipt.payload_digest,
            raw=receipt.raw,
            src=receipt.src[:255],
            src_uid=receipt.src_uid[:255],
            src_uid2=receipt.src_uid2[:255],
            src_address=receipt.src_address,
            src_usr=receipt.src_usr[:255],
            src_vector=receipt.src_vector[:255],
            src_callid=receipt.src_callid[:255],
            src_ts=receipt.src_ts[:64],
        )
    )
    for twin in twins:
        for one, other in ((case.id, twin), (twin, case.id)):
            session.add(
                UnmappedCode(
                    case_id=one, list_name="delivery", field="src_uid", raw=str(other), note="same call as this case"
                )
            )
    if twins:
        audit.append(session, actor, "intake.second_report", case=case, details={"cases": twins})
