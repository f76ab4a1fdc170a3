"""The command line: ``flask --app wsgi …``. One file a noun; the names are fixed (operators rely on them)."""

from flask import Flask


def register(app: Flask) -> None:
    """Add the portal's commands to the application."""
