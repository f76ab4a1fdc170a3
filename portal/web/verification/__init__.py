"""Confirming who people and households are, and putting records away. All addresses are here."""

from flask import Blueprint

from portal.web.verification import records, waiting

blueprint = Blueprint("verification", __name__, url_prefix="/app")

for _rule, _endpoint, _view, _methods in (
    ("/people/waiting", "waiting", waiting.waiting, ["GET"]),
    ("/people/<int:id>/verification", "person", records.person, ["GET", "POST"]),
    ("/people/<int:id>/verification/shown", "reveal_person", records.reveal_person, ["POST"]),
    ("/people/<int:id>/archive", "archive_person", records.archive_person, ["GET", "POST"]),
    ("/people/<int:id>/restore", "restore_person", records.restore_person, ["GET", "POST"]),
    ("/households/<uuid:household>/verification", "household", records.household, ["GET", "POST"]),
    ("/households/<uuid:household>/verification/shown", "reveal_household", records.reveal_household, ["POST"]),
    ("/households/<uuid:household>/archive", "archive_household", records.archive_household, ["GET", "POST"]),
    ("/households/<uuid:household>/restore", "restore_household", records.restore_household, ["GET", "POST"]),
):
    blueprint.add_url_rule(_rule, _endpoint, _view, methods=_methods)
