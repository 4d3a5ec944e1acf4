"""Moving house by command: the following up of a dialogue out of one installation and into another."""

from __future__ import annotations

from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from survey.core.errors import DomainError
from survey.exports import house_in
from survey.exports import house_keep
from survey.exports import house_out


@click.command("export-followup")
@click.argument("code")
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False))
@with_appcontext
def export_followup(code: str, path: Path) -> None:
    """Write everything public of a dialogue, its recommendations, files and staff to PATH; nothing of ballots."""
    own, part = current_app.extensions["survey"], path.with_name(f"{path.name}.part")
    try:
        part.unlink(missing_ok=True)
        part.touch(mode=0o600)  # staff and what is not public yet: for nobody else on this machine
        with own["db"].reading() as session, part.open("wb") as file:
            house_out.make(session, own["settings"].data_dir, code, file)
        part.replace(path)
    except DomainError as error:
        raise click.ClickException(str(error)) from error
    finally:
        part.unlink(missing_ok=True)
    click.echo(str(path))


@click.command("import-followup")
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@with_appcontext
def import_followup(path: Path) -> None:
    """Take in what `export-followup` wrote: all of it, or nothing."""
    own = current_app.extensions["survey"]
    try:
        with path.open("rb") as file:
            cargo = house_in.read(file)
            taken = house_keep.keep(own["db"], own["settings"].data_dir, cargo)
    except DomainError as error:
        raise click.ClickException(str(error)) from error
    recommendations, questions = len(cargo.rows["recommendations"]), len(cargo.rows["questions"])
    click.echo(f"{cargo.code}: {recommendations} recommendations, {questions} questions, {len(cargo.files)} files")
    if taken.grants:
        click.echo(f"left out, because the organisation is here already: {taken.grants} roles; nobody new may sign in")
    if taken.logins:
        click.echo(f"give them a role here if they are to work here: {', '.join(taken.logins)}")
