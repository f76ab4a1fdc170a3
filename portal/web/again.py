"""A form whose transaction lost against another at the same rows is taken again: nothing of the first try is left."""

import sqlalchemy as sa
from flask import current_app, request
from werkzeug.exceptions import HTTPException

from portal.core.database import is_passing
from portal.core.errors import DomainError
from portal.extensions import db
from portal.web import errors

ATTEMPTS = 3


def take_again(error: sa.exc.DBAPIError):
    """The answer of the view when it is asked once more. Raises the error where that cannot help."""
    view = current_app.ensure_sync(current_app.view_functions[request.endpoint])
    for _ in range(ATTEMPTS):
        if request.method != "POST" or request.files or not is_passing(error):
            break
        db.session.rollback()
        try:
            return view(**request.view_args)
        except sa.exc.DBAPIError as later:
            error = later
        except DomainError as refusal:
            return errors.domain_page(refusal)
        except HTTPException as failure:
            return errors.http_page(failure)
    raise error
