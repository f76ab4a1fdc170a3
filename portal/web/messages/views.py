"""Writing in the thread of a case: a message to somebody, or a note for the team.

Two addresses, two forms, two tables: nothing that is written as a note passes where messages do.
"""

from functools import partial

from flask import flash, make_response, render_template, request, url_for
from flask_babel import gettext as _

from portal import uploads
from portal.core import case_people, cases, drafts, merging, outbox, timeline
from portal.core import notes as core_notes
from portal.core.actors import Actor
from portal.core.errors import AlreadyDone, Forbidden, InvalidInput, Refused
from portal.core.models import Case, Person
from portal.core.permissions import Permission
from portal.core.unit import unit_of_work
from portal.extensions import db
from portal.uploads import Arrivals
from portal.web import formats, fragments, late
from portal.web.access import current_actor
from portal.web.case_files import limits
from portal.web.cases import head, unsent
from portal.web.cases.forms import newlines
from portal.web.cases.words import person_name
from portal.web.messages import thread
from portal.web.messages.forms import MessageForm, NoteForm

PERMISSIONS = {"message": Permission.WRITE_MESSAGE, "note": Permission.WRITE_NOTE}


def keep_late(actor: Actor, number: int, form: str) -> str:
    """Keep what was written in a session that was over."""
    unsent.keep_late(actor, number, form, str(number), form, permission=PERMISSIONS[form])
    return url_for("cases.messages", number=number)


@late.kept_by(partial(keep_late, form="message"))
def write_message(number: int):
    """Write to somebody on the case: held first, so that it can be taken back, then recorded; the page says which."""
    form = MessageForm()
    try:
        _offer(number, form)
        if not form.validate():
            raise InvalidInput("Look at the fields again.", target="form")
        with uploads.arriving(form.sent, limit=limits.LARGEST) as arrivals:
            landed, until = _hold(number, form, arrivals)
    except (InvalidInput, Refused) as refusal:
        return _refused(number, "message", form, refusal)
    return _written(
        number, landed, "message", _("The message is held until %(time)s. You can still undo it.", time=until)
    )


def _offer(number: int, form: MessageForm) -> None:
    """Let those be chosen who can be written to. Files are not even looked at for a case that takes none."""
    case = cases.find(db.session, current_actor(), number)
    parts = case_people.of_case(db.session, case, group=merging.group(db.session, current_actor(), case))
    form.offer(case_people.reachable(parts), person_name)
    if form.sent:
        with unit_of_work(db.session, current_actor(), intent="attachment.add"):
            case = cases.find(db.session, current_actor(), number)
            cases.require_writable(db.session, current_actor(), cases.root(db.session, case), Permission.ATTACH)


def _hold(number: int, form: MessageForm, arrivals: Arrivals) -> tuple[int, str]:
    """On which case the message will stand, and until when it can be undone."""
    with unit_of_work(db.session, current_actor(), intent="message.write"):
        case = cases.hold_root(db.session, cases.find(db.session, current_actor(), number))
        outbox.release(db.session, author_id=current_actor().user_id, on=case)  # what was sent first stands first
        to = db.session.get(Person, form.to.data) if form.to and form.to.data else None
        held = outbox.hold(db.session, current_actor(), case, form.text.data, to=to, files=arrivals.brought)
        drafts.discard(db.session, current_actor(), "message", str(number))
        arrivals.keep()
        return held.case_id, formats.exact_time(held.run_at)


def undo_message(number: int, held: int):
    """Take back what was just sent: its text is the draft again, before whatever was begun since."""
    try:
        with unit_of_work(db.session, current_actor(), intent="message.unsend"):
            case = cases.find(db.session, current_actor(), number)
            taken = outbox.take_back(db.session, current_actor(), case, held)
            since = drafts.find(db.session, current_actor(), "message", str(number)) or {}
            begun = newlines(request.form.get("text", since.get("text", ""))) or ""
            fields = {
                "text": "\n\n".join(filter(None, (taken.text, begun.strip()))),
                "to": str(taken.recipient_id or ""),
            }
            title = f"{case.reference}, message"
            drafts.save(db.session, current_actor(), "message", str(number), fields, title=title)
    except AlreadyDone:
        flash(_("It was too late to undo: the message is recorded."), "warning")
        return fragments.go_to(url_for("cases.show", number=number, _anchor="cases-thread"))
    flash(_("The message was taken back. Its text is in the form again."), "success")
    if taken.files:
        flash(_("Choose its files again: %(names)s.", names=", ".join(taken.files)), "info")
    return _shown_again(number, "message", emptied=False)


