"""The front door: ``/`` leads to the work-list."""

from flask import Blueprint, redirect, url_for

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
def index():
    """Lead to the work-list; who is not signed in is asked to there."""
    return redirect(url_for("worklist.index"), 303)
