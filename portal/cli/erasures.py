"""``erasures replay``."""

import click

from portal.cli.speech import Noun
from portal.core import database, erasure_sweep
from portal.core.actors import SYSTEM
from portal.core.unit import unit_of_work
from portal.extensions import db

group = Noun("erasures", help="People who were erased by law.")


def erase_again() -> int:
    """Erase again whoever a restored backup brought back; how many there were."""
    again = erasure_sweep.replay(db.session)
    with unit_of_work(db.session, SYSTEM, intent="erasures.sweep"):
        erasure_sweep.sweep(db.session)
    database.forget_log(db.engine)
    return len(again)


@group.command("replay")
def replay() -> None:
    """Erase again whoever the list beside the database names, after an older backup was restored."""
    click.echo(f"Erased again: {erase_again()}.")
