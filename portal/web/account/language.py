"""The language in which the portal speaks to somebody, where there is more than one to choose from."""

from babel import Locale
from flask import Blueprint, current_app, flash, url_for
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from wtforms import SelectField

from portal.core import accounts
from portal.core.unit import unit_of_work
from portal.extensions import db
from portal.web import fragments
from portal.web.access import current_actor

blueprint = Blueprint("language", __name__, url_prefix="/app/account")


@blueprint.app_template_global("languages_offered")
def offered() -> list[tuple[str, str]]:
    """The languages of this installation, each called as its speakers call it; none where there is no choice."""
    names = current_app.extensions["settings"].languages
    return [(name, Locale.parse(name).get_display_name(name).title()) for name in names] if len(names) > 1 else []


class LanguageForm(FlaskForm):
    """One of the languages there are."""

    language = SelectField()


@blueprint.post("/language")
def choose():
    """Speak another language from the next page on; what this installation does not speak changes nothing."""
    actor, form = current_actor(), LanguageForm()
    form.language.choices = offered()
    if form.validate_on_submit():
        with unit_of_work(db.session, actor, intent="account.choose_language"):
            accounts.choose_language(db.session, actor, form.language.data)
        with force_locale(form.language.data):
            flash(_("The portal speaks to you in this language now."), "success")
    return fragments.go_to(url_for("account.show"))
