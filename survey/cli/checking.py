"""`check`: whether histories and files are as they were written, and kept counts those of the rows."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import Exists
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core import readonly
from survey.core.errors import NotFound
from survey.core.settings import Settings
from survey.core.stores import Stores
from survey.dialogues import keyring
from survey.dialogues.models import Dialogue
from survey.followups import attachments
from survey.followups import history
from survey.followups.models_recommendations import Attachment
from survey.followups.models_recommendations import Recommendation
from survey.followups.models_recommendations import RecommendationEvent
from survey.questions import kept

WORDS = {
    "order": "a row is missing or was added", "chain": "a row was changed", "text": "a text was changed",
    "current": "what stands is not what the history says",
}  # fmt: skip


@click.command("check")
@with_appcontext
def check() -> None:
    """Hold histories against their chains, files against their digests and kept counts against rows; 1 where one differs."""
    own = current_app.extensions["survey"]
    with own["db"].reading() as session:
        counted, miscounted = kept.differences(session)
        faults = [*_histories(session), *_files(session, own["settings"]), *map(_miscounted, miscounted)]
        for line in faults:
            click.echo(line)
        rows = session.scalar(select(func.count()).select_from(RecommendationEvent))
        files = session.scalar(select(func.count()).select_from(Attachment))
        for code, id_ in session.execute(select(Dialogue.code, Dialogue.id).where(_has_some()).order_by(Dialogue.code)):
            click.echo(f"{code}: seal {history.seal(session, id_)}")
    for owner in keyring.strangers(Stores(own["db"], own["roll"], own["keys"], own["box"])):
        click.echo(f"keys of {owner}, which this database does not know: {', '.join(own['keys'].purposes(owner))}")
    click.echo(f"{counted} questions counted")
    click.echo(f"{rows} rows of history, {files} files, {len(faults)} faults")
    if faults:
        raise SystemExit(1)


@click.command("destroy-keys")
@click.option("--unknown", is_flag=True, required=True, help="Those that `check` lists.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@with_appcontext
def destroy_keys(unknown: bool, yes: bool) -> None:
    """Destroy keys of dialogues that this database does not know, for good: after an older copy was put back."""
    own = current_app.extensions["survey"]
    readonly.refuse(own["db"].closed)
    stores = Stores(own["db"], own["roll"], own["keys"], own["box"])
    owners = keyring.strangers(stores) if unknown else []
    for owner in owners:
        click.echo(f"{owner}: {', '.join(own['keys'].purposes(owner))}")
    if owners and not yes:
        click.confirm("Hủy các khóa này? Bản sao mới hơn của cơ sở dữ liệu sẽ không dùng lại được chúng.", abort=True)
    click.echo(f"{keyring.destroy_strangers(stores, owners)} keys destroyed")


def _miscounted(one: kept.Difference) -> str:
    return f"{one.code}, question {one.question_id}: {one.kept} supporters are kept, {one.counted} were counted"


def _has_some() -> Exists:
    return select(Recommendation.id).where(Recommendation.dialogue_id == Dialogue.id).exists()


def _histories(session: Session) -> list[str]:
    statement = select(Recommendation.id, Dialogue.code).join(Dialogue, Dialogue.id == Recommendation.dialogue_id)
    codes = {row.id: row.code for row in session.execute(statement)}
    return [
        f"{codes[fault.recommendation_id]}, recommendation {fault.number}, row {fault.place}: {WORDS[fault.what]}"
        for fault in history.verify(session)
    ]


def _files(session: Session, settings: Settings) -> list[str]:
    found = []
    for file in session.scalars(select(Attachment).order_by(Attachment.id)):
        try:
            attachments.read(settings.data_dir, file)
        except NotFound:
            found.append(f"file {file.id}: missing or changed")
    return found
