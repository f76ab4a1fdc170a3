"""The correspondence dialect (contract 003): mail cases of other systems, each with its thread."""

from portal.api.correspondence import routes
from portal.api.correspondence.rules import DIALECT

BLUEPRINTS = (routes.blueprint,)

__all__ = ["BLUEPRINTS", "DIALECT"]
