"""``organisation create``, ``arm``, ``deactivate`` and ``list``."""

import click

from portal.cli.speech import Noun, table
from portal.core import organisations
from portal.core.actors import SYSTEM
from portal.core.errors import NotFound
from portal.core.models import Organisation
from portal.core.unit import unit_of_work
from portal.extensions import db

group = Noun("organisation", help="Partner organisations that report to this installation.")


def by_name(name: str) -> Organisation:
    """The organisation of that name, in any case of letters. Raises NotFound."""
    found = organisations.find(db.session, name)
    if found is None:
        raise NotFound(f"There is no organisation {name!r}. See: flask --app wsgi organisation list", target="name")
    return found


@group.command("create")
@click.option("--name", required=True)
@click.option("--email", required=True, help="The address registered for the token endpoint.")
@click.option(
    "--priorities",
    type=click.Choice(sorted(organisations.PRIORITY_MAPS)),
    help="What the partner's priority digits mean: 1 is high (contract) or 1 is low (upstream). "
    "Left open, 1 is read as high and every report says so until somebody confirms it.",
)
def create(name: str, email: str, priorities: str | None) -> None:
    """Register and approve a partner organisation."""
    meaning = organisations.PRIORITY_MAPS[priorities] if priorities else None
    with unit_of_work(db.session, SYSTEM, intent="organisation.register"):
        made = organisations.register(db.session, SYSTEM, name=name, email=email, priority_map=meaning)
        number, name = made.id, made.name
    click.echo(f"Registered organisation {number}: {name}.")


@group.command("arm")
@click.argument("name")
@click.option("--address", metavar="IP", help="Answer only this network address.")
def arm(name: str, address: str | None) -> None:
    """Open the one-use window of the token endpoint for the organisation NAME."""
    with unit_of_work(db.session, SYSTEM, intent="organisation.arm"):
        armed = organisations.arm(db.session, SYSTEM, by_name(name), address=address)
        name, until = armed.name, armed.armed_until
    click.echo(f"{name} can fetch one token until {until.isoformat(timespec='seconds')}.")


@group.command("deactivate")
@click.argument("name")
def deactivate(name: str) -> None:
    """Close the door to the organisation NAME: its tokens answer 403 from now on."""
    with unit_of_work(db.session, SYSTEM, intent="organisation.deactivate"):
        name = organisations.deactivate(db.session, SYSTEM, by_name(name)).name
    click.echo(f"{name} is deactivated.")


@group.command("list")
def listed() -> None:
    """List the organisations."""
    table(
        ("ID", "NAME", "EMAIL", "KIND", "STATUS", "ARMED UNTIL"),
        (
            (
                one.id,
                one.name,
                one.email,
                one.kind,
                one.status,
                one.armed_until and f"{one.armed_until:%d %b %H:%M} UTC",
            )
            for one in organisations.listed(db.session)
        ),
    )
