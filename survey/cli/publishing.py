"""Commands about what everybody may read."""

from __future__ import annotations

from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from survey.core.errors import DomainError
from survey.dialogues import queries as dialogues
from survey.public import folder
from survey.public.views import STATES
from survey.web import store


@click.command("public-folder")
@click.argument("code")
@click.argument("path", type=click.Path(path_type=Path))
@with_appcontext
def public_folder(code: str, path: Path) -> None:
    """Write the public page of CODE for a portal: a folder at PATH, or one file where PATH ends in .zip."""
    settings = store.settings()
    with store.db().reading() as session, current_app.test_request_context(base_url=settings.base_url):
        try:
            dialogue = dialogues.public_by_code(session, code)
        except DomainError as error:
            raise click.ClickException(str(error)) from error
        base = settings.base_url or ""
        if path.suffix == ".zip":
            with path.open("wb") as target:
                folder.write(target, session, settings.data_dir, dialogue, STATES, base)
        else:
            for name, content in folder.files(session, settings.data_dir, dialogue, STATES, base):
                (path / name).parent.mkdir(parents=True, exist_ok=True)
                (path / name).write_bytes(content)
    click.echo(str(path))
