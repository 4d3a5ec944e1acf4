"""`purge-roll`: delete rolls by their date, or one now."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import with_appcontext

from survey.core.clock import now
from survey.core.errors import DomainError
from survey.core.errors import NotNow
from survey.core.stores import Stores
from survey.core.text import N_
from survey.dialogues import queries as dialogues
from survey.dialogues.state import State
from survey.roll import purging


@click.command("purge-roll")
@click.argument("code", required=False)
@with_appcontext
def purge_roll(code: str | None) -> None:
    """Delete the roll of CODE now, or every roll whose day has come; counts stay, nothing comes back."""
    own = current_app.extensions["survey"]
    stores = Stores(own["db"], own["roll"], own["keys"], own["box"])
    try:
        for line in _due(stores) if code is None else _one(stores, code):
            click.echo(line)
    except DomainError as error:
        raise click.ClickException(str(error)) from error


def _due(stores: Stores) -> list[str]:
    ids = purging.sweep(stores, now())
    with stores.db.reading() as session:
        return [f"{dialogues.by_id(session, one).code}: roll deleted" for one in ids] or ["nothing is due"]


def _one(stores: Stores, code: str) -> list[str]:
    with stores.db.reading() as session:
        dialogue = dialogues.by_code(session, code)
    if dialogue.state == State.LIVE:
        raise NotNow(N_("Hội trường đang mở nên chưa xóa danh sách. Hãy khép lại đối thoại trước."))
    number = purging.purge(stores, dialogue.id, now(), actor="cli")
    return [f"{dialogue.code}: roll deleted, {number} people"]