@late.kept_by(partial(keep_late, form="note"))
def write_note(number: int):
    """Write a note that staff alone can read."""
    form = NoteForm()
    try:
        with unit_of_work(db.session, current_actor(), intent="note.write"):
            case = cases.find(db.session, current_actor(), number, lock=True)
            if not form.validate():
                raise InvalidInput("Look at the fields again.", target="form")
            landed = core_notes.write(db.session, current_actor(), case, form.text.data).case_id
            drafts.discard(db.session, current_actor(), "note", str(number))
    except (InvalidInput, Refused) as refusal:
        return _refused(number, "note", form, refusal)
    return _written(number, landed, "note", _("The note is saved, for staff only."))


@late.kept_by(keep_late)
def draft(number: int, form: str):
    """Keep what is being typed."""
    with unit_of_work(db.session, current_actor(), intent="draft.save"):
        case = unsent.findable(number, PERMISSIONS[form])
        if not _is_written(case, request.form.get("text", "")):
            unsent.keep(case, form, str(number), form)
    return unsent.kept_answer(url_for("cases.messages", number=number, _anchor=f"cases-{form}"))


def _is_written(case: Case, text: str) -> bool:
    """Whether this very text was just written: a draft that arrives after what it became must not come back."""
    said = (newlines(text) or "").strip()
    newest = timeline.page(db.session, current_actor(), case, kinds=timeline.THREAD, limit=3).entries
    mine = [entry for entry in newest if entry.who_id == current_actor().user_id]
    held = outbox.waiting(db.session, current_actor(), [case.id, case.root_id or case.id])
    return any(one.text == said for one in (*mine, *held))


def _written(number: int, landed: int, form: str, said: str):
    """The thread with what was written, and an empty form; a plain browser is led there.

    What was written to a case that was merged meanwhile stands on the case it was merged into: that is shown instead.
    """
    flash(said, "success")
    if landed != number:
        reference = cases.find(db.session, current_actor(), landed).reference
        flash(_("The case was merged meanwhile: what you wrote stands here, on %(ref)s.", ref=reference), "info")
        return fragments.go_to(url_for("cases.show", number=landed, _anchor=f"cases-{form}"))
    return _shown_again(number, form)


def _shown_again(number: int, form: str, *, emptied: bool = True):
    """The form as it is now, with the thread beside it; a plain browser is led there."""
    if not fragments.wants_fragment():
        return fragments.go_to(url_for("cases.show", number=number, _anchor=f"cases-{form}"))
    top = head.of_case(db.session, current_actor(), number)
    shown = {"head": top, "thread": thread.of_case(db.session, top), "writers": thread.writers(db.session, top)}
    answer = make_response(render_template("messages/_written.html", written=form, emptied=emptied, **shown))
    db.session.rollback()
    return answer


def _refused(number: int, which: str, form: MessageForm | NoteForm, refusal):
    """The form again with what is wrong beside the field, or why nothing can be written now; the text is kept."""
    unsent.keep_failed(number, which, str(number), which)
    if isinstance(refusal, Forbidden):
        raise refusal
    if isinstance(refusal, InvalidInput) and refusal.target in form:
        form[refusal.target].errors = [_(refusal.message)]
    top = head.of_case(db.session, current_actor(), number)
    writers = thread.writers(db.session, top)
    setattr(writers, which, form)
    said = None if isinstance(refusal, InvalidInput) else _(refusal.message)
    shown = {"head": top, "writers": writers, "thread": thread.of_case(db.session, top), "refusal": said, "form": form}
    status = 422 if isinstance(refusal, InvalidInput) else 409
    answer = fragments.render("cases/messages.html", f"messages/_{which}.html", status, opened=which, **shown)
    db.session.rollback()
    return answer
