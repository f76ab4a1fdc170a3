"""``user create``, ``reset-second-factor``, ``reset-link`` and ``forget-identity``."""

import sys

import click
import sqlalchemy as sa

from portal.cli.speech import Noun, settings
from portal.core import accounts, outside_identities, passwords, reference, second_factor
from portal.core.actors import SYSTEM
from portal.core.errors import NotFound
from portal.core.models import Organisation, User
from portal.core.unit import unit_of_work
from portal.core.vocabulary import Role
from portal.extensions import db

group = Noun("user", help="People who work here.")


@group.command("create")
@click.option("--email", required=True, help="What they sign in with.")
@click.option("--name", required=True)
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]))
@click.option(
    "--vertical", "verticals", multiple=True, metavar="CODE", help="A vertical they work in; repeat for more."
)
@click.option("--agent-code", help="What the helpline's systems call them (src_usr).")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead of asking.")
def create(
    email: str, name: str, role: str, verticals: tuple[str, ...], agent_code: str | None, password_stdin: bool
) -> None:
    """Register a user. The password is asked for, or read with --password-stdin."""
    if db.session.get(Organisation, reference.INSTALLATION) is None:
        raise click.ClickException("This installation is empty. First: flask --app wsgi reference load")
    password = _password(password_stdin)
    passwords.require_strong(password, about=(name, email, settings().installation_name))
    password_hash = accounts.hash_password(password)
    with unit_of_work(db.session, SYSTEM, intent="user.create"):
        made = accounts.create_user(
            db.session,
            SYSTEM,
            email=email.strip(),
            name=name.strip(),
            role=Role(role),
            password_hash=password_hash,
            vertical_codes=verticals,
            agent_code=agent_code,
        )
        number = made.id
    click.echo(f"Created user {number}: {name.strip()}, {role}.")


@group.command("reset-second-factor")
@click.argument("email")
def reset_second_factor(email: str) -> None:
    """Forget the second factor of the user EMAIL and sign them out everywhere.

    For somebody who lost the device and the recovery codes. Make sure that it is they who ask: afterwards their
    password alone opens the account.
    """
    with unit_of_work(db.session, SYSTEM, intent="user.reset_second_factor"):
        user = db.session.scalar(sa.select(User).where(accounts.has_address(email)))
        if user is None:
            raise NotFound(f"There is no user {email!r}.", target="user")
        second_factor.reset(db.session, SYSTEM, user)
    click.echo(f"{email.strip()} signs in with the password alone until a second factor is set up again.")


@group.command("forget-identity")
@click.argument("email")
def forget_identity(email: str) -> None:
    """Forget who the user EMAIL is at the provider of OpenID Connect.

    For somebody whose account there was made anew: the next time the verified e-mail address counts once more.
    """
    with unit_of_work(db.session, SYSTEM, intent="user.forget_identity"):
        user = db.session.scalar(sa.select(User).where(accounts.has_address(email)))
        if user is None:
            raise NotFound(f"There is no user {email!r}.", target="user")
        forgotten = outside_identities.forget(db.session, SYSTEM, user)
    click.echo(f"{email.strip()}: {forgotten} forgotten.")


@group.command("reset-link")
@click.argument("email")
def reset_link(email: str) -> None:
    """Make a link by which the user EMAIL chooses a new password: once, and within an hour.

    For somebody who forgot theirs. Make sure that it is they who ask, and pass it on by a way that you trust. It is
    shown now and never again; a link made before stops working. A second factor is asked for as ever.
    """
    with unit_of_work(db.session, SYSTEM, intent="user.reset_link"):
        user = db.session.scalar(sa.select(User).where(accounts.has_address(email)))
        if user is None:
            raise NotFound(f"There is no user {email!r}.", target="user")
        secret = passwords.issue_reset(db.session, SYSTEM, user)
    click.echo("Open this at the address of the portal, within an hour:", err=True)
    click.echo(f"/app/reset/{secret}")


def _password(from_stdin: bool) -> str:
    if not from_stdin:
        return click.prompt("Password", hide_input=True, confirmation_prompt=True)
    password = sys.stdin.readline().rstrip("\r\n")
    if not password:
        raise click.ClickException("Standard input held no password.")
    return password
