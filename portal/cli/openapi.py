"""``openapi write DIR``: one OpenAPI document per dialect."""

import json
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from portal.api.docs import document

group = AppGroup("openapi", help="The documents of the JSON dialects.")


@group.command("write")
@click.argument("directory", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
def write(directory: Path) -> None:
    """Write one OpenAPI document per dialect into DIR."""
    directory.mkdir(parents=True, exist_ok=True)
    for name in current_app.extensions["api_documents"]:
        path = directory / f"{name}.json"
        text = json.dumps(document(current_app, name), indent=2, ensure_ascii=False)
        path.write_text(text + "\n", encoding="utf-8")
        click.echo(path)
