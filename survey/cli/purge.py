"""`purge-roll`: delete rolls by their date, or one now."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from survey.cli.commands import _dialogue_id
from survey.cli.commands import _said
from survey.cli.commands import _stores
from survey.core.clock import now
from survey.core.errors import NotNow
from survey.core.text import N_
from survey.dialogues import queries as dialogues
from survey.dialogues.state import State
from survey.roll import purging


@click.command("purge-roll")
@click.argument("code", required=False)
@with_appcontext
@_said
def purge_roll(code: str | None) -> None:
    """Delete the roll of CODE now, or every roll whose day has come; counts stay, nothing comes back."""
    stores, moment = _stores(), now()
    if code is None:
        due = purging.sweep(stores, moment)
        for dialogue_id in due:
            with stores.db.reading() as session:
                click.echo(f"{dialogues.by_id(session, dialogue_id).code}: roll deleted")
        if not due:
            click.echo("nothing is due")
        return
    dialogue_id = _dialogue_id(code)
    with stores.db.reading() as session:
        if dialogues.by_id(session, dialogue_id).state == State.LIVE:
            raise NotNow(N_("Hội trường đang mở nên chưa xóa danh sách. Hãy khép lại đối thoại trước."))
    number = purging.purge(stores, dialogue_id, moment, actor="cli")
    click.echo(f"{code}: roll deleted, {number} people")
