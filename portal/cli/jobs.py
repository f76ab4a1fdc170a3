"""``jobs run``."""

import signal
import threading

import click

from portal.cli.speech import Noun
from portal.core import jobs
from portal.extensions import db

group = Noun("jobs", help="The periodic work, which also runs inside the server.")

EVERY_SECONDS = 30.0


@group.command("run")
@click.option("--once", is_flag=True, help="Run every job now, due or not, and end.")
def run(once: bool) -> None:
    """Run the periodic work: every job when it is due, until interrupted."""
    if once:
        _report(all_now=True)
        return
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    while not stop.is_set():
        _report()
        stop.wait(EVERY_SECONDS)


def _report(*, all_now: bool = False) -> None:
    for ran in jobs.run_due(db.session, all_now=all_now):
        click.echo(f"{ran.name}: {'busy elsewhere' if ran.changed is None else f'{ran.changed:,} changed'}")
