"""The tab of a case's files: the list, adding several at once, and a page for one that can be looked at."""

from uuid import UUID

from flask import flash, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from portal import uploads
from portal.core import attachments, cases
from portal.core.errors import Forbidden, InvalidInput, NotFound, Refused
from portal.core.permissions import Permission
from portal.core.timeline import Cursor, Kind
from portal.core.unit import unit_of_work
from portal.extensions import db
from portal.uploads import Arrivals
from portal.web import errors, fragments
from portal.web.access import current_actor
from portal.web.case_files import limits, words
from portal.web.case_files.forms import FilesForm
from portal.web.cases import answers, head


def show(number: int):
    """What lies on the case, newest first, and the form for adding to it."""
    return _page(number, FilesForm(formdata=None))


def add(number: int):
    """Add files to the case: all of them, or none where one is refused."""
    form = FilesForm()
    try:
        # Nobody fills the storage for a case that takes nothing from them.
        with unit_of_work(db.session, current_actor(), intent="attachment.add"):
            case = cases.find(db.session, current_actor(), number)
            cases.require_writable(db.session, current_actor(), case, Permission.ATTACH)
        if not form.offer().validate():
            return _page(number, form, 413 if form.too_large else 422)
        with uploads.arriving(form.sent, limit=limits.LARGEST) as arrivals:
            _record(number, form, arrivals)
    except Forbidden:
        raise
    except InvalidInput as refusal:
        form.files.errors = [_(refusal.message)]
        return _page(number, form, 422)
    except Refused as refusal:
        return _page(number, form, errors.status_of(refusal), _(refusal.message))
    flash(ngettext("%(num)s file was added.", "%(num)s files were added.", len(form.sent)), "success")
    return fragments.go_to(url_for("cases.files", number=number))


def file(number: int, file: UUID):
    """One file of the case: a picture is shown, a PDF opens in the browser's viewer, and each can be saved."""
    top = head.of_case(db.session, current_actor(), number)
    found = attachments.find(db.session, current_actor(), file)
    if found.case_id not in (number, *top.joined):
        raise NotFound("There is no such file.", target="file")
    if found.case_id in top.closed:
        attachments.read(db.session, current_actor(), file)  # raises: consent to that case was withdrawn
    shown = {"head": top, "file": found, "words": words}
    return answers.read(number, "case_files/file.html", others=top.joined, **shown)


def allow_for_files(endpoint: str | None, _values: dict | None) -> None:
    """Let a request with files be larger than others; it is known before anything of it is read."""
    if endpoint in ("cases.add_files", "cases.write_message"):
        request.max_content_length = limits.LARGEST_BODY


def _record(number: int, form: FilesForm, arrivals: Arrivals) -> None:
    about = {"description": (form.description.data or "").strip(), "classification": form.classification.data}
    with unit_of_work(db.session, current_actor(), intent="attachment.add"):
        case = cases.find(db.session, current_actor(), number, lock=True)
        for brought in arrivals.brought:
            attachments.add(db.session, current_actor(), brought, case=case, **about)
        arrivals.keep()


def _page(number: int, form: FilesForm, status: int = 200, happened: str = ""):
    top = head.of_case(db.session, current_actor(), number)
    shown = {
        "head": top,
        "files": attachments.told(db.session, top.group),
        "form": form.offer(),
        "refusal": attachments.refusal(top.facts),
        "happened": happened,
        "limits": limits,
        "words": words,
        "message_place": lambda line: Cursor(line.message_at, Kind.MESSAGE, line.message_id + 1),
    }
    return answers.read(
        number, "case_files/index.html", "case_files/_add.html", status=status, others=top.joined, **shown
    )
