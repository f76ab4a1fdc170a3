"""Dialect 0: constituency casework, as contract 000 documents it, with the operations that its clients also call."""

from portal.api.constituency import (
    auth,
    casefiles,
    cases,
    caseworkers,
    config,
    constituents,
    contact_details,
    merges,
    notes,
    review_dates,
    search,
    tags,
    threads,
)
from portal.api.constituency.rules import DIALECT

BLUEPRINTS = (
    auth.door,
    auth.blueprint,
    cases.blueprint,
    search.blueprint,
    merges.blueprint,
    notes.of_cases,
    notes.blueprint,
    tags.of_cases,
    tags.blueprint,
    caseworkers.blueprint,
    constituents.blueprint,
    contact_details.of_constituents,
    contact_details.blueprint,
    review_dates.blueprint,
    casefiles.blueprint,
    threads.blueprint,
    config.blueprint,
)

__all__ = ["BLUEPRINTS", "DIALECT"]
