"""``search rebuild``."""

import click
import sqlalchemy as sa

from portal.cli.speech import Noun, Progress
from portal.core import indexing
from portal.core.actors import SYSTEM
from portal.core.models import Case
from portal.core.unit import unit_of_work
from portal.extensions import db

group = Noun("search", help="The index of words.")


@group.command("rebuild")
def rebuild() -> None:
    """Index the words of every text anew, while the portal serves. Needed only if the index was damaged."""
    total = db.session.scalar(sa.select(sa.func.count()).select_from(Case)) or 0
    db.session.rollback()
    done, last, found = 0, 0, 1
    progress = Progress("cases", total)
    while found:
        with unit_of_work(db.session, SYSTEM, intent="search.rebuild"):
            last, found = indexing.rebuild_after(db.session, last)
        done += found
        progress.reach(done)
    click.echo(f"Indexed {done:,} cases.")
