"""Tags: labels of the office for cases. Their texts are no secret within the office; which case has one is."""

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.core import audit, cases
from portal.core.actors import Actor
from portal.core.errors import AlreadyDone, Forbidden, InvalidInput, NotFound
from portal.core.models import Case, CaseTag, Tag
from portal.core.permissions import Permission, can, require

LONGEST = 255


def find(session: Session, number: int) -> Tag:
    """The tag with that number. Raises NotFound."""
    tag = session.get(Tag, number)
    if tag is None:
        raise NotFound("There is no such tag.", target="tag")
    return tag


def search(session: Session, text: str = "", *, limit: int, offset: int = 0) -> tuple[list[Tag], int]:
    """Tags whose text contains *text*, by text, and how many there are in all."""
    matching = sa.func.lower(Tag.text).contains(text.strip().lower(), autoescape=True)
    total = session.scalar(sa.select(sa.func.count()).select_from(Tag).where(matching)) or 0
    page = sa.select(Tag).where(matching).order_by(sa.func.lower(Tag.text), Tag.id).limit(limit).offset(offset)
    return list(session.scalars(page)), total


def create(session: Session, actor: Actor, text: str) -> Tag:
    """Add a tag. Raises AlreadyDone when the office has one of this text, whatever its case; InvalidInput."""
    require(actor, Permission.UPDATE)
    tag = Tag(text=_text(text), created_by_id=actor.user_id)
    _save(session, tag)
    audit.append(session, actor, "tag.create", chain=audit.actor_chain(actor), details={"tag": tag.id})
    return tag


def rename(session: Session, actor: Actor, tag: Tag, text: str) -> Tag:
    """Change the text of a tag, by whoever made it or an administrator. Raises as ``create``, and Forbidden."""
    _require_own(actor, tag)
    tag.text = _text(text)
    _save(session, tag)
    audit.append(session, actor, "tag.rename", chain=audit.actor_chain(actor), details={"tag": tag.id})
    return tag


def remove(session: Session, actor: Actor, tag: Tag) -> None:
    """Take a tag away from the office and from every case, by whoever made it or an administrator."""
    _require_own(actor, tag)
    on = session.scalars(sa.select(CaseTag.case_id).where(CaseTag.tag_id == tag.id).order_by(CaseTag.case_id)).all()
    session.execute(sa.delete(CaseTag).where(CaseTag.tag_id == tag.id))
    details = {"tag": tag.id, "cases": list(on)}
    session.delete(tag)
    audit.append(session, actor, "tag.remove", chain=audit.actor_chain(actor), details=details)


def put_on(session: Session, actor: Actor, case: Case, tag: Tag) -> None:
    """Tag a case; a tag that is there already stays. Raises ReadOnly, Forbidden."""
    cases.require_editable(session, actor, case, Permission.UPDATE)
    if session.get(CaseTag, (case.id, tag.id)) is not None:
        return
    session.add(CaseTag(case_id=case.id, tag_id=tag.id))
    audit.append(session, actor, "case.tag", case=case, details={"tag": tag.id})


def take_off(session: Session, actor: Actor, case: Case, tag: Tag) -> None:
    """Untag a case. Raises NotFound when it does not have the tag, ReadOnly, Forbidden."""
    cases.require_editable(session, actor, case, Permission.UPDATE)
    worn = session.get(CaseTag, (case.id, tag.id))
    if worn is None:
        raise NotFound("The case does not have this tag.", target="tag")
    session.delete(worn)
    audit.append(session, actor, "case.untag", case=case, details={"tag": tag.id})


def of_cases(session: Session, case_ids: Iterable[int]) -> dict[int, list[int]]:
    """The ids of the tags of each case, in the order of their ids."""
    query = sa.select(CaseTag.case_id, CaseTag.tag_id).where(CaseTag.case_id.in_(list(case_ids)))
    found: dict[int, list[int]] = {}
    for case_id, tag_id in session.execute(query.order_by(CaseTag.tag_id)):
        found.setdefault(case_id, []).append(tag_id)
    return found


def _text(text: str) -> str:
    text = " ".join(text.split())
    if not text:
        raise InvalidInput("A tag needs a text.", target="tag", problem="missing")
    if len(text) > LONGEST:
        raise InvalidInput(f"A tag has at most {LONGEST} characters.", target="tag")
    return text


def _save(session: Session, tag: Tag) -> None:
    try:
        with session.begin_nested():
            session.add(tag)
            session.flush()
    except IntegrityError as taken:
        raise AlreadyDone("There is a tag with this text already.", target="tag") from taken


def _require_own(actor: Actor, tag: Tag) -> None:
    mine = tag.created_by_id is not None and tag.created_by_id == actor.user_id
    if not (mine and can(actor, Permission.UPDATE)) and not can(actor, Permission.ADMINISTER):
        raise Forbidden("A tag is changed by whoever made it, or by an administrator.", target="tag")
