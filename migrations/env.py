"""Alembic's entry: one script folder, two branches (`main`, `roll`), each for its own database."""

from __future__ import annotations

from alembic import context
from sqlalchemy import create_engine

import survey.accounts.models
import survey.dialogues.models
import survey.followups.models
import survey.followups.models_deadlines
import survey.followups.models_ideas
import survey.followups.models_publishing
import survey.followups.models_recommendations
import survey.moderation.models
import survey.organisations.models
import survey.public.models
import survey.questionnaires.models
import survey.questions.models
import survey.rehearsal.models
import survey.roll.models
import survey.room.models  # noqa: F401 - imported so that the metadata know every table
from survey.core.columns import Base
from survey.core.columns import RollBase

METADATA = {"main": Base.metadata, "roll": RollBase.metadata}


def run() -> None:
    """Run the migrations of `branch` on `url`, both handed over by `survey.core.migrations`."""
    attributes = context.config.attributes
    engine = create_engine(attributes["url"])
    with engine.connect() as connection:
        context.configure(
            connection=connection, target_metadata=METADATA[attributes["branch"]], render_as_batch=True,
            compare_type=True,
        )  # fmt: skip
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()
