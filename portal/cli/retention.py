"""``retention preview`` and ``retention run``."""

import click
import sqlalchemy as sa

from portal.cli.speech import Noun
from portal.core import database, jobs, retention
from portal.core.actors import SYSTEM
from portal.core.models import RetentionRule
from portal.extensions import db

group = Noun("retention", help="For how long cases are kept.")
_NAMES = ("retention.run", "erasures.sweep")


@group.command("preview")
def preview() -> None:
    """Say what each rule would do now, whether it is on or off; nothing is changed."""
    numbers = list(db.session.scalars(sa.select(RetentionRule.id).order_by(RetentionRule.id)))
    if not numbers:
        click.echo("There is no rule.")
    for number in numbers:
        rule = retention.find(db.session, SYSTEM, number)
        seen = retention.preview(db.session, SYSTEM, rule)
        told = f"archive {_told(seen.archive)}, erase {_told(seen.erase)}, held {seen.held:,}"
        of = rule.vertical.code if rule.vertical else "all others"
        click.echo(f"{of} ({'on' if rule.active else 'off'}): {told}")


@group.command("run")
def run() -> None:
    """Do now what the rules that are on demand, a part at a time; say how many cases it reached."""
    reached = 0
    for ran in jobs.run_due(db.session, all_now=True, jobs=tuple(job for job in jobs.JOBS if job.name in _NAMES)):
        reached += (ran.changed or 0) if ran.name == "retention.run" else 0
    database.forget_log(db.engine)
    click.echo(f"Archived or erased: {reached:,}.")


def _told(due: retention.Due) -> str:
    return f"more than {retention.CAP:,}" if due.is_capped else f"{due.number:,}"
