"""The helpline dialect (contracts 001 and 002): staff intake, and the web form of partner organisations."""

from portal.api.helpline import routes, uploads, webform
from portal.api.helpline.rules import DIALECT

BLUEPRINTS = (routes.cases, routes.codes, uploads.files, webform.form, webform.door)

__all__ = ["BLUEPRINTS", "DIALECT"]
