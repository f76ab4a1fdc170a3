"""A person's consents: what stands for which service, and everything that is done with them. All addresses are here."""

from flask import Blueprint

from portal.web.consents import ending, taking, views

blueprint = Blueprint("consents", __name__, url_prefix="/app/people/<int:id>/consents")

for _rule, _endpoint, _view, _methods in (
    ("", "index", views.index, ["GET"]),
    ("/new", "capture", taking.capture, ["GET", "POST"]),
    ("/<int:consent>", "show", views.show, ["GET"]),
    ("/<int:consent>/renew", "renew", taking.renew, ["GET", "POST"]),
    ("/<int:consent>/evidence", "prove", taking.prove, ["GET", "POST"]),
    ("/<int:consent>/verify", "verify", ending.verify, ["POST"]),
    ("/<int:consent>/reject", "reject", ending.reject, ["GET", "POST"]),
    ("/<int:consent>/withdraw", "withdraw", ending.withdraw, ["GET", "POST"]),
):
    blueprint.add_url_rule(_rule, _endpoint, _view, methods=_methods)
