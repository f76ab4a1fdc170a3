"""What is done to a user: taking them in, changing what they are, closing the door and opening it, a lost device,
a link for a password. Nobody but the user ever knows a password.
"""

from flask import flash, make_response, render_template, url_for
from flask_babel import gettext as _
from wtforms import SelectField, SelectMultipleField

from portal.core import passwords, place_register, programs, second_factor, user_leaving, user_register, verticals
from portal.core.errors import InvalidInput, NotFound, Refused, StaleVersion
from portal.core.models import User
from portal.core.unit import unit_of_work
from portal.extensions import db
from portal.web import addresses, errors, fragments
from portal.web.access import current_actor
from portal.web.admin.forms import ConfirmForm, beside
from portal.web.admin.user_forms import ChangeUserForm, LeavingForm, NewUserForm
from portal.web.cases.forms import VersionedForm


def create():
    """Take somebody in; the link by which they choose their password is shown once."""
    form, actor = NewUserForm(), current_actor()
    _offer(form)
    if not form.is_submitted():
        return render_template("admin/user_new.html", form=form)
    if not form.validate():
        return render_template("admin/user_new.html", form=form), 422
    try:
        with unit_of_work(db.session, actor, intent="user.create"):
            made = user_register.create(db.session, actor, form.told, email=form.email.data)
            shown = _with_link(made)
    except InvalidInput as refusal:
        return render_template("admin/user_new.html", form=beside(form, refusal)), 422
    return _link_page(shown, is_new=True)


def change(number: int):
    """Change what a user is. Where somebody else was first, theirs is shown and nothing is lost."""
    actor, form = current_actor(), ChangeUserForm()
    one = user_register.find(db.session, actor, number)
    _offer(form)
    if not form.is_submitted():
        return _change_page(_filled(form, one), one)
    if not form.validate():
        return _change_page(form, one, 422)
    try:
        with unit_of_work(db.session, actor, intent="user.change"):
            held = user_register.hold(db.session, actor, number)
            name = user_register.change(db.session, actor, held, form.told, version=form.version.data).name
    except (InvalidInput, Refused, StaleVersion) as refusal:
        one = user_register.find(db.session, actor, number)
        is_stale = isinstance(refusal, StaleVersion)
        if is_stale:
            form.catch_up(one.version_id)
        else:
            beside(form, refusal)
        return _change_page(form, one, errors.status_of(refusal), now=_now(one) if is_stale else ())
    flash(_("%(name)s is saved.", name=name), "success")
    return _back(number)


def deactivate(number: int):
    """Ask before the door is closed, with what they still have in hand; then close it."""
    form, actor = LeavingForm(), current_actor()
    if not form.is_submitted():
        return _leaving_page(form, number)
    if not form.validate():
        return _leaving_page(form, number, 422)
    try:
        with unit_of_work(db.session, actor, intent="user.deactivate"):
            one = user_register.hold(db.session, actor, number)
            name = user_leaving.deactivate(db.session, actor, one, version=form.version.data).name
    except (Refused, StaleVersion) as refusal:
        return _leaving_page(beside(form, refusal), number, errors.status_of(refusal))
    flash(_("%(name)s is deactivated and signed out everywhere.", name=name), "success")
    return _back(number)


def activate(number: int):
    """Let a user in again."""
    actor = current_actor()
    with unit_of_work(db.session, actor, intent="user.activate"):
        name = user_leaving.activate(db.session, actor, user_register.hold(db.session, actor, number)).name
    flash(_("%(name)s can sign in again.", name=name), "success")
    return _back(number)


