"""Reading a file that belongs to a person, a household, a consent or a case: offered for saving, never shown."""

from uuid import UUID

from flask import Blueprint

from portal import uploads
from portal.core import attachments
from portal.extensions import db
from portal.web.access import current_actor

blueprint = Blueprint("files", __name__, url_prefix="/app/files")


@blueprint.get("/<uuid:file>")
def read(file: UUID):
    """The file itself, for those who see what it belongs to."""
    return uploads.send(db.session, current_actor(), attachments.read(db.session, current_actor(), file))
