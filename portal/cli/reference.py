"""``reference load``."""

import click

from portal.cli.speech import Noun, settings
from portal.core import installation, reference
from portal.core.actors import SYSTEM
from portal.core.unit import unit_of_work
from portal.extensions import db

group = Noun("reference", help="The code lists of the contracts.")


@group.command("load")
def load() -> None:
    """Load code lists, standing verticals and the installation itself. Idempotent: adds what is missing."""
    added = settle()
    if added:
        click.echo(f"Loaded {added.codes} codes and {added.verticals} verticals.")
    else:
        click.echo("The reference data is complete; nothing was missing.")


def settle() -> reference.Loaded:
    """Stamp the database with the environment it is loaded as, then load what is missing."""
    with unit_of_work(db.session, SYSTEM, intent="installation.stamp"):
        installation.stamp(db.session, settings().environment)
    return reference.load(db.session, installation_name=settings().installation_name, time_zone=settings().time_zone)
