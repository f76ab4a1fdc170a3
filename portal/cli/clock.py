"""``clock advance``: for trying out expiry and retention."""

import datetime as dt
import re

import click

from portal.cli.speech import Noun, require_rehearsal
from portal.core import clock

group = Noun("clock", help="The portal's clock, in demo and test installations.")

_UNITS = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}


class Duration(click.ParamType):
    """A time span such as 24h, 30m, 7d or 1d12h."""

    name = "duration"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> dt.timedelta:
        """The span, or a usage error that shows how one is written."""
        if isinstance(value, dt.timedelta):
            return value
        text = str(value).strip().lower()
        if not re.fullmatch(r"(\d{1,6}[dhms])+", text):
            self.fail(f"{value!r} is no duration; write it like 24h, 30m, 7d or 1d12h.", param, ctx)
        parts = re.findall(r"(\d+)([dhms])", text)
        return sum((dt.timedelta(**{_UNITS[unit]: int(number)}) for number, unit in parts), dt.timedelta())


@group.command("advance")
@click.argument("duration", type=Duration())
def advance(duration: dt.timedelta) -> None:
    """Move the portal's clock forward by DURATION (24h, 30m, 7d); every process follows at once."""
    require_rehearsal("The clock can be moved")
    total = clock.advance(duration)
    click.echo(f"It is now {clock.now().isoformat(timespec='seconds')}, {total} ahead.")
