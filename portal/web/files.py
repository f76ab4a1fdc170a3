"""Reading a file of a person, a household, a consent or a case: for saving, or for the browser's own viewer."""

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


@blueprint.get("/<uuid:file>/view")
def view(file: UUID):
    """A PDF in the browser's own viewer; what such a viewer does not show is offered for saving."""
    return uploads.view(db.session, current_actor(), attachments.read(db.session, current_actor(), file))
