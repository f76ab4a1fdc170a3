"""``token issue``, ``revoke`` and ``list``."""

import click
import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from portal.cli.organisation import by_name
from portal.cli.speech import Noun, table
from portal.core import accounts, clock, tokens
from portal.core.actors import SYSTEM
from portal.core.errors import NotFound
from portal.core.models import ApiToken, User
from portal.core.unit import unit_of_work
from portal.core.vocabulary import Dialect
from portal.extensions import db

group = Noun("token", help="Credentials of the JSON dialects.")


@group.command("issue")
@click.option("--dialect", required=True, type=click.Choice([dialect.value for dialect in Dialect]))
@click.option("--user", "email", metavar="EMAIL", help="A user who will act with it.")
@click.option("--organisation", metavar="NAME", help="A partner organisation that will act with it.")
@click.option("--scope", "scopes", multiple=True, metavar="SCOPE", help="Limit it to this scope; repeat for more.")
@click.option(
    "--days", type=click.IntRange(min=1), default=tokens.DAYS, show_default=True, help="How long it is valid."
)
def issue(dialect: str, email: str | None, organisation: str | None, scopes: tuple[str, ...], days: int) -> None:
    """Issue a token and print it, alone, on standard output. It is shown this once."""
    if (email is None) == (organisation is None):
        raise click.UsageError("Say whose token it is: either --user EMAIL or --organisation NAME.")
    with unit_of_work(db.session, SYSTEM, intent="token.issue"):
        holder = {"user": _user(email)} if email is not None else {"organisation": by_name(organisation)}
        text, made = tokens.issue(db.session, SYSTEM, dialect=dialect, scopes=scopes or None, days=days, **holder)
        jti, until = made.jti, made.expires_at
    click.echo(f"Token {jti}, valid until {until.isoformat(timespec='seconds')}.", err=True)
    click.echo(text)


@group.command("revoke")
@click.argument("jti")
def revoke(jti: str) -> None:
    """Revoke the token JTI; it takes effect at the next request."""
    with unit_of_work(db.session, SYSTEM, intent="token.revoke"):
        tokens.revoke(db.session, SYSTEM, jti)
    click.echo(f"Token {jti} is revoked.")


@group.command("list")
def listed() -> None:
    """List the tokens: whose they are and how long they hold, never what they are."""
    query = sa.select(ApiToken).options(joinedload(ApiToken.user), joinedload(ApiToken.organisation))
    table(
        ("JTI", "DIALECT", "HOLDER", "SCOPES", "EXPIRES", "STATE"),
        (
            (one.jti, one.audience.value, _holder(one), " ".join(one.scopes), f"{one.expires_at:%Y-%m-%d}", _state(one))
            for one in db.session.scalars(query.order_by(ApiToken.id))
        ),
    )


def _user(email: str) -> User:
    found = db.session.scalar(sa.select(User).where(accounts.has_address(email)))
    if found is None:
        raise NotFound(f"There is no user {email!r}.", target="user")
    return found


def _holder(token: ApiToken) -> str:
    return token.user.email if token.user is not None else token.organisation.name


def _state(token: ApiToken) -> str:
    if token.revoked_at is not None:
        return "revoked"
    return "expired" if token.expires_at <= clock.now() else "valid"
