"""How a team is doing: four numbers with the lists behind them, and what each worker has in hand."""

from flask import Blueprint, render_template
from flask_babel import gettext as _

from portal.core import clock, covers, reports
from portal.core.reports import InHand
from portal.extensions import db
from portal.web import csv_rows
from portal.web.access import current_actor
from portal.web.covers import words as cover_words
from portal.web.formats import office_zone
from portal.web.reports import asking, readings, words
from portal.web.reports.asking import Team
from portal.web.worklist.words import at_most

blueprint = Blueprint("reports", __name__, url_prefix="/app/reports")
blueprint.add_url_rule("/access", "access_log", readings.index)
MOST = 200  # workers on the page; a vertical can be chosen


@blueprint.get("")
def index():
    """The numbers, and the table of workers in the order that the address asks for."""
    team = asking.team()
    rows = _workers(team)
    shown = {
        "team": team,
        "figures": [
            (*words.FIGURES[figure], at_most(number), team.figure_url(figure))
            for figure, number in _figures(team).items()
        ],
        "columns": [(team.column(by), name) for by, name in words.SORTS.items()],
        "rows": rows[:MOST],
        "total": len(rows),
        "covers": _covers(rows[:MOST]),
        "now": clock.now(),
    }
    return render_template("reports/index.html", **shown)


@blueprint.get("/numbers.csv")
def numbers_csv():
    """The four numbers with what they mean."""
    rows = [(words.FIGURES[one][0], at_most(number), words.FIGURES[one][1]) for one, number in _figures().items()]
    return csv_rows.answer("numbers.csv", [words.NUMBER_HEAD, *rows])


@blueprint.get("/workers.csv")
def workers_csv():
    """The table of workers in the order that the address asks for."""
    rows = [_line(row) for row in _workers()]
    return csv_rows.answer("workers.csv", [words.WORKER_HEAD, *rows])


def _figures(team: Team | None = None):
    team = team or asking.team()
    return reports.figures(db.session, current_actor(), clock.today(office_zone()), vertical=team.vertical)


def _workers(team: Team | None = None) -> list[InHand]:
    team = team or asking.team()
    found = reports.workers(db.session, current_actor(), clock.today(office_zone()), vertical=team.vertical)
    return reports.sort(found, team.by, descending=team.descending)


def _covers(rows: list[InHand]) -> dict[int, list[str]]:
    """Who covers for each of them, now or later, in words."""
    found: dict[int, list[str]] = {}
    for cover in covers.standing(db.session, [row.user.id for row in rows]):
        who = _("%(by)s, %(when)s", by=cover.by.name, when=cover_words.when(cover))
        found.setdefault(cover.user_id, []).append(who)
    return found


def _line(row: InHand) -> list[object]:
    days = row.untouched(clock.now())
    return [row.user.name, row.open, row.oldest_reference, "" if days is None else days, row.overdue]
