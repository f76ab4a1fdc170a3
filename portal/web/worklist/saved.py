"""Views that are kept under a name: saving what the list shows, renaming, sharing, deleting."""

from flask import flash, render_template, request, url_for
from flask_babel import gettext as _

from portal.core import saved_views, verticals
from portal.core.errors import InvalidInput, StaleVersion
from portal.core.models import SavedView, Vertical
from portal.core.saved_views import Sharing
from portal.core.unit import unit_of_work
from portal.extensions import db
from portal.web import fragments
from portal.web.access import current_actor
from portal.web.worklist import asking
from portal.web.worklist.forms import SavedViewForm


def index():
    """The saved views that one has, and those that colleagues share."""
    found = saved_views.listed(db.session, current_actor())
    addresses = {one.id: asking.of_saved(one, current_actor()).url() for one in found}
    return render_template("worklist/saved.html", found=found, addresses=addresses)


def ask():
    """What the view is to be called, and with whom it is shared."""
    return _page(_offered(SavedViewForm(formdata=None, sharing=Sharing.NOBODY.value)))


def save():
    """Keep the view that the address asks for."""
    actor, form = current_actor(), _offered(SavedViewForm())
    asked = asking.first_page(request.args, actor)
    if not form.validate():
        return _page(form, status=422)
    try:
        with unit_of_work(db.session, actor, intent="saved_view.save"):
            sharing, vertical = _sharing(form)
            saved_views.save(db.session, actor, form.name.data, asked.values, sharing=sharing, vertical=vertical)
    except InvalidInput as refusal:
        return _page(_beside(form, refusal), status=422)
    flash(_("The view is saved. It stands beside the tabs."), "success")
    return fragments.go_to(asked.url())


def show(saved: int):
    """One view: what it is called, and with whom it is shared."""
    found = saved_views.find(db.session, current_actor(), saved)
    form = _offered(SavedViewForm(formdata=None, name=found.name, sharing=_shared(found)))
    form.version.data = found.version_id
    return _page(form, found)


def change(saved: int):
    """Rename one's own view, or share it otherwise."""
    actor, form = current_actor(), _offered(SavedViewForm())
    found = saved_views.find(db.session, actor, saved)
    if not form.validate() and found.owner_id == actor.user_id:
        return _page(form, found, status=422)
    try:
        with unit_of_work(db.session, actor, intent="saved_view.change"):
            found = saved_views.find(db.session, actor, saved)
            sharing, vertical = _sharing(form)
            told = {"name": form.name.data or "", "sharing": sharing, "vertical": vertical}
            saved_views.change(db.session, actor, found, **told, version=form.version.data)
    except InvalidInput as refusal:
        return _page(_beside(form, refusal), saved_views.find(db.session, actor, saved), status=422)
    except StaleVersion:
        found = saved_views.find(db.session, actor, saved)
        form.version.data, form.version.raw_data = found.version_id, None
        form.name.errors = [_("You changed this view elsewhere meanwhile. It is now called %(name)s.", name=found.name)]
        return _page(form, found, status=409)
    flash(_("The view is changed."), "success")
    return fragments.go_to(url_for("worklist.saved_views"))


def remove(saved: int):
    """Delete one's own view; the cases that it showed are not touched."""
    actor = current_actor()
    with unit_of_work(db.session, actor, intent="saved_view.remove"):
        saved_views.remove(db.session, actor, saved_views.find(db.session, actor, saved))
    flash(_("The view is deleted."), "success")
    return fragments.go_to(url_for("worklist.saved_views"))


def _page(form: SavedViewForm, found: SavedView | None = None, *, status: int = 200):
    actor = current_actor()
    asked = asking.of_saved(found, actor) if found else asking.first_page(request.args, actor)
    own = found is None or found.owner_id == actor.user_id
    return render_template("worklist/saved_view.html", form=form, found=found, asked=asked, own=own), status


def _offered(form: SavedViewForm) -> SavedViewForm:
    return form.offer(_own_verticals())


def _own_verticals() -> list[Vertical]:
    return [one for one in verticals.listed(db.session) if one.id in current_actor().vertical_ids]


def _shared(found: SavedView) -> str:
    return f"vertical-{found.vertical_id}" if found.vertical_id else found.shared_with


def _sharing(form: SavedViewForm) -> tuple[Sharing, Vertical | None]:
    """With whom the form shares the view; the vertical is one of the reader's own."""
    kind, _dash, number = (form.sharing.data or Sharing.NOBODY.value).partition("-")
    sharing = Sharing(kind) if kind in list(Sharing) else Sharing.NOBODY
    return sharing, next((one for one in _own_verticals() if str(one.id) == number), None)


def _beside(form: SavedViewForm, refusal: InvalidInput) -> SavedViewForm:
    field = form.sharing if refusal.target == "sharing" else form.name
    field.errors = [*field.errors, _(refusal.message)]
    return form
