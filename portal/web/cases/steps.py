"""Steps of the lifecycle: asked for on a page of their own, taken once, and refused with the reason in words."""

from dataclasses import dataclass

from flask import flash, request, url_for
from flask_babel import gettext as _

from portal.core import cases, conflicts, drafts, lifecycle, stale, timeline, transitions
from portal.core.actors import Actor
from portal.core.errors import DomainError, Forbidden, InvalidInput, Refused, StaleVersion
from portal.core.lifecycle import Offer
from portal.core.permissions import Permission
from portal.core.stale import Change
from portal.core.timeline import Kind
from portal.core.unit import unit_of_work
from portal.core.vocabulary import Action
from portal.extensions import db
from portal.web import fragments, late
from portal.web.access import current_actor
from portal.web.cases import answers, effects, head, unsent
from portal.web.cases.forms import StepForm
from portal.web.cases.words import status_word


@dataclass(frozen=True)
class Step:
    """One step as its page shows it."""

    head: head.Head
    offer: Offer
    form: StepForm
    changes: list[Change]

    @property
    def verb(self) -> str:
        """The word on its button."""
        return _(lifecycle.VERBS[self.offer.action])

    @property
    def target(self) -> str | None:
        """The state it leads to."""
        return lifecycle.target_of(self.offer.row, self.head.facts) if self.offer.row else None

    @property
    def effects(self) -> list[effects.Effect]:
        """What it will do."""
        return effects.of_step(self.head, self.offer) if self.offer.allowed else []


def confirm(number: int, action: str):
    """Ask before a step is taken: what it does, why it is taken. Says why where it cannot be."""
    step = _step(number, Action(action), kept=True)
    shown = {"status": _status_of(step.offer), "step": step, "form": step.form}
    return answers.read(number, "cases/confirm.html", "cases/_confirm_alone.html", **shown)


def keep_late(actor: Actor, number: int, action: str) -> str:
    """Keep what was typed for a step in a session that was over."""
    words = lifecycle.VERBS[Action(action)]
    unsent.keep_late(actor, number, "transition", f"{number}:{action}", words, permission=Permission.UPDATE)
    return url_for("cases.confirm", number=number, action=action)


@late.kept_by(keep_late)
def change(number: int, action: str):
    """Take the step: status, history and audit in one unit."""
    form = StepForm()
    asked = Action(action)
    if asked is Action.ACTIVATE:  # in a unit of its own: a refusal must not take back what was found
        conflicts.check_first(db.session, current_actor(), number, reason_code="BEFORE_ACTIVATION")
    try:
        with unit_of_work(db.session, current_actor(), intent=f"case.{action}"):
            case = cases.find(db.session, current_actor(), number)  # locked by the step, after its people
            known = transitions.facts(db.session, current_actor(), case)
            if not form.ask(asked, lifecycle.decide(known, asked).row).validate():
                raise InvalidInput("Look at the fields again.", target="form")
            case = transitions.change_status(
                db.session, current_actor(), case, asked, version=form.version.data, **_given(form)
            )
            drafts.discard(db.session, current_actor(), "transition", f"{number}:{action}")
            words = {"ref": case.reference, "state": status_word(case.lifecycle_status)}
    except (InvalidInput, StaleVersion, Refused) as refusal:
        return _refused(number, asked, form, refusal)
    flash(_("%(ref)s is now %(state)s.", **words), "success")
    return fragments.go_to(url_for("cases.show", number=number))


@late.kept_by(keep_late)
def draft(number: int, action: str):
    """Keep what is being typed on the page of a step."""
    with unit_of_work(db.session, current_actor(), intent="draft.save"):
        case = unsent.findable(number, Permission.UPDATE)
        if not _was_just_taken(case, action):
            unsent.keep(case, "transition", f"{number}:{action}", lifecycle.VERBS[Action(action)])
    return unsent.kept_answer(url_for("cases.confirm", number=number, action=action))


def _was_just_taken(case, action: str) -> bool:
    """Whether the step this draft was for is the last one taken: the draft must not come back afterwards."""
    newest = timeline.page(db.session, current_actor(), case, kinds={Kind.STATUS}, limit=1).entries
    mine = newest and newest[0].who_id == current_actor().user_id and newest[0].what == action
    return bool(mine) and request.form.get("version") != str(case.version_id)


def _step(number: int, action: Action, form: StepForm | None = None, *, kept: bool = False, since: int | None = None):
    top = head.of_case(db.session, current_actor(), number)
    offer = top.offer_of(action) or lifecycle.decide(top.facts, action)
    if form is None:
        found = drafts.find(db.session, current_actor(), "transition", f"{number}:{action.value}") if kept else None
        known = {name: value for name, value in (found or {}).items() if name in unsent.FIELDS["transition"]}
        form = StepForm(formdata=None, data=known).ask(action, offer.row)
        form.catch_up(top.case.version_id)
    changes = stale.changes_since(db.session, top.case, since) if since is not None else []
    return Step(top, offer, form, changes)


def _given(form: StepForm) -> dict[str, str | None]:
    given = {name: getattr(form, field).data for name, field in _FIELDS.items() if field in form}
    return {name: value or None for name, value in given.items()}


_FIELDS = {"reason": "reason", "text": "reason_text", "note": "note"}
_TARGETS = {"suspension_reason": "reason", "closure_reason": "reason", "reason_code": "reason"}


def _refused(number: int, action: Action, form: StepForm, refusal: DomainError):
    """Say beside the field, or above the form, why the step was not taken; what was typed is still there."""
    unsent.keep_failed(number, "transition", f"{number}:{action.value}", lifecycle.VERBS[action])
    if isinstance(refusal, Forbidden):
        raise refusal
    is_stale = isinstance(refusal, StaleVersion)
    step = _step(number, action, form, since=form.version.data if is_stale else None)
    if is_stale:
        form.ask(action, step.offer.row)
        form.catch_up(step.head.case.version_id)
    if isinstance(refusal, InvalidInput):
        _beside_its_field(form, refusal)
    status = 422 if isinstance(refusal, InvalidInput) else 409
    answer = fragments.render("cases/confirm.html", "cases/_confirm.html", status, step=step, form=form)
    db.session.rollback()
    return answer


def _beside_its_field(form: StepForm, refusal: InvalidInput) -> None:
    name = _TARGETS.get(refusal.target, refusal.target)
    if name in form:
        form[name].errors = [*form[name].errors, _(refusal.message)]


def _status_of(offer: Offer) -> int:
    if offer.allowed:
        return 200
    return 403 if offer.refusal.rule in ("G4", "verifier") else 409
