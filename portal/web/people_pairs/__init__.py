"""People who may be one: the queue of pairs, joining records and taking them apart. All addresses are here."""

from flask import Blueprint

from portal.web.people_pairs import apart, comparing, deciding, joining, queue

blueprint = Blueprint("people_pairs", __name__, url_prefix="/app/people")

for _rule, _endpoint, _view, _methods in (
    ("/pairs", "index", queue.index, ["GET"]),
    ("/pairs/<int:pair>", "show", comparing.show, ["GET"]),
    ("/pairs/<int:pair>/different", "different", deciding.different, ["POST"]),
    ("/pairs/<int:pair>/ask-again", "ask_again", deciding.ask_again, ["POST"]),
    ("/<int:id>/same", "choose", joining.choose, ["GET"]),
    ("/<int:id>/same/<int:other>", "compare", comparing.compare, ["GET"]),
    ("/<int:id>/same/<int:other>/join", "join", joining.join, ["GET", "POST"]),
    ("/<int:id>/records", "records", apart.records, ["GET"]),
    ("/<int:id>/apart", "apart", apart.apart, ["GET", "POST"]),
):
    blueprint.add_url_rule(_rule, _endpoint, _view, methods=_methods)
