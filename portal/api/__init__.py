"""The dialects: documented JSON APIs over the same core, each in a room of its own."""

from flask import Flask


def register(app: Flask) -> None:
    """Mount every dialect."""


def dialect_of(path: str):
    """The dialect that answers this path, or None for the browser's."""
    return None
