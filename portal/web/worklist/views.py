"""The work-list."""

from flask import Blueprint, request

from portal.core.errors import InvalidInput
from portal.extensions import db
from portal.web import fragments
from portal.web.access import current_actor
from portal.web.worklist import asking, saved, several, words
from portal.web.worklist.shown import Shown

blueprint = Blueprint("worklist", __name__, url_prefix="/app")
blueprint.add_url_rule("/several/<any(assign, review):act>", "several", several.look)
blueprint.add_url_rule("/several/<any(assign, review):act>", "change_several", several.change, methods=["POST"])
blueprint.add_url_rule("/several/report", "report", several.report)
blueprint.add_url_rule("/several/report", "go_on", several.go_on, methods=["POST"])
blueprint.add_url_rule("/views", "saved_views", saved.index)
blueprint.add_url_rule("/views/new", "ask_view", saved.ask)
blueprint.add_url_rule("/views/new", "save_view", saved.save, methods=["POST"])
blueprint.add_url_rule("/views/<int:saved>", "saved_view", saved.show)
blueprint.add_url_rule("/views/<int:saved>", "change_view", saved.change, methods=["POST"])
blueprint.add_url_rule("/views/<int:saved>/remove", "remove_view", saved.remove, methods=["POST"])


@blueprint.get("/")
def index():
    """A page of a view; an address that leads nowhere leads to its first page."""
    actor = current_actor()
    try:
        shown = Shown(db.session, actor, asking.read(request.args, actor))
    except InvalidInput:
        return fragments.go_to(asking.first_page(request.args, actor).url())
    return fragments.render("worklist/index.html", "worklist/_swap.html", shown=shown, words=words)
