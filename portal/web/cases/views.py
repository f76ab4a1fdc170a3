"""The pages of a case that are read. Each reading is written to the access log before the page leaves."""

from collections.abc import Collection, Mapping
from types import MappingProxyType

from flask import request

from portal.core import case_people, cases, codes, timeline, transitions
from portal.core.models import Case, CasePerson
from portal.core.permissions import Permission
from portal.core.timeline import Cursor, Kind
from portal.extensions import db
from portal.web.access import current_actor
from portal.web.cases import answers, head, revealing
from portal.web.cases.changes import category_list
from portal.web.cases.forms import AssignForm, ReviewForm
from portal.web.messages import thread as threads
from portal.web.structure import related

LATEST = 8
FILTERS = {
    "all": timeline.ALL,
    "status": frozenset({Kind.STATUS}),
    "messages": frozenset({Kind.MESSAGE}),
    "notes": frozenset({Kind.NOTE}),
    "events": timeline.ALL - timeline.THREAD,
}

# Which list says what a code of a case, or of a person on it, means.
CASE_CODES = "case_type contact_type justice assessment know_about disposition".split()
PERSON_CODES = "sex age_group nationality language tribe location".split()
PART_CODES = "relationship_code shares_home employment marital".split()
LIST_NAMES = {"relationship_code": "relationship"}


def show(number: int):
    """The case: who, what was told, what was said, where it stands, what can be done."""
    actor = current_actor()
    top = head.of_case(db.session, actor, number)
    thread = threads.of_case(db.session, top, folded=True)
    shown = {
        "thread": thread,
        "writers": threads.writers(db.session, top),
        "latest": timeline.page(db.session, actor, top.case, limit=LATEST, group=top.group),
        "labels": codes.labels(db.session, case_codes(top.case, top.people)),
        "related": related.of_case(db.session, top),
        "forms": _side_forms(top),
    }
    return answers.read(number, "cases/show.html", seen=_seen(thread), head=top, others=top.joined, **shown)


def messages(number: int):
    """The thread, a page at a time, oldest first."""
    top = head.of_case(db.session, current_actor(), number)
    thread = threads.of_case(db.session, top, before=request.args.get("before"))
    writers = threads.writers(db.session, top) if thread.page.newest else None
    shown = {"head": top, "thread": thread, "writers": writers}
    return answers.read(
        number, "cases/messages.html", "messages/_thread.html", seen=_seen(thread), others=top.joined, **shown
    )


def people(number: int, revealed: Mapping[int, Collection[str]] = MappingProxyType({})):
    """Everybody on the case with what was told of them, and what was not; the services named.

    ``revealed``: what is not masked, by the number of the part that somebody has in the case.
    """
    top = head.of_case(db.session, current_actor(), number, identifiers=True)
    wanted = [*case_codes(top.case, top.people), *people_codes(top.people)]
    services = case_people.services(db.session, top.case, group=top.group)
    shown = {"labels": codes.labels(db.session, wanted), "services": services, "revealed": revealed}
    shown |= {"askable": revealing.askable, "asks": revealing.ASKS}
    return answers.read(number, "cases/people.html", head=top, others=top.joined, **shown)


def reveal(number: int):
    """Show one group of facts of one person on the case, once it is recorded that somebody asked."""
    return people(number, revealing.record(number, request.form.get("show", "")))


def history(number: int):
    """What happened, newest first: all of it or one kind; and every step of the lifecycle with its reason."""
    top = head.of_case(db.session, current_actor(), number)
    kind = request.args.get("show") if request.args.get("show") in FILTERS else "all"
    before = Cursor.parse(request.args.get("before"))
    page = timeline.page(db.session, current_actor(), top.case, kinds=FILTERS[kind], before=before, group=top.group)
    steps = transitions.history(db.session, top.case)
    shown = {"timeline": page, "kind": kind, "filters": list(FILTERS), "steps": steps}
    return answers.read(number, "cases/history.html", "cases/_timeline.html", head=top, others=top.joined, **shown)


def _seen(thread: threads.Thread):
    """Up to when the reader has seen the thread now, where there is something they had not."""
    return thread.page.asked_at if thread.page.unseen else None


def _side_forms(top: head.Head) -> dict[str, object]:
    """The small forms beside the case: who has it, and when it is looked at again."""
    forms: dict[str, object] = {}
    if top.may(Permission.ASSIGN):
        forms["assign"] = AssignForm(formdata=None, assigned_to=0).offer(
            cases.assignable_users(db.session, top.case.primary_vertical_id), top.actor.user_id
        )
    if top.may(Permission.UPDATE):
        forms["review"] = ReviewForm(formdata=None, date=top.case.review_date)
    for form in forms.values():
        form.catch_up(top.case.version_id)
    return forms


def case_codes(case: Case, parts: list[CasePerson]) -> list[tuple[str, str | None]]:
    """What is said of a case in codes, for ``codes.labels``."""
    named = [(name, getattr(case, name)) for name in CASE_CODES]
    roles = [("relationship", part.relationship_code) for part in parts]
    return [(category_list(case), case.category), *named, *roles]


def people_codes(parts: list[CasePerson]) -> list[tuple[str, str | None]]:
    """The same for the people on it."""
    of_people = [(name, getattr(part.person, name)) for part in parts for name in PERSON_CODES]
    return of_people + [(LIST_NAMES.get(name, name), getattr(part, name)) for part in parts for name in PART_CODES]
