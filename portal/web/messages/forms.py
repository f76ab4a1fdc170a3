"""Two forms that must never be mistaken for one another: what a client reads, and what staff alone read."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import MultipleFileField
from wtforms import SelectField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional

from portal.core.models import Person
from portal.web.case_files.forms import BringsFiles
from portal.web.cases.forms import LONGEST, newlines, options


class MessageForm(BringsFiles):
    """A message to somebody on the case."""

    to = SelectField(_l("To"), [Optional()], coerce=int, id="message-to")
    files = MultipleFileField(_l("Files"), id="message-files")
    text = TextAreaField(
        _l("Message"),
        [DataRequired(_l("Write the message first.")), Length(max=LONGEST)],
        filters=[newlines],
        id="message-text",
    )

    def offer(self, people: list[Person], name) -> "MessageForm":
        """Let one of *people* be chosen; ``name`` says what each is called here."""
        self.to.choices = options((person.id, name(person)) for person in people)
        if not people:
            del self.to
        return self


class NoteForm(FlaskForm):
    """A note for the team."""

    text = TextAreaField(
        _l("Note for the team"),
        [DataRequired(_l("Write the note first.")), Length(max=LONGEST)],
        filters=[newlines],
        id="note-text",
    )
