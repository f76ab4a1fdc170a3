"""The page on which a case is restricted: who sees it, who would lose sight of it, and how it is lifted."""

from flask import flash, request, url_for
from flask_babel import gettext as _

from portal.core import cases, restrictions
from portal.core.errors import DomainError, InvalidInput, NotFound, Refused, StaleVersion
from portal.core.models import Case
from portal.core.permissions import Permission, may, who_can
from portal.core.unit import unit_of_work
from portal.extensions import db
from portal.web import errors, fragments
from portal.web.access import current_actor
from portal.web.account.words import ROLES
from portal.web.cases import answers
from portal.web.cases.head import SHOWN
from portal.web.restrictions.forms import LiftForm, RestrictForm

_FIELDS = {"allowed": "allowed", "reason_code": "reason", "reason_text": "reason_text"}


def show(number: int):
    """Who may see the case, and the form for it."""
    return _page(number, RestrictForm(formdata=None), LiftForm(formdata=None))


def change(number: int):
    """Say who would lose sight of the case; restrict it once that was seen."""
    form, actor = RestrictForm(), current_actor()
    case = cases.find(db.session, actor, number)
    form.offer(restrictions.candidates(db.session, case), actor.user_id)
    if not form.validate():
        return _page(number, form, status=422)
    if request.form.get("confirmed") != form.chosen:
        return _page(number, form, previewing=True)
    given = {"reason_code": form.reason.data, "text": form.reason_text.data, "version": form.version.data}
    try:
        with unit_of_work(db.session, actor, intent="case.restrict"):
            case = cases.find(db.session, actor, number, lock=True)
            case = restrictions.restrict(db.session, actor, case, form.allowed.data, **given)
            said = {"ref": case.reference}
    except (InvalidInput, Refused, StaleVersion) as refusal:
        return _refused(number, form, LiftForm(formdata=None), refusal)
    flash(_("%(ref)s is restricted: nobody else sees it any more.", **said), "success")
    return _back(number)


def lift(number: int):
    """Let everybody see the case again who otherwise would."""
    form, actor = LiftForm(), current_actor()
    if not form.validate():
        return _page(number, RestrictForm(formdata=None), form, status=422)
    try:
        with unit_of_work(db.session, actor, intent="case.restriction_lift"):
            case = cases.find(db.session, actor, number, lock=True)
            case = restrictions.lift(db.session, actor, case, text=form.lift_text.data, version=form.version.data)
            said = {"ref": case.reference}
    except InvalidInput as refusal:
        form.lift_text.errors = [_(refusal.message)]
        return _page(number, RestrictForm(formdata=None), form, status=422)
    except (Refused, StaleVersion) as refusal:
        return _refused(number, RestrictForm(formdata=None), form, refusal)
    flash(_("%(ref)s is no longer restricted.", **said), "success")
    return _back(number)


def _refused(number: int, form: RestrictForm, lifting: LiftForm, refusal: DomainError):
    happened = ""
    if refusal.target in _FIELDS:
        field = form[_FIELDS[refusal.target]]
        field.errors = [*field.errors, _(refusal.message)]
    else:
        happened = _(refusal.message)
    return _page(number, form, lifting, status=errors.status_of(refusal), happened=happened)


def _page(
    number: int,
    form: RestrictForm,
    lifting: LiftForm | None = None,
    *,
    status: int = 200,
    previewing: bool = False,
    happened: str = "",
):
    actor, lifting = current_actor(), lifting or LiftForm(formdata=None)
    case = cases.find(db.session, actor, number, options=SHOWN)
    users = restrictions.candidates(db.session, case)
    kept = restrictions.listed(db.session, case) if case.restricted else set()
    form.offer([user for user in users if user.id != case.owner_id], actor.user_id)
    if request.method == "GET" or form.allowed.data is None or request.endpoint != "cases.restrict":
        form.allowed.data = sorted(kept if case.restricted else _proposed(case))
    for one in (form, lifting):
        if request.method == "GET" or status == 409 or one.version.data is None:
            one.catch_up(case.version_id)
    allowed = may(actor, Permission.RESTRICT, case)
    shown = {
        "case": case,
        "form": form,
        "lifting": lifting,
        "standing": restrictions.standing(db.session, case) if case.restricted else None,
        "kept": [user for user in users if user.id in kept],
        "assigned": restrictions.assigned(db.session, case) - {case.owner_id},
        "losing": restrictions.losing(db.session, case, form.allowed.data or []) if previewing else None,
        "obstacle": _obstacle(case, allowed),
        "happened": happened,
        "me": actor.user_id,
        "roles": ROLES,
    }
    return answers.read(number, "restrictions/show.html", status=status if allowed else 403, **shown)


def _proposed(case: Case) -> set[int]:
    """Who is ticked at first: those who work on the case, and whoever restricts it."""
    return (restrictions.assigned(db.session, case) | {current_actor().user_id}) - {case.owner_id}


def _obstacle(case: Case, allowed: bool) -> str:
    """Why the reader cannot change who sees the case, with who could; nothing where they can."""
    if not allowed:
        who = who_can(Permission.RESTRICT, case.primary_vertical.pack)
        return _("You may not decide this here. Who can: whoever owns the case, %(who)s.", who=_(who))
    if case.merged_into_id is not None:
        return _("The case was merged into another; who sees it is decided there.")
    return ""


def _back(number: int):
    """To the page of the case, for those who still see it."""
    try:
        cases.find(db.session, current_actor(), number)
    except NotFound:
        return fragments.go_to(url_for("worklist.index"))
    return fragments.go_to(url_for("cases.restriction", number=number))
