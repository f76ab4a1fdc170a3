"""``backup FILE`` and ``restore FILE``."""

import sys
from pathlib import Path

import click
import sqlalchemy as sa

from portal.cli import erasures
from portal.cli.speech import command, settings
from portal.core import backup as backups
from portal.extensions import db


@command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """Write database and attachments to FILE, also while the portal serves. The keys are not in it: keep them apart."""
    if not file.absolute().parent.is_dir():
        raise click.ClickException(f"There is no folder {file.absolute().parent}.")
    try:
        made = backups.make(db.engine, settings().data_dir, file.absolute(), environment=settings().environment)
    except backups.BackupError as refusal:
        raise click.ClickException(str(refusal)) from refusal
    click.echo(f"Backup of {made.made_at} written to {file} ({file.stat().st_size:,} bytes), without the keys.")


@command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--yes", is_flag=True, help="Do not ask.")
def restore(file: Path, yes: bool) -> None:
    """Replace database and attachments by those of FILE. Refused, with nothing touched, when the keys do not match."""
    try:
        found = backups.describe(file)
        if sys.stdin.isatty() and not yes:
            click.confirm(f"Replace everything in this installation by the backup of {found.made_at}?", abort=True)
        backups.restore(db.engine, settings().data_dir, file.absolute(), environment=settings().environment)
    except backups.BackupError as refusal:
        raise click.ClickException(str(refusal)) from refusal
    click.echo(f"Restored the backup of {found.made_at}.")
    if sa.inspect(db.engine).has_table("erasures"):
        click.echo(f"Erased again, because they were erased since: {erasures.erase_again()}.")
    else:
        click.echo("After the upgrade, erase again who was erased since: flask --app wsgi erasures replay", err=True)
    click.echo("If the portal is of a newer version than it: flask --app wsgi db upgrade", err=True)
