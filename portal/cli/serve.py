"""``serve``: everything between a fresh checkout and a portal that answers; what ``make run`` ends in."""

import contextvars
import os
import sys

import click
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app
from flask_migrate import upgrade
from gunicorn.app.wsgiapp import WSGIApplication

from portal import demo
from portal.cli import reference
from portal.cli.speech import command, settings
from portal.config import ROOT
from portal.core.models import User
from portal.extensions import db


@command("serve")
def serve() -> None:
    """Bring the database up to date, load what a new installation needs, say where to open it, and serve."""
    _migrate()
    reference.settle()
    if settings().is_rehearsal and demo.load(db.session, password=settings().demo_password):
        click.echo("Loaded the demo data.")
    _greet()
    db.session.remove()
    db.engine.dispose()
    _serve()


def _migrate() -> None:
    """Upgrade the database when it is not at the newest migration; looking is quick, upgrading is not."""
    newest = ScriptDirectory(current_app.extensions["migrate"].directory).get_heads()
    with db.engine.connect() as connection:
        reached = MigrationContext.configure(connection).get_current_heads()
    if set(reached) != set(newest):
        click.echo("Bringing the database up to date …", err=True)
        upgrade()


def _greet() -> None:
    place = f"http://{os.environ.get('PORTAL_BIND', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
    click.echo(f"\n  {settings().installation_name} ({settings().environment})\n\n  Open  {place}/app/\n")
    if settings().is_rehearsal:
        click.echo("  Sign in as                   who may")
        for account in demo.ACCOUNTS:
            click.echo(f"  {account.email:<28} {account.purpose}")
        click.echo(f"\n  Password of all of them:  {settings().demo_password}\n")
    elif db.session.scalar(sa.select(User.id).limit(1)) is None:
        click.echo("  Nobody can sign in yet. Create the first user:")
        click.echo("  flask --app wsgi user create --email … --name … --role administrator\n")
    click.echo("  Stop with Ctrl+C.\n")


def _serve() -> None:
    """Run gunicorn in this process: what is imported already need not be imported again by every worker.

    Workers are forked and make an application of their own, so they share no connection; and they start outside of
    the command's application context.
    """
    sys.stdout.flush()
    os.environ.pop("FLASK_RUN_FROM_CLI", None)
    os.chdir(ROOT)
    sys.argv = ["gunicorn", "--config", "python:portal.serving", "portal:create_app()"]
    contextvars.Context().run(WSGIApplication("%(prog)s [OPTIONS] [APP_MODULE]").run)
