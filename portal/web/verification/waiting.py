"""What waits to be verified by the reader, oldest first: people, households, consents."""

from flask import render_template, request

from portal.core import checking
from portal.extensions import db
from portal.web.access import current_actor
from portal.web.cases.words import person_name

KINDS = {"people": checking.people, "households": checking.households, "consents": checking.consents}


def waiting():
    """One kind of what waits, a page at a time."""
    kind = request.args.get("show") if request.args.get("show") in KINDS else "people"
    text = request.args.get("after", "")
    after = int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else 0
    page = KINDS[kind](db.session, current_actor(), after=after)
    shown = {"kind": kind, "page": page, "after": after, "person_name": person_name}
    return render_template("verification/waiting.html", **shown)
