"""The first page of the administration: what there is for whom."""

from flask import render_template


def index():
    """The pages of the administration that the reader may open."""
    return render_template("admin/index.html")
