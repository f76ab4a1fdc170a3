"""``keys rotate``."""

import click
from cryptography.fernet import InvalidToken

from portal.cli.speech import Noun, Progress, settings
from portal.core import key_rotation
from portal.extensions import db

group = Noun("keys", help="The keys of encrypted columns.")


@group.command("rotate")
def rotate() -> None:
    """Encrypt everything anew with the newest key (the first of PORTAL_DATA_KEYS); then older keys can be removed."""
    progress = Progress("rows")
    read: dict[str, int] = {}
    rewritten: dict[str, int] = {}
    try:
        for step in key_rotation.rotate(db.session, settings().data_keys[0]):
            read[step.table], rewritten[step.table] = step.read, step.rewritten
            progress.reach(sum(read.values()))
    except InvalidToken as unreadable:
        raise click.ClickException(
            "A row cannot be read with any key of PORTAL_DATA_KEYS; add the key that wrote it, then go on."
        ) from unreadable
    for table in sorted(rewritten):
        click.echo(f"{table}: {rewritten[table]:,} of {read[table]:,} rows")
    click.echo(f"{sum(rewritten.values()):,} rows written anew; everything encrypted is under the newest key now.")
