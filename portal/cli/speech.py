"""How commands speak: refusals as sentences, lists as columns, progress on standard error."""

import functools
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import click
import sqlalchemy as sa
from flask import current_app
from flask.cli import AppGroup, with_appcontext

from portal.config import Settings
from portal.core.errors import DomainError
from portal.core.installation import WrongEnvironment

_MISSING_TABLE = ("no such table", "does not exist", "no such column")


def settings() -> Settings:
    """The settings of this installation."""
    return current_app.extensions["settings"]


def require_rehearsal(what: str) -> None:
    """Stop unless this is a demo or test installation."""
    if not settings().is_rehearsal:
        raise click.ClickException(f"{what} in demo and test installations only; this one is {settings().environment}.")


def _in_words(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def wrapped(*args: Any, **options: Any) -> Any:
        try:
            return function(*args, **options)
        except DomainError as refusal:
            raise click.ClickException(refusal.message) from refusal
        except WrongEnvironment as wrong:
            raise click.ClickException(str(wrong)) from wrong
        except (sa.exc.OperationalError, sa.exc.ProgrammingError) as error:
            if not any(words in str(error.orig) for words in _MISSING_TABLE):
                raise
            raise click.ClickException("The database is not up to date. First: flask --app wsgi db upgrade") from error

    return wrapped


class Noun(AppGroup):
    """A noun of the command line; its verbs run in the application and tell refusals as sentences."""

    def command(self, *args: Any, **options: Any) -> Callable[[Callable[..., Any]], click.Command]:
        """As AppGroup does, with the refusals put into words."""
        register = super().command(*args, **options)
        return lambda function: register(_in_words(function))


def command(name: str) -> Callable[[Callable[..., Any]], click.Command]:
    """A command that is no noun's verb, such as ``backup FILE``."""
    return lambda function: click.command(name)(with_appcontext(_in_words(function)))


def table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows in columns as wide as what they hold; an empty list says so."""
    words = [[str(cell) if cell not in (None, "") else "-" for cell in row] for row in rows]
    if not words:
        click.echo("None.", err=True)
        return
    lines = [list(headings), *words]
    widths = [max(len(line[place]) for line in lines) for place in range(len(headings))]
    for line in lines:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


class Progress:
    """A line on standard error that tells how far long work has come, at most once a second."""

    def __init__(self, unit: str, total: int | None = None) -> None:
        self._unit, self._total = unit, total
        self._started = self._spoken = time.monotonic()
        self._on_terminal = sys.stderr.isatty()

    def reach(self, done: int) -> None:
        """Say that *done* units are done."""
        now = time.monotonic()
        if now - self._spoken < (1 if self._on_terminal else 10):
            return
        self._spoken = now
        of = f" of {self._total:,}" if self._total else ""
        rate = done / (now - self._started)
        click.echo(f"{done:,}{of} {self._unit}, {rate:,.0f} a second", err=True, nl=not self._on_terminal)
        if self._on_terminal:
            click.echo("\r", err=True, nl=False)
