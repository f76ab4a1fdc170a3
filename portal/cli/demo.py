"""``demo load``."""

import click
import sqlalchemy as sa

from portal import demo
from portal.cli import reference
from portal.cli.speech import Noun, Progress, require_rehearsal, settings
from portal.demo import bulk
from portal.extensions import db

group = Noun("demo", help="Invented people and cases, for trying the portal out.")


@group.command("load")
@click.option(
    "--cases", type=click.IntRange(min=0), default=0, metavar="N", help="Generated cases on top, with messages."
)
@click.option(
    "--seed", type=int, default=1, show_default=True, help="Which generated cases: the same seed, the same cases."
)
def load(cases: int, seed: int) -> None:
    """Load the demo data. Idempotent: what is there already is left as it is.

    With --cases N there are N generated cases of that seed afterwards; a second run adds what is missing. Generated
    cases have people, messages and lifecycle history; to load quickly they share one audit event a batch instead of
    having their own, and the audit verifies as a whole.
    """
    require_rehearsal("Demo data can be loaded")
    reference.settle()
    if demo.load(db.session, password=settings().demo_password):
        click.echo("Loaded the demo data.")
    else:
        click.echo("The demo data is loaded already.")
    if cases:
        generate(cases, seed)


def generate(cases: int, seed: int) -> None:
    """Load the generated cases of *seed* that are still missing."""
    progress = Progress("cases", cases)
    added = 0
    for batch in bulk.load(db.session, cases=cases, seed=seed):
        added += batch.added
        progress.reach(batch.done)
    if added and db.engine.dialect.name == "postgresql":
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(sa.text("ANALYZE"))
    click.echo(
        f"Added {added:,} generated cases of seed {seed}; there are {cases:,}." if added else "No case was missing."
    )
