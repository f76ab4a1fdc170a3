"""The command line: ``flask --app wsgi …``. One file a noun; the names are fixed (operators rely on them)."""

from flask import Flask

from portal.cli import (
    audit,
    backup,
    clock,
    demo,
    erasures,
    jobs,
    keys,
    openapi,
    organisation,
    reference,
    retention,
    search,
    serve,
    token,
    user,
)

COMMANDS = (
    audit.group,
    audit.checkpoint,
    backup.backup,
    backup.restore,
    clock.group,
    demo.group,
    erasures.group,
    jobs.group,
    keys.group,
    openapi.group,
    organisation.group,
    reference.group,
    retention.group,
    search.group,
    serve.serve,
    token.group,
    user.group,
)


def register(app: Flask) -> None:
    """Add the portal's commands to the application."""
    for command in COMMANDS:
        app.cli.add_command(command)
