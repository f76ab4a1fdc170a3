"""The case: one page with its tabs, and everything that is done on it. All addresses of it stand here."""

from flask import Blueprint

from portal.core import lifecycle
from portal.web.case_file import views as case_file
from portal.web.case_files import views as case_files
from portal.web.cases import changes, steps, views, words
from portal.web.conflicts import of_case as conflicts
from portal.web.legal_holds import views as legal_holds
from portal.web.messages import looking
from portal.web.messages import views as messages
from portal.web.participation import assigning, handing_over, participants
from portal.web.restrictions import views as restrictions
from portal.web.structure import merging, splitting, undoing

blueprint = Blueprint("cases", __name__, url_prefix="/app/cases/<int:number>")

_step = f"/<any({', '.join(dict.fromkeys(row.action.value for row in lifecycle.STEPS))}):action>"

for _rule, _endpoint, _view, _methods in (
    ("", "show", views.show, ["GET"]),
    ("/messages", "messages", views.messages, ["GET"]),
    ("/people", "people", views.people, ["GET"]),
    ("/people/shown", "reveal", views.reveal, ["POST"]),
    ("/history", "history", views.history, ["GET"]),
    ("/files", "files", case_files.show, ["GET"]),
    ("/files", "add_files", case_files.add, ["POST"]),
    ("/files/<uuid:file>", "file", case_files.file, ["GET"]),
    ("/file", "case_file", case_file.choose, ["GET"]),
    ("/file", "make_case_file", case_file.make, ["POST"]),
    ("/participants", "participants", participants.show, ["GET"]),
    ("/participants", "invite", participants.invite, ["POST"]),
    ("/participants/<int:part>/remove", "remove_participant", participants.remove, ["GET", "POST"]),
    ("/assignments", "assignments", assigning.show, ["GET"]),
    ("/assignments", "add_assignment", assigning.add, ["POST"]),
    ("/assignments/<int:assignment>/end", "end_assignment", assigning.end, ["GET", "POST"]),
    ("/conflicts", "conflicts", conflicts.show, ["GET"]),
    ("/conflicts", "check_conflicts", conflicts.check, ["POST"]),
    ("/transfer", "transfer", handing_over.transfer, ["GET", "POST"]),
    ("/transfer/approval", "ask_approval", handing_over.ask, ["POST"]),
    ("/merge", "merge", merging.merge, ["GET", "POST"]),
    ("/unmerge", "unmerge", undoing.unmerge, ["GET", "POST"]),
    ("/split", "split", splitting.split, ["GET", "POST"]),
    ("/messages", "write_message", messages.write_message, ["POST"]),
    ("/messages/new", "look", looking.look, ["POST"]),
    ("/messages/held/<int:held>/undo", "undo_message", messages.undo_message, ["POST"]),
    ("/notes", "write_note", messages.write_note, ["POST"]),
    ("/drafts/<any(message, note):form>", "draft", messages.draft, ["POST"]),
    ("/edit", "edit", changes.edit, ["GET", "POST"]),
    ("/edit/draft", "draft_edit", changes.draft, ["POST"]),
    ("/assign", "assign", changes.assign, ["GET", "POST"]),
    ("/belonging", "belong", changes.belong, ["GET", "POST"]),
    ("/review", "review", changes.review, ["GET", "POST"]),
    ("/restriction", "restriction", restrictions.show, ["GET"]),
    ("/restriction", "restrict", restrictions.change, ["POST"]),
    ("/restriction/lift", "lift_restriction", restrictions.lift, ["POST"]),
    ("/hold", "hold", legal_holds.show, ["GET"]),
    ("/hold", "place_hold", legal_holds.hold, ["POST"]),
    ("/hold/lift", "lift_hold", legal_holds.lift, ["POST"]),
    (_step, "confirm", steps.confirm, ["GET"]),
    (_step, "change", steps.change, ["POST"]),
    (f"{_step}/draft", "draft_step", steps.draft, ["POST"]),
):
    blueprint.add_url_rule(_rule, _endpoint, _view, methods=_methods)

blueprint.url_value_preprocessor(case_files.allow_for_files)
blueprint.context_processor(words.for_templates)
