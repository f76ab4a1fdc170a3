"""``retention preview`` and ``retention run``: JSON on standard output, sentences on standard error."""

import json

import click
import sqlalchemy as sa

from portal.cli.speech import Noun, Progress
from portal.core import database, jobs, people_retention, retention
from portal.core.actors import SYSTEM
from portal.core.models import AuditEvent, Erasure, RetentionRule
from portal.extensions import db

group = Noun("retention", help="For how long cases and people are kept.")
_CASES, _MARKS, _PEOPLE, _SWEEP = "retention.run", "people.look_through", "retention.people", "erasures.sweep"


@group.command("preview")
def preview() -> None:
    """Say what each rule would do now, whether it is on or off; nothing is archived or erased.

    Of people only numbers are told. Everybody is looked through first, so that it is known whom nothing keeps.
    """
    rules = retention.listed(db.session, SYSTEM)
    if any(rule.is_of_people for rule in rules):
        _do(_MARKS, "people looked through")
    told = [_told(rule) for rule in retention.listed(db.session, SYSTEM)]
    for one in told:
        counted = ", ".join(f"{step} {_words(one[step])}" for step in ("archive", "erase") if step in one)
        click.echo(f"{one['of']} ({'on' if one['on'] else 'off'}): {counted}, held {one['held']:,}", err=True)
    if not told:
        click.echo("There is no rule.", err=True)
    click.echo(json.dumps({"rules": told}))


@group.command("run")
def run() -> None:
    """Do now all that the rules that are on demand, in parts; say how many cases and people it reached."""
    before = _counts()
    cases = _do(_CASES, "cases archived or erased")
    _do(_MARKS, "people looked through")
    _do(_PEOPLE, "people tried")
    _do(_SWEEP, "erasures swept")
    database.forget_log(db.engine)
    people, failed = (now - then for now, then in zip(_counts(), before, strict=True))
    click.echo(f"Cases archived or erased: {cases:,}. People erased: {people:,}. Not erased: {failed:,}.", err=True)
    click.echo(json.dumps({"cases": cases, "people": people, "failed": failed}))


def _do(name: str, unit: str) -> int:
    """Run a job, turn after turn, until nothing is left for it or another process has it; how much it changed."""
    [job] = (job for job in jobs.JOBS if job.name == name)
    progress, done = Progress(unit), 0
    while True:
        [ran] = jobs.run_due(db.session, all_now=True, jobs=(job,))
        if ran.changed is None:
            click.echo(f"Another process is at it: {name}.", err=True)
            return done
        done += ran.changed
        progress.reach(done)
        if ran.changed < job.a_run:
            return done


def _told(rule: RetentionRule) -> dict:
    of = "people" if rule.is_of_people else rule.vertical.code if rule.vertical else "all others"
    told = {"of": of, "on": rule.active, "held": 0}
    if rule.is_of_people:
        seen = people_retention.preview(db.session, SYSTEM, rule)
        lines = [(one.person.id, one.last) for one in seen.lines]
        found = [{"person": number, "why": last.what, "since": last.at.isoformat()} for number, last in lines]
        return told | {"erase": _step(rule.erase_months, seen) | {"first": found}}
    seen = retention.preview(db.session, SYSTEM, rule)
    steps = {"archive": (rule.archive_months, seen.archive), "erase": (rule.erase_months, seen.erase)}
    found = {
        step: _step(months, due) | {"first": [case.reference for case in due.cases]}
        for step, (months, due) in steps.items()
    }
    return told | {"held": seen.held} | found


def _step(months: int | None, due: retention.Due | people_retention.Preview) -> dict:
    return {"months": months, "number": min(due.number, retention.CAP), "more": due.is_capped}


def _words(step: dict) -> str:
    return f"more than {retention.CAP:,}" if step["more"] else f"{step['number']:,}"


def _counts() -> tuple[int, int]:
    """How many people were erased by rule until now, and how often one could not be."""
    by_rule = sa.select(sa.func.count()).select_from(Erasure).where(Erasure.rule_id.is_not(None))
    failed = sa.select(sa.func.count()).select_from(AuditEvent).where(AuditEvent.action == "retention.fail")
    counted = db.session.scalar(by_rule) or 0, db.session.scalar(failed) or 0
    db.session.rollback()
    return counted
