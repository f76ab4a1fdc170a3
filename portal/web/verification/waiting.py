"""What waits to be verified by the reader, oldest first: people, households, consents."""

from flask import render_template, request

from portal.core import checking, safe_contact
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
    whose = {"people": "id", "households": "leader_id", "consents": "person_id"}[kind]
    named = {getattr(row.subject, whose) for row in page.rows}
    to_mind = safe_contact.to_mind(db.session, current_actor(), named)
    shown = {"to_mind": to_mind, "kind": kind, "page": page, "after": after, "person_name": person_name}
    return render_template("verification/waiting.html", **shown)
