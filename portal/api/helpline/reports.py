"""Taking a report at either door, and what staff may ask for beside: who has it, and that it is finished."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import Response, g, request
from sqlalchemy.orm import Session

from portal.api.credentials import current_actor
from portal.api.helpline import answers, mapping
from portal.api.units import Answer, perform
from portal.core import assignments, attachments, cases, code_mapping, intake, words
from portal.core.actors import Actor
from portal.core.errors import DomainError
from portal.core.models import Attachment, Case, Organisation, User, Vertical
from portal.core.told import Doubt, Receipt, Report
from portal.core.vocabulary import Origin
from portal.extensions import db


def take(told: Mapping[str, Any], origin: Origin) -> Response:
    """Make a case of a report, once however often it is delivered; 201 with the five keys."""
    actor, raw = current_actor(), g.api_body
    known = code_mapping.known(db.session, actor.organisation_id, mapping.codes(told))
    receipt = mapping.receipt(told, raw, origin)
    keyed = "Idempotency-Key" in request.headers  # beats what the body says of itself

    def work(session: Session) -> Answer:
        before = intake.earlier(session, actor, receipt)
        if before is not None and not keyed:
            return Answer(201, answers.receipt(before))
        read = mapping.read(
            told,
            raw,
            origin=origin,
            organisation=session.get_one(Organisation, actor.organisation_id),
            vertical=cases.default_vertical(session, origin),
            known=known,
        )
        if before is not None:
            read = replace(read, report=_delivered_again(read.report, before))
        return Answer(201, answers.receipt(_keep(session, actor, read)))

    delivery = f"{receipt.retry_key}:{receipt.payload_digest}" if receipt.retry_key else None
    return perform("intake.take", work, delivery=delivery)


def worker(session: Session, code: str, vertical_id: int) -> User | None:
    """Who is meant by the code or number of an agent, among those who can take cases of this vertical.

    What a body says of people gives nobody a right: it is looked up, and only where they could see the case anyway.
    """
    if not code:
        return None
    able = cases.assignable_users(session, vertical_id)
    by_code = [user for user in able if user.agent_code == code]
    return next(iter(by_code or [user for user in able if str(user.id) == code]), None)


def _keep(session: Session, actor: Actor, read: mapping.Read) -> Case:
    report, files = read.report, []
    doubts = list(report.doubts)
    for place, file_id in enumerate(read.attachments):
        file = _unlinked(session, actor, file_id)
        if file is None:
            doubts.append(Doubt("attachment", f"attachments_case.{place}", file_id, "no file of yours that is free"))
        else:
            files.append(file)
    owner = None
    facts = dict(report.facts)
    if report.origin is not Origin.WEBFORM:
        owner = _steer(session, actor, read, report.vertical, facts, doubts)
    case = intake.take(session, actor, replace(report, facts=facts, doubts=tuple(doubts)))
    if owner is not None:
        case.owner = owner
        assignments.begin(session, actor, case)
    for file in files:
        attachments.link(session, actor, file.uuid, case)
    if report.origin is not Origin.WEBFORM and read.status == mapping.CLOSED:
        case = words.bring(session, actor, case, words.Meaning.CLOSED, said=read.status)
    return case


def _steer(
    session: Session, actor: Actor, read: mapping.Read, vertical: Vertical, facts: dict[str, Any], doubts: list[Doubt]
) -> User | None:
    """Who has the case: whom it was escalated to, else the agent named in it, else the caller. Staff's word only."""
    chosen = worker(session, read.escalated_to, vertical.id)
    if chosen is not None:
        facts["escalated_to_id"] = chosen.id
    elif read.escalated_to:
        doubts.append(Doubt("escalation", "escalated_to_id", read.escalated_to, "nobody here is known by this"))
    owner = chosen or worker(session, read.agent, vertical.id)
    if owner is None and actor.user_id is not None:
        caller = session.get_one(User, actor.user_id)
        owner = caller if caller.kind == "person" else None
    if owner is not None:
        facts["owner_id"] = owner.id
    return owner


def _unlinked(session: Session, actor: Actor, file_id: str) -> Attachment | None:
    try:
        file = attachments.find(session, actor, file_id)
    except DomainError:
        return None
    return file if file.case_id is None else None


def _delivered_again(report: Report, before: Case) -> Report:
    """The sender says by its own key that this is another report: it is kept apart, and the likeness is flagged."""
    receipt: Receipt = replace(report.receipt, retry_key=None)
    doubt = Doubt("delivery", "src_uid", str(before.id), "same payload as this case, under another key")
    return replace(report, receipt=receipt, doubts=(*report.doubts, doubt))
