"""The thread of a case as it is shown, with its two writers."""

from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from portal.core import attachments, case_people, drafts, outbox, timeline
from portal.core.models import Attachment, Draft
from portal.core.outbox import Waiting
from portal.core.timeline import Cursor, Entry, Kind, Page
from portal.web.cases.head import Head
from portal.web.cases.words import person_name
from portal.web.messages.forms import MessageForm, NoteForm

FORMS = ("message", "note")
FEWEST = 5  # entries that the overview shows unfolded, beside all that is new


@dataclass
class Thread:
    """A page of the thread, and what may be written under it."""

    page: Page
    folded: bool = False  # the overview folds away what was read before
    files: dict[int, list[Attachment]] = field(default_factory=dict)  # by the message they came with

    @property
    def shown(self) -> int:
        """How many of the newest entries stand unfolded."""
        return max(FEWEST, len(self.page.new)) if self.folded else len(self.page.entries)

    def files_of(self, entry: Entry) -> list[Attachment]:
        """The files that came with an entry."""
        return self.files.get(entry.id, []) if entry.kind is Kind.MESSAGE else []


@dataclass
class Writers:
    """The two forms under a thread, as they were left. They share nothing but their place."""

    head: Head
    message: MessageForm
    note: NoteForm
    drafts: dict[str, Draft]
    held: list[Waiting]  # what the reader has sent and can still take back

    @property
    def recipients(self):
        """Who can be written to, clients first."""
        return case_people.reachable(self.head.people)


def of_case(session: Session, head: Head, *, before: str | None = None, folded: bool = False) -> Thread:
    """The newest page of the thread, or the one below ``before``."""
    wanted = {"kinds": timeline.THREAD, "before": Cursor.parse(before), "group": head.group}
    page = timeline.page(session, head.actor, head.case, **wanted)
    if head.is_hidden:
        return Thread(timeline.nothing(page), folded)
    messages = [entry.id for entry in page.entries if entry.kind is Kind.MESSAGE]
    return Thread(page, folded, attachments.of_messages(session, messages) if messages else {})


def writers(session: Session, head: Head) -> Writers:
    """Both forms, each with what its draft holds."""
    kept, held = outbox.beside_drafts(session, head.actor, head.group, FORMS, str(head.case.id))
    message = MessageForm(formdata=None, data=_known(kept.get("message"), "text", "to"))
    message.offer(case_people.reachable(head.people), person_name)
    return Writers(head, message, NoteForm(formdata=None, data=_known(kept.get("note"), "text")), kept, held)


def _known(draft: Draft | None, *names: str) -> dict[str, object]:
    fields = {name: value for name, value in drafts.fields_of(draft).items() if name in names}
    if not str(fields.get("to", "")).isdecimal():
        fields.pop("to", None)
    return {name: int(value) if name == "to" else value for name, value in fields.items()}
