"""Households: the list, one of them with who belongs to it, registering one, who joins and leaves. All addresses."""

from flask import Blueprint

from portal.web.households import changes, views

blueprint = Blueprint("households", __name__, url_prefix="/app/households")

for _rule, _endpoint, _view, _methods in (
    ("/", "index", views.index, ["GET"]),
    ("/new", "register", changes.register, ["GET", "POST"]),
    ("/<uuid:household>", "show", views.show, ["GET"]),
    ("/<uuid:household>/shown", "reveal", views.reveal, ["POST"]),
    ("/<uuid:household>/members/new", "add_member", changes.add_member, ["GET", "POST"]),
    ("/<uuid:household>/members/<int:person>/end", "end_member", changes.end_member, ["GET", "POST"]),
):
    blueprint.add_url_rule(_rule, _endpoint, _view, methods=_methods)
