"""The portal's clock. Everything that asks for the time asks here, so that ``clock advance`` can move it."""

import contextlib
import contextvars
import datetime as dt
from collections.abc import Iterator
from pathlib import Path

UTC = dt.UTC
_offset_file: Path | None = None
_read_at: tuple[int, dt.timedelta] | None = None
_pretended: contextvars.ContextVar[dt.datetime | None] = contextvars.ContextVar("pretended", default=None)


def allow_moving(data_dir: Path | None) -> None:
    """Let the clock be moved by the file ``clock`` in *data_dir* (demo and test); None fixes it to real time."""
    global _offset_file, _read_at
    _offset_file = data_dir / "clock" if data_dir else None
    _read_at = None


def now() -> dt.datetime:
    """The present moment, aware, in UTC."""
    return _pretended.get() or dt.datetime.now(UTC) + _offset()


def today(zone: dt.tzinfo = UTC) -> dt.date:
    """The present date in *zone*."""
    return now().astimezone(zone).date()


def advance(by: dt.timedelta) -> dt.timedelta:
    """Move the clock forward; returns the whole offset. Raises RuntimeError where the clock may not be moved."""
    if _offset_file is None:
        raise RuntimeError("The clock can be moved in demo and test installations only.")
    total = _offset() + by
    _offset_file.parent.mkdir(parents=True, exist_ok=True)
    _offset_file.write_text(str(total.total_seconds()), encoding="ascii")
    return total


@contextlib.contextmanager
def pretended(moment: dt.datetime) -> Iterator[None]:
    """Let everything inside happen at *moment*: the invented past of demo data. Raises RuntimeError as ``advance``."""
    if _offset_file is None:
        raise RuntimeError("The clock can be moved in demo and test installations only.")
    mark = _pretended.set(moment)
    try:
        yield
    finally:
        _pretended.reset(mark)


def _offset() -> dt.timedelta:
    """The offset in force; the file is read again when it changes, so that every process follows at once."""
    global _read_at
    if _offset_file is None:
        return dt.timedelta()
    try:
        changed = _offset_file.stat().st_mtime_ns
    except FileNotFoundError:
        return dt.timedelta()
    if _read_at is None or _read_at[0] != changed:
        _read_at = (changed, dt.timedelta(seconds=float(_offset_file.read_text(encoding="ascii") or 0)))
    return _read_at[1]
