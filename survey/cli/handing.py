"""The command `hand-over`: everything that there is about one dialogue, table by table. Keys are never part of it."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import Select
from sqlalchemy import Table
from sqlalchemy import or_
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core.columns import Base
from survey.core.columns import RollBase
from survey.core.db import Database
from survey.core.errors import DomainError
from survey.dialogues import queries as dialogues
from survey.pages.records import TABLES

# Tables that belong to a dialogue through another one: column -> the table that names the dialogue.
THROUGH = {
    "question_id": "questions", "questionnaire_id": "questionnaires", "group_id": "question_groups",
    "member_id": "members", "thread_id": "threads", "recommendation_id": "recommendations",
}  # fmt: skip


@click.command("hand-over")
@click.argument("code")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@with_appcontext
def hand_over(code: str, folder: Path) -> None:
    """Write everything that there is about one dialogue into FOLDER, a file of JSON for each table."""
    own = current_app.extensions["survey"]
    try:
        tables = everything(own["db"], own["roll"], code)
    except DomainError as error:
        raise click.ClickException(str(error)) from error
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name, rows in tables.items():
        file = folder / f"{name}.json"
        file.touch(
            mode=0o600
        )  # names and telephone numbers: for nobody else on this machine, also in a folder that was there
        file.chmod(0o600)
        file.write_text(json.dumps(rows, ensure_ascii=False, indent=1), encoding="utf-8")
        click.echo(f"{len(rows):>7}  {name}")


def everything(db: Database, roll: Database, code: str) -> dict[str, list[dict[str, Any]]]:
    """The rows of every table of both databases that belong to the dialogue or to its organisation.

    Bytes are hex digits, moments ISO 8601. Raises `UnknownCode`.
    """
    with db.reading() as session:
        dialogue = dialogues.by_code(session, code)
        found = {
            name: _rows(session, table, dialogue.id, dialogue.organisation_id)
            for name, table in Base.metadata.tables.items()
        }
    with roll.reading() as session:
        for name, table in RollBase.metadata.tables.items():
            found[name] = _rows(session, table, dialogue.id, dialogue.organisation_id)
    return {name: found[name] for name in TABLES}


def _rows(session: Session, table: Table, dialogue_id: str, organisation_id: str) -> list[dict[str, Any]]:
    rows = session.execute(_belonging(table, dialogue_id, organisation_id)).mappings()
    return [{str(column): _plain(value) for column, value in row.items()} for row in rows]


def _belonging(table: Table, dialogue_id: str, organisation_id: str) -> Select[Any]:
    columns = table.c
    if table.name == "dialogues":
        return select(table).where(columns.id == dialogue_id)
    if table.name == "organisations":
        return select(table).where(columns.id == organisation_id)
    if "dialogue_id" in columns and "organisation_id" in columns:  # of staff: for this dialogue or for all
        ours = columns.organisation_id == organisation_id
        return select(table).where(or_(columns.dialogue_id == dialogue_id, columns.dialogue_id.is_(None) & ours))
    for name, value in (("dialogue_id", dialogue_id), ("organisation_id", organisation_id)):
        if name in columns:
            return select(table).where(columns[name] == value)
    name, through = next((name, THROUGH[name]) for name in columns.keys() if name in THROUGH)  # noqa: SIM118 - not a dict
    parent = table.metadata.tables[through]
    return select(table).where(columns[name].in_(select(parent.c.id).where(parent.c.dialogue_id == dialogue_id)))


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    return value.isoformat() if isinstance(value, dt.date) else value
