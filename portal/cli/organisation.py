"""``organisation create``, ``arm``, ``deactivate`` and ``list``."""

from importlib import import_module

import click
import sqlalchemy as sa

from portal.cli.speech import Noun, table
from portal.core.actors import SYSTEM
from portal.core.errors import NotFound
from portal.core.models import Organisation
from portal.core.unit import unit_of_work
from portal.extensions import db

group = Noun("organisation", help="Partner organisations that report to this installation.")


def by_name(name: str) -> Organisation:
    """The organisation of that name, in any case of letters. Raises NotFound."""
    found = db.session.scalar(sa.select(Organisation).where(sa.func.lower(Organisation.name) == name.strip().lower()))
    if found is None:
        raise NotFound(f"There is no organisation {name!r}. See: flask --app wsgi organisation list", target="name")
    return found


@group.command("create")
@click.option("--name", required=True)
@click.option("--email", required=True, help="The address registered for the token endpoint.")
def create(name: str, email: str) -> None:
    """Register and approve a partner organisation."""
    organisations = import_module("portal.core.organisations")
    with unit_of_work(db.session, SYSTEM, intent="organisation.register"):
        made = organisations.register(db.session, SYSTEM, name=name.strip(), email=email.strip())
        number = made.id
    click.echo(f"Registered organisation {number}: {name.strip()}.")


@group.command("arm")
@click.argument("name")
def arm(name: str) -> None:
    """Open the one-use window of the token endpoint for the organisation NAME."""
    organisations = import_module("portal.core.organisations")
    with unit_of_work(db.session, SYSTEM, intent="organisation.arm"):
        armed = organisations.arm(db.session, SYSTEM, by_name(name))
        until = armed.armed_until
    click.echo(f"{name} can fetch one token until {until.isoformat(timespec='seconds')}.")


@group.command("deactivate")
@click.argument("name")
def deactivate(name: str) -> None:
    """Close the door to the organisation NAME: its tokens answer 403 from now on."""
    organisations = import_module("portal.core.organisations")
    with unit_of_work(db.session, SYSTEM, intent="organisation.deactivate"):
        organisations.deactivate(db.session, SYSTEM, by_name(name))
    click.echo(f"{name} is deactivated.")


@group.command("list")
def listed() -> None:
    """List the organisations."""
    found = db.session.scalars(sa.select(Organisation).order_by(Organisation.id))
    table(
        ("ID", "NAME", "EMAIL", "KIND", "STATUS", "ARMED UNTIL"),
        (
            (
                one.id,
                one.name,
                one.email,
                one.kind,
                one.status,
                one.armed_until and f"{one.armed_until:%Y-%m-%d %H:%M}Z",
            )
            for one in found
        ),
    )