def reset_second_factor(number: int):
    """Ask whether it is really they who ask; then forget the second factor of somebody who lost it."""
    form, actor = ConfirmForm(), current_actor()
    if not form.is_submitted():
        return _confirm_page("user_second_factor", form, number)
    try:
        with unit_of_work(db.session, actor, intent="user.reset_second_factor"):
            one = user_register.hold(db.session, actor, number)
            second_factor.reset(db.session, actor, one)
            name = one.name
    except NotFound as refusal:
        if refusal.target != "second_factor":
            raise
        form.form_errors.append(_("This user has no second factor."))
        return _confirm_page("user_second_factor", form, number, 409)
    flash(_("The second factor of %(name)s is gone, and their sessions have ended.", name=name), "success")
    return _back(number)


def make_link(number: int):
    """Ask whether it is really they who ask; then make a link by which a user chooses a new password, shown once."""
    form, actor = ConfirmForm(), current_actor()
    if not form.validate_on_submit():
        return _confirm_page("user_link", form, number)
    try:
        with unit_of_work(db.session, actor, intent="user.reset_link"):
            shown = _with_link(user_register.hold(db.session, actor, number))
    except Refused as refusal:
        return _confirm_page("user_link", beside(form, refusal), number, errors.status_of(refusal))
    return _link_page(shown, is_new=False)


def _with_link(one: User) -> dict[str, object]:
    """Whoever the link is for, and its address, which is kept nowhere."""
    secret = passwords.issue_reset(db.session, current_actor(), one)
    address = addresses.whole("reset.follow", secret=secret)
    return {"number": one.id, "name": one.name, "email": one.email, "address": address}


def _link_page(shown: dict[str, object], *, is_new: bool):
    answer = make_response(render_template("admin/user_link_shown.html", user=shown, is_new=is_new))
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _offer(form: NewUserForm | ChangeUserForm) -> None:
    offered = verticals.listed(db.session, inactive=True), place_register.tree(db.session), programs.listed(db.session)
    form.offer(*offered)


def _filled(form: ChangeUserForm, one: User) -> ChangeUserForm:
    form.name.data, form.role.data, form.agent_code.data = one.name, one.role.value, one.agent_code or ""
    form.verticals.data = [member.vertical_id for member in one.memberships]
    form.places.data = [place.id for place in user_register.places_of(db.session, one)]
    form.programs.data = [program.id for program in user_register.programs_of(db.session, one)]
    form.catch_up(one.version_id)
    return form


def _now(one: User) -> list[tuple[str, str]]:
    """What stands now, for one whose page was out of date."""
    form = ChangeUserForm(formdata=None)
    _offer(form)
    _filled(form, one)
    return [
        (form.name.label.text, one.name),
        (form.role.label.text, _chosen(form.role)),
        (form.verticals.label.text, _chosen(form.verticals)),
        (form.places.label.text, _chosen(form.places)),
        (form.programs.label.text, _chosen(form.programs)),
        (form.agent_code.label.text, one.agent_code or ""),
    ]


def _chosen(field: SelectField | SelectMultipleField) -> str:
    return ", ".join(str(choice.label) for choice in field.iter_choices() if choice.selected)


def _change_page(form: ChangeUserForm, one: User, status: int = 200, now=()):
    is_me = one.id == current_actor().user_id
    return render_template("admin/user_change.html", form=form, user=one, is_me=is_me, now=now), status


def _leaving_page(form: VersionedForm, number: int, status: int = 200):
    one = user_register.find(db.session, current_actor(), number)
    form.catch_up(one.version_id)
    holding = user_leaving.holding(db.session, current_actor(), one)
    shown = {"form": form, "user": one, "holding": holding, "most_cases": user_leaving.MOST_CASES}
    return render_template("admin/user_deactivate.html", **shown, is_me=one.id == current_actor().user_id), status


def _confirm_page(name: str, form: ConfirmForm, number: int, status: int = 200):
    one = user_register.find(db.session, current_actor(), number)
    protected = second_factor.is_on(db.session, one.id)
    return render_template(f"admin/{name}.html", form=form, user=one, protected=protected), status


def _back(number: int):
    return fragments.go_to(url_for("admin.user", number=number))
