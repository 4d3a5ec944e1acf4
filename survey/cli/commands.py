"""The commands. Each runs beside a serving process; what it changes reaches the open screens."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec
from typing import TypeVar

import click
from flask import current_app
from flask.cli import with_appcontext

from survey import lifecycle
from survey.accounts import links
from survey.accounts.policy import Role
from survey.cli import backups
from survey.cli import sample as samples
from survey.cli.checking import check
from survey.cli.checking import destroy_keys
from survey.cli.demo import demo_trust
from survey.cli.greeting import address
from survey.cli.handing import hand_over
from survey.cli.moving import export_followup
from survey.cli.moving import import_followup
from survey.cli.publishing import public_folder
from survey.cli.purge import purge_roll
from survey.cli.remind import remind
from survey.cli.scenes import SCENES
from survey.cli.spares import spare
from survey.cli.spares import takeover
from survey.core.db import Database
from survey.core.errors import DomainError
from survey.core.keys import KeyStore
from survey.core.settings import Settings
from survey.core.stores import Stores
from survey.dialogues import queries as dialogues
from survey.dialogues.entry import Entry
from survey.exports import service as exports
from survey.organisations import queries as organisations
from survey.web import reach

P = ParamSpec("P")
T = TypeVar("T")
ENTRIES_SHOWN = 5  # on a console; --json has them all


def _db() -> Database:
    found: Database = current_app.extensions["survey"]["db"]
    return found


def _settings() -> Settings:
    found: Settings = current_app.extensions["survey"]["settings"]
    return found


def _keys() -> KeyStore:
    found: KeyStore = current_app.extensions["survey"]["keys"]
    return found


def _dialogue_id(code: str) -> str:
    with _db().reading() as session:
        return dialogues.by_code(session, code).id


def _said(run: Callable[P, T]) -> Callable[P, T]:
    """A refusal is one line on the console, not a traceback."""

    @functools.wraps(run)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return run(*args, **kwargs)
        except DomainError as error:
            raise click.ClickException(str(error)) from error

    return wrapped


@click.command("create-staff")
@click.argument("name")
@click.option("--role", type=click.Choice([role.value for role in Role]), default="organiser", show_default=True)
@click.option("--code", default=None, help="Only for this dialogue.")
@click.option("--organisation", default=None, help="Name of the organisation, where there are several.")
@with_appcontext
@_said
def create_staff(name: str, role: str, code: str | None, organisation: str | None) -> None:
    """Print a link with which NAME chooses a login and a password, once."""
    with _db().reading() as session:
        dialogue = dialogues.by_code(session, code) if code else None
        owner = dialogue.organisation_id if dialogue else organisations.named(session, organisation)
        dialogue_id = dialogue.id if dialogue else None
    token = _db().write(links.invite, owner, role, dialogue_id, name, actor="cli")
    click.echo(f"{address(_settings())}/s/invitation/{token}")


def _stores() -> Stores:
    own = current_app.extensions["survey"]
    return Stores(own["db"], own["roll"], own["keys"], own["box"])


def _step(name: str, to: str, text: str) -> click.Command:
    """A command that takes one dialogue one step further."""

    @click.argument("code")
    @with_appcontext
    @_said
    def run(code: str) -> None:
        lifecycle.take(_stores(), _dialogue_id(code), to, actor="cli")
        click.echo(f"{code}: {name}")

    run.__doc__ = text
    return click.command(name)(run)


STEPS = (
    _step("collect", "collecting", "Take questionnaires and early questions."),
    _step("open", "live", "Open the hall."),
    _step("close", "closed", "Close the hall; the ranking freezes."),
    _step("conclude", "concluded", "Answers and notice are out."),
    _step("archive", "archived", "Nothing more will change."),
)


@click.command("export")
@click.argument("code")
@click.argument("table")
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False))
@with_appcontext
@_said
def export(code: str, table: str, path: Path) -> None:
    """Write TABLE of the dialogue to PATH; the ending (csv, xlsx, json) chooses the format."""
    with _db().reading() as session, _stores().roll.reading() as roll:
        data, _mimetype, _name = exports.make_file(session, code, table, path.suffix.lstrip("."), roll)
    path.write_bytes(data)
    click.echo(str(path))


@click.command("backup")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@with_appcontext
@_said
def backup(folder: Path) -> None:
    """Copy both databases into FOLDER while the server runs. Keys are never part of a backup."""
    for path in backups.backup(_settings(), folder):
        click.echo(str(path))


@click.command("restore")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False, exists=True))
@with_appcontext
@_said
def restore(folder: Path) -> None:
    """Put a backup back. Public versions jump ahead, so that every open screen reads anew."""
    backups.restore(_settings(), folder)
    click.echo("restored")


@click.command("sample")
@click.argument("scene", type=click.Choice(list(SCENES)))
@click.option("--members", type=click.IntRange(0, 100_000), default=None)
@click.option("--questions", type=click.IntRange(0, 20_000), default=None)
@click.option("--votes", type=click.IntRange(0, 2_000_000), default=None)
@click.option("--entry", type=click.Choice([entry.value for entry in Entry]), default="open", show_default=True)
@click.option("--weak", is_flag=True, help="By roll: in the weak mode, as it is by itself where phones come by http.")
@click.option("--state", type=click.Choice(list(samples.PATH)), default="live", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@with_appcontext
@_said
def sample(
    scene: str,
    members: int | None,
    questions: int | None,
    votes: int | None,
    entry: str,
    weak: bool,
    state: str,
    as_json: bool,
) -> None:
    """Build a scene. Its sign-in links work by plain GET and repeatedly: never keep it on a public server."""
    own, roll_url = address(_settings()), _settings().roll_url
    weak = weak or not all(map(reach.can_sign, filter(None, (own, roll_url))))
    wish = samples.Wish(scene, members, questions, votes, state, entry, weak)
    made = samples.build(_stores(), wish, own, roll_url)
    if as_json:
        click.echo(json.dumps(made, ensure_ascii=False))
        return
    click.echo(f"{made['code']}  {made['url']}")
    for role, link in made["staff"].items():
        click.echo(f"  {role:<10}{link}")
    for link in made["entries"][:ENTRIES_SHOWN]:
        click.echo(f"  {'entry':<10}{link}")
    if len(made["entries"]) > ENTRIES_SHOWN:
        click.echo(f"  … {len(made['entries'])} entries in all, with --json")


COMMANDS: tuple[click.Command, ...] = (
    create_staff, *STEPS, export, backup, check, destroy_keys, restore, sample, demo_trust, hand_over, purge_roll, remind,
    export_followup, import_followup, public_folder, spare, takeover,
)  # fmt: skip
