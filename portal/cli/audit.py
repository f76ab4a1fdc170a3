"""``audit verify`` and ``checkpoint``."""

import click
import sqlalchemy as sa

from portal.cli.speech import Noun, command
from portal.core import audit
from portal.core.actors import SYSTEM
from portal.core.models import AuditChain, AuditCheckpoint, AuditEvent, AuditValue
from portal.core.unit import unit_of_work
from portal.extensions import db

group = Noun("audit", help="The record of who did what.")

_MANY = 100_000


@group.command("verify")
@click.pass_context
def verify(context: click.Context) -> None:
    """Recompute the audit chains. Ends with 0 when they are whole, with 1 and the first broken row when not."""
    events, chains, checkpoints = (
        db.session.scalar(sa.select(sa.func.count()).select_from(model))
        for model in (AuditEvent, AuditChain, AuditCheckpoint)
    )
    if events > _MANY:
        click.echo(f"Reading {events:,} events …", err=True)
    broken = next(audit.verify(db.session), None)
    if broken is not None:
        click.echo(f"The audit is broken at {broken.where}: {broken.what}.")
        context.exit(1)
    click.echo(f"The audit is whole: {events:,} events in {chains:,} chains, {checkpoints:,} checkpoints.")
    if erased := db.session.scalar(sa.select(sa.func.count()).where(AuditValue.erased_at.is_not(None))):
        click.echo(f"{erased:,} kept values were erased by law; the events that say so are whole, too.")


@command("checkpoint")
def checkpoint() -> None:
    """Seal the audit chains and print the seal. Keep the line elsewhere: it proves everything up to its moment."""
    with unit_of_work(db.session, SYSTEM, intent="audit.checkpoint"):
        audit.checkpoint(db.session)
    newest = db.session.scalar(sa.select(AuditCheckpoint).order_by(AuditCheckpoint.id.desc()).limit(1))
    if newest is None:
        raise click.ClickException("Nothing has happened yet that could be sealed.")
    click.echo(f"{newest.id} {newest.at.isoformat(timespec='seconds')} {newest.chains} {newest.hash}")
