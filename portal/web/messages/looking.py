"""What an open page of a case asks for by itself: what was written since, who else is here, and whether they write."""

import hashlib

from flask import make_response, render_template, request

from portal import presence
from portal.core import outbox, timeline
from portal.core.timeline import Mark
from portal.core.unit import record_reading, unit_of_work
from portal.extensions import db
from portal.web.access import current_actor
from portal.web.cases import head
from portal.web.messages import thread

WRITING = ("message", "note")


def look(number: int):
    """What is new for this page, as pieces that are put beside what stands there; 204 where nothing is.

    It is no sign of life of the reader and marks nothing as seen. Raises NotFound.
    """
    actor, asked = current_actor(), request.form
    after = Mark.parse(asked.get("after")) or Mark()
    news = timeline.has_news(db.session, actor, number, after)
    held = outbox.waiting(db.session, actor, [number])
    if any(one.is_over for one in held):
        with unit_of_work(db.session, actor, intent="message.release"):
            outbox.release(db.session, author_id=actor.user_id)
        news = True
    writing = asked.get("writing", "")
    others = presence.tell(actor, number, writing=writing if writing in WRITING else "")
    db.session.rollback()
    pieces = {"number": number, "others": others, "shown": _digest(others)}
    if news or asked.get("held", "") != outbox.named(held):
        return _with_news(number, after, pieces)
    if asked.get("shown", "") == pieces["shown"]:
        return "", 204
    return make_response(render_template("messages/_news.html", **pieces))


def _with_news(number: int, after: Mark, pieces: dict[str, object]):
    top = head.of_case(db.session, current_actor(), number)
    if top.is_hidden:
        return "", 204
    told = thread.of_case(db.session, top)
    writers = thread.writers(db.session, top)
    new = [entry for entry in told.page.oldest_first if entry.case_id == number and after.is_before(entry)]
    theirs = [entry for entry in new if entry.who_id != top.actor.user_id]
    shown = {"head": top, "thread": told, "writers": writers, "new": new, "theirs": theirs}
    answer = make_response(render_template("messages/_news.html", **pieces, **shown))
    if new:
        record_reading(db.session, current_actor(), "case.read", case=number, news=len(new))
    return answer


def _digest(others: list[presence.Here]) -> str:
    """What a page is told of others, short; empty where nobody is."""
    told = "\n".join(f"{one.name}\t{one.writing}" for one in others)
    return hashlib.sha256(told.encode()).hexdigest()[:16] if told else ""
