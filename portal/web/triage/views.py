"""Reports from outside: the queue, one report as it came, and taking it in."""

from flask import Blueprint, flash, request, url_for
from flask_babel import gettext as _

from portal.core import (
    cases,
    lifecycle,
    merge_choices,
    paging,
    sensitivity,
    triage,
    workers,
    worklist_facts,
    worklist_rows,
)
from portal.core.errors import AlreadyDone, InvalidInput, StaleVersion
from portal.core.models import Case
from portal.core.permissions import Permission, may
from portal.core.sensitivity import Sensitive
from portal.core.unit import unit_of_work
from portal.core.vocabulary import Action
from portal.extensions import db
from portal.web import fragments, turning
from portal.web.access import current_actor
from portal.web.cases import answers, head
from portal.web.cases.words import case_name, for_templates
from portal.web.triage.forms import AcceptForm
from portal.web.worklist import words

blueprint = Blueprint("triage", __name__, url_prefix="/app/triage")
blueprint.context_processor(for_templates)
LONGEST = 100


@blueprint.get("")
def index():
    """What waits to be looked at, what presses first; an address that leads nowhere leads to the first page."""
    actor = current_actor()
    try:
        place = turning.place()
        page = triage.waiting(db.session, actor, cursor=place)
    except InvalidInput:
        return fragments.go_to(url_for("triage.index"))
    shown = {
        "listed": page,
        "total": triage.count(db.session, actor),
        "previous_url": _page_url(page.preceding),
        "next_url": _page_url(page.following),
        "row_name": words.row_name,
    }
    return fragments.render("triage/index.html", "triage/_results.html", **shown)


@blueprint.get("/<int:number>")
def show(number: int):
    """One report: as it was told and as it came, with cases of the same people, and what can be done with it."""
    return _page(number)


@blueprint.post("/<int:number>/shown")
def reveal(number: int):
    """Show the report word for word, once it is recorded that somebody asked."""
    actor = current_actor()
    with unit_of_work(db.session, actor, intent="sensitive.reveal"):
        case = cases.find(db.session, actor, number)
        sensitivity.reveal(db.session, actor, Sensitive.REPORT, case=case)
    return _page(number, word_for_word=True)


@blueprint.post("/<int:number>/accept")
def accept(number: int):
    """Take a report in, and give it to somebody."""
    actor = current_actor()
    form = _offered(AcceptForm(), cases.find(db.session, actor, number))
    if not form.validate():
        return _page(number, form=form, status=422)
    try:
        with unit_of_work(db.session, actor, intent="case.accept"):
            case = cases.find(db.session, actor, number)
            to = workers.find(db.session, actor, form.to.data) if form.to.data else None
            case = triage.accept(db.session, actor, case, to=to, version=form.version.data)
            said = _("%(ref)s is taken in.", ref=case.reference)
    except AlreadyDone:
        return _page(number, form=form, status=409, happened=_("Somebody has looked at this report already."))
    except StaleVersion:
        return _page(number, form=form, status=409, happened=_("Somebody changed this report meanwhile. Look again."))
    except InvalidInput as refusal:
        form.to.errors = [*form.to.errors, _(refusal.message)]
        return _page(number, form=form, status=422)
    flash(said, "success")
    return fragments.go_to(url_for("cases.show", number=number))


def _page_url(cursor: paging.Cursor | None) -> str | None:
    return url_for("triage.index", page=paging.encode(cursor)) if cursor else None


def _offered(form: AcceptForm, case: Case) -> AcceptForm:
    return form.offer(cases.assignable_users(db.session, case.primary_vertical_id), current_actor().user_id)


def _page(
    number: int, *, form: AcceptForm | None = None, status: int = 200, happened: str = "", word_for_word: bool = False
):
    actor = current_actor()
    top = head.of_case(db.session, actor, number)
    case = top.case
    form = form or _offered(AcceptForm(formdata=None, to=case.owner_id or 0), case)
    form.catch_up(case.version_id)
    asked = request.args.get("q", "").replace("\x00", "").strip()[:LONGEST]
    found = merge_choices.found(db.session, actor, case, asked, options=worklist_rows.SHOWN) if asked else []
    same = merge_choices.suggested(db.session, actor, case, options=worklist_rows.SHOWN) if case.needs_triage else []
    shown = {
        "head": top,
        "form": form,
        "happened": happened,
        "verifying": lifecycle.decide(top.facts, Action.VERIFY),
        "refusing": lifecycle.decide(top.facts, Action.REFUSE),
        "may_accept": may(actor, Permission.TRIAGE, case),
        "may_merge": may(actor, Permission.MERGE, case),
        "deliveries": triage.deliveries(db.session, actor, case),
        "q": asked,
        "found": _named(found),
        "same": _named(same),
        "word_for_word": word_for_word,
    }
    return answers.read(number, "triage/show.html", status=status, **shown)


def _named(found: list[Case]) -> list[tuple[Case, str]]:
    clients = worklist_facts.clients_of(db.session, [case.id for case in found]) if found else {}
    return [(case, case_name(case, clients.get(case.id, []))) for case in found]
