"""Choosing what goes into a case file, and making it: as PDF for saving, or as a page to print."""

import io

from flask import make_response, render_template, request, send_file
from flask_babel import gettext as _

from portal.core import case_file, codes
from portal.core.case_file import Part
from portal.core.errors import ConsentRequired, InvalidInput
from portal.core.permissions import Permission, require
from portal.core.unit import unit_of_work
from portal.extensions import db
from portal.web.access import current_actor
from portal.web.case_file import forms, pdf
from portal.web.case_file.document import Document, build
from portal.web.case_file.forms import CaseFileForm
from portal.web.case_file.sections import about, sections
from portal.web.cases import answers, head, views

_FIELDS = {"parts": "parts", "reason_code": "reason", "reason_text": "reason_text"}


def choose(number: int):
    """What goes in, and why the file is made."""
    return _page(number, CaseFileForm(formdata=None))


def make(number: int):
    """Make the file and record who took it out; nothing of it stays here."""
    form, as_page = CaseFileForm().offer(), request.form.get("as") == "page"
    if not form.validate():
        return _page(number, form, 422)
    try:
        document = _document(number, form, "page" if as_page else "pdf")
    except InvalidInput as refusal:
        field = form[_FIELDS[refusal.target]]
        field.errors = [*field.errors, _(refusal.message)]
        return _page(number, form, 422)
    except ConsentRequired:
        return _page(number, form, 403)
    if as_page:
        return make_response(render_template("case_file/printed.html", document=document, number=number))
    try:
        made = pdf.made_from(document)
    except pdf.NotMade:
        form.form_errors.append(
            _("This is too much for one PDF. Choose fewer parts, or open it as a page and print that.")
        )
        return _page(number, form, 422)
    return send_file(
        io.BytesIO(made),
        mimetype="application/pdf",
        as_attachment=True,
        download_name=f"{document.reference}.pdf",
        conditional=False,
        etag=False,
    )


def _document(number: int, form: CaseFileForm, kind: str) -> Document:
    """What the file says, collected and recorded in one unit; it is drawn afterwards."""
    actor = current_actor()
    with unit_of_work(db.session, actor, intent="case.export"):
        case = case_file.find(db.session, actor, number)
        parts = [Part(name) for name in form.parts.data]
        reason = {"reason_code": form.reason.data, "text": form.reason_text.data}
        made = case_file.export(db.session, actor, case, parts, **reason, form=kind)
        of_services = [("service", service.code) for service in made.services]
        wanted = [*views.case_codes(case, made.people), *views.people_codes(made.people), *of_services]
        labels = codes.labels(db.session, wanted)
        return build(actor, made, about(made, labels), sections(made, labels))


def _page(number: int, form: CaseFileForm, status: int = 200):
    top = head.of_case(db.session, current_actor(), number)
    require(current_actor(), Permission.EXPORT, top.case)
    shown = {"form": form.offer(), "hints": {part.value: words for part, words in forms.HINTS.items()}}
    return answers.read(number, "case_file/choose.html", status=status, head=top, **shown)
