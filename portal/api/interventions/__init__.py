"""The interventions dialect (contract 004): cases by their lifecycle, and what its guards depend on."""

from portal.api.interventions import (
    assigning,
    cases,
    consenting,
    duplicates,
    files,
    households,
    lifecycle,
    office,
    participation,
    persons,
    structure,
    workflows,
)
from portal.api.interventions.rules import DIALECT

BLUEPRINTS = (
    cases.blueprint,
    lifecycle.blueprint,
    participation.blueprint,
    structure.blueprint,
    assigning.blueprint,
    duplicates.blueprint,
    persons.blueprint,
    households.blueprint,
    consenting.of_persons,
    consenting.blueprint,
    office.of_verticals,
    office.of_programs,
    office.of_places,
    workflows.blueprint,
    files.blueprint,
    office.context,
)

__all__ = ["BLUEPRINTS", "DIALECT"]
