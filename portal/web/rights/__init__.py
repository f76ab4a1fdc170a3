"""What people may ask of the office about their own data, and what is done about it."""

from flask import Blueprint

from portal.web.rights import asking, erasing, restricting, taking_out

blueprint = Blueprint("rights", __name__, url_prefix="/app")

for _rule, _endpoint, _view, _methods in (
    ("/rights", "index", asking.index, ["GET"]),
    ("/people/<int:id>/rights", "of_person", asking.of_person, ["GET", "POST"]),
    ("/people/<int:id>/rights/<int:asked>", "answer", asking.answer, ["GET", "POST"]),
    ("/people/<int:id>/restriction", "restriction", restricting.restriction_page, ["GET", "POST"]),
    ("/people/<int:id>/erasure", "erasure", erasing.erasure_page, ["GET", "POST"]),
    ("/people/<int:id>/export", "export", taking_out.export, ["GET", "POST"]),
):
    blueprint.add_url_rule(_rule, _endpoint, _view, methods=_methods)
