"""Surveys in the hall: polls, formal votes, hours of opening and closing"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import survey.core.columns

revision = "main_0007"
down_revision = "main_0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Surveys in the hall: polls, formal votes, hours of opening and closing"""
    with op.batch_alter_table("questionnaires") as batch_op:
        batch_op.add_column(sa.Column("purpose", sa.String(), nullable=False, server_default="survey"))
        batch_op.add_column(sa.Column("hidden", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("counted", sa.JSON(), nullable=False, server_default="{}"))
        batch_op.add_column(sa.Column("quorum", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("share_of", sa.String(), nullable=False, server_default="present"))
        batch_op.add_column(sa.Column("present", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("released", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("dialogues") as batch_op:
        batch_op.add_column(sa.Column("poll_id", sa.String(), nullable=True))
    op.create_table(
        "poll_words",
        sa.Column("questionnaire_id", sa.String(), nullable=False),
        sa.Column("folded", sa.String(), nullable=False),
        sa.Column("spelled", sa.String(), nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("ballots", sa.Integer(), nullable=False),
        sa.Column("seen", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("stands", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["questionnaire_id"], ["questionnaires.id"], name=op.f("fk_poll_words_questionnaire_id_questionnaires")
        ),
        sa.PrimaryKeyConstraint("questionnaire_id", "folded", "spelled", "whole", name=op.f("pk_poll_words")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("dialogues") as batch_op:
        batch_op.add_column(sa.Column("key_epoch", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("former_key", sa.LargeBinary(), nullable=True))
    with op.batch_alter_table("questionnaires") as batch_op:
        batch_op.add_column(sa.Column("removed", sa.JSON(), nullable=False, server_default="[]"))
    with op.batch_alter_table("questionnaires") as batch_op:  # hours of opening and closing
        batch_op.add_column(sa.Column("opens_at", survey.core.columns.UTCDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("closes_at", survey.core.columns.UTCDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("missed", sa.String(), nullable=False, server_default=""))
    op.create_table(
        "taken_answers",
        sa.Column("dialogue_id", sa.String(), nullable=False),
        sa.Column("mark", sa.LargeBinary(), nullable=False),
        sa.Column("dismissed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["dialogue_id"], ["dialogues.id"], name=op.f("fk_taken_answers_dialogue_id_dialogues")),
        sa.PrimaryKeyConstraint("dialogue_id", "mark", name=op.f("pk_taken_answers")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("questionnaires") as batch_op:  # results
        batch_op.add_column(sa.Column("snapshot", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("rows_announced", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("results_link", sa.LargeBinary(), nullable=True))
    with op.batch_alter_table("items") as batch_op:
        batch_op.add_column(sa.Column("identifying", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    """Back to surveys that are opened and closed by hand."""
    with op.batch_alter_table("items") as batch_op:
        batch_op.drop_column("identifying")
    with op.batch_alter_table("questionnaires") as batch_op:
        for name in ("results_link", "rows_announced", "snapshot"):
            batch_op.drop_column(name)
    op.drop_table("taken_answers")
    with op.batch_alter_table("questionnaires") as batch_op:
        batch_op.drop_column("missed")
        batch_op.drop_column("closes_at")
        batch_op.drop_column("opens_at")
    op.drop_table("poll_words")
    with op.batch_alter_table("dialogues") as batch_op:
        batch_op.drop_column("poll_id")
    with op.batch_alter_table("questionnaires") as batch_op:
        for name in ("present", "share_of", "quorum", "counted", "hidden", "purpose"):
            batch_op.drop_column(name)
    with op.batch_alter_table("dialogues") as batch_op:
        batch_op.drop_column("former_key")
        batch_op.drop_column("key_epoch")
    with op.batch_alter_table("questionnaires") as batch_op:
        batch_op.drop_column("removed")
