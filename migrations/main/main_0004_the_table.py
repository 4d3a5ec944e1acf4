"""The moderator's table: hard content, asking back, prepared answers, rehearsal"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "main_0004"
down_revision = "main_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The moderator's table: hard content, asking back, prepared answers, rehearsal"""
    _prepared_answers()
    _rehearsal()
    _asking_back()
    _held_order()
    _apart()
    _hard_content()


def downgrade() -> None:
    """Back to a board without them."""
    with op.batch_alter_table("dialogues") as batch_op:
        for name in ("unscrubbed", "complaints", "leaders"):
            batch_op.drop_column(name)
    with op.batch_alter_table("questions") as batch_op:
        batch_op.drop_column("muted")
        batch_op.drop_column("mute")
    with op.batch_alter_table("questions") as batch_op:
        batch_op.drop_column("apart")
    with op.batch_alter_table("questions") as batch_op:
        batch_op.drop_column("held_place")
    with op.batch_alter_table("dialogues") as batch_op:
        batch_op.drop_column("auto_pass")
    with op.batch_alter_table("questions") as batch_op:
        batch_op.drop_column("reply")
        batch_op.drop_column("asked_back")
    op.drop_table("rehearsals")
    with op.batch_alter_table("dialogues") as batch_op:
        batch_op.drop_column("rehearsal")
    op.drop_table("followup_log")
    op.drop_table("prepared_answers")
    op.drop_table("unit_links")
    op.drop_table("question_units")
    op.drop_table("topic_units")
    op.drop_table("preparations")


def _prepared_answers() -> None:
    op.create_table(
        "preparations",
        sa.Column("dialogue_id", sa.String(), nullable=False),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("words", sa.String(), nullable=False),
        _of_dialogue("preparations"),
        sa.PrimaryKeyConstraint("dialogue_id", name=op.f("pk_preparations")),
    )
    op.create_table(
        "topic_units",
        sa.Column("topic_id", sa.String(), nullable=False),
        sa.Column("dialogue_id", sa.String(), nullable=False),
        sa.Column("unit_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["topic_id"], ["topics.id"], name=op.f("fk_topic_units_topic_id_topics"), ondelete="CASCADE"
        ),
        _of_dialogue("topic_units"),
        _of_unit("topic_units"),
        sa.PrimaryKeyConstraint("topic_id", name=op.f("pk_topic_units")),
    )
    op.create_index(op.f("ix_topic_units_dialogue_id"), "topic_units", ["dialogue_id"])
    op.create_table(
        "question_units",
        sa.Column("question_id", sa.String(), nullable=False),
        sa.Column("dialogue_id", sa.String(), nullable=False),
        sa.Column("unit_id", sa.String(), nullable=True),
        _of_question("question_units"),
        _of_dialogue("question_units"),
        _of_unit("question_units"),
        sa.PrimaryKeyConstraint("question_id", name=op.f("pk_question_units")),
    )
    op.create_index(op.f("ix_question_units_dialogue_id"), "question_units", ["dialogue_id"])
    op.create_table(
        "unit_links",
        sa.Column("dialogue_id", sa.String(), nullable=False),
        sa.Column("unit_id", sa.String(), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        _of_dialogue("unit_links"),
        _of_unit("unit_links"),
        sa.PrimaryKeyConstraint("dialogue_id", "unit_id", name=op.f("pk_unit_links")),
        sa.UniqueConstraint("token", name=op.f("uq_unit_links_token")),
    )
    op.create_table(
        "prepared_answers",
        sa.Column("question_id", sa.String(), nullable=False),
        sa.Column("unit_id", sa.String(), nullable=False),
        sa.Column("dialogue_id", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        _of_question("prepared_answers"),
        _of_dialogue("prepared_answers"),
        _of_unit("prepared_answers"),
        sa.PrimaryKeyConstraint("question_id", "unit_id", name=op.f("pk_prepared_answers")),
    )
    op.create_index(op.f("ix_prepared_answers_dialogue_id"), "prepared_answers", ["dialogue_id"])
    op.create_table(
        "followup_log",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("dialogue_id", sa.String(), nullable=False),
        sa.Column("unit_id", sa.String(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        _of_dialogue("followup_log"),
        _of_unit("followup_log"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_followup_log")),
    )
    op.create_index(op.f("ix_followup_log_dialogue_id_at"), "followup_log", ["dialogue_id", "at"])


def _rehearsal() -> None:
    with op.batch_alter_table("dialogues") as batch_op:
        batch_op.add_column(sa.Column("rehearsal", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "rehearsals",
        sa.Column("dialogue_id", sa.String(), nullable=False),
        sa.Column("kept", sa.JSON(), nullable=False),
        _of_dialogue("rehearsals"),
        sa.PrimaryKeyConstraint("dialogue_id", name=op.f("pk_rehearsals")),
    )


def _held_order() -> None:
    with op.batch_alter_table("questions") as batch_op:
        batch_op.add_column(sa.Column("held_place", sa.Integer(), nullable=True))


def _asking_back() -> None:
    with op.batch_alter_table("questions") as batch_op:
        batch_op.add_column(sa.Column("asked_back", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("reply", sa.String(), nullable=False, server_default=""))
    with op.batch_alter_table("dialogues") as batch_op:
        batch_op.add_column(sa.Column("auto_pass", sa.Boolean(), nullable=False, server_default=sa.false()))


def _hard_content() -> None:
    with op.batch_alter_table("questions") as batch_op:
        batch_op.add_column(sa.Column("mute", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("muted", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("dialogues") as batch_op:
        batch_op.add_column(sa.Column("leaders", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("complaints", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("unscrubbed", sa.Boolean(), nullable=False, server_default=sa.false()))


def _of_dialogue(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["dialogue_id"], ["dialogues.id"], name=op.f(f"fk_{table}_dialogue_id_dialogues"))


def _of_unit(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f(f"fk_{table}_unit_id_units"))


def _of_question(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["question_id"], ["questions.id"], name=op.f(f"fk_{table}_question_id_questions"))


def _apart() -> None:
    with op.batch_alter_table("questions") as batch_op:
        batch_op.add_column(sa.Column("apart", sa.Boolean(), nullable=False, server_default=sa.false()))
