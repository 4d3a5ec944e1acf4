"""The stage: sites with hosts, the end of a dialogue that can be undone, satisfaction with an answer"""

from __future__ import annotations

import secrets

import sqlalchemy as sa
from alembic import op

import survey.core.columns

revision = "main_0008"
down_revision = "main_0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The stage: sites with hosts, the end of a dialogue that can be undone, satisfaction with an answer"""
    _sites()
    _ending()
    _judgements()
    with op.batch_alter_table("dialogues") as batch_op:
        batch_op.add_column(sa.Column("timer_until", survey.core.columns.UTCDateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Back to one hall."""
    _no_ending()
    _one_hall()
    with op.batch_alter_table("dialogues") as batch_op:
        batch_op.drop_column("timer_until")


def _sites() -> None:
    with op.batch_alter_table("sites") as batch_op:
        batch_op.add_column(sa.Column("digits", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("ballots", sa.Integer(), nullable=False, server_default="0"))
        batch_op.create_unique_constraint(batch_op.f("uq_sites_digits"), ["digits"])
    _number_sites()
    with op.batch_alter_table("dialogues") as batch_op:
        batch_op.add_column(sa.Column("site_turns", sa.Boolean(), nullable=False, server_default=sa.false()))
    for table in ("questions", "gathered_questions"):
        with op.batch_alter_table(table) as batch_op:
            batch_op.add_column(sa.Column("site", sa.Integer(), nullable=True))
    with op.batch_alter_table("questions") as batch_op:
        batch_op.add_column(sa.Column("answerer", sa.String(), nullable=False, server_default=""))
    op.create_table(
        "site_marks",
        sa.Column("dialogue_id", sa.String(), nullable=False),
        sa.Column("mark", sa.LargeBinary(), nullable=False),
        sa.Column("site", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["dialogue_id"], ["dialogues.id"], name=op.f("fk_site_marks_dialogue_id_dialogues")),
        sa.PrimaryKeyConstraint("dialogue_id", "mark", name=op.f("pk_site_marks")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "hand_counts",
        sa.Column("dialogue_id", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("site", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("hands", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["dialogue_id"], ["dialogues.id"], name=op.f("fk_hand_counts_dialogue_id_dialogues")),
        sa.PrimaryKeyConstraint("dialogue_id", "subject", "site", name=op.f("pk_hand_counts")),
    )


def _one_hall() -> None:
    op.drop_table("hand_counts")
    op.drop_table("site_marks")
    with op.batch_alter_table("questions") as batch_op:
        batch_op.drop_column("answerer")
    for table in ("gathered_questions", "questions"):
        with op.batch_alter_table(table) as batch_op:
            batch_op.drop_column("site")
    with op.batch_alter_table("dialogues") as batch_op:
        batch_op.drop_column("site_turns")
    with op.batch_alter_table("sites") as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_sites_digits"), type_="unique")
        batch_op.drop_column("ballots")
        batch_op.drop_column("digits")


def _ending() -> None:
    with op.batch_alter_table("dialogues") as batch_op:
        batch_op.add_column(sa.Column("ends_moved", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("writing_days", sa.Integer(), nullable=False, server_default="10"))
        batch_op.add_column(sa.Column("ending_at", survey.core.columns.UTCDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("ending_by", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("ending_screen", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("grouped", sa.String(), nullable=True))
    with op.batch_alter_table("questions") as batch_op:
        batch_op.add_column(sa.Column("handed_to", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("grouped", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("before", sa.String(), nullable=True))
        for name in ("satisfied", "judged", "satisfied_shown", "judged_shown"):
            batch_op.add_column(sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
        batch_op.create_foreign_key(batch_op.f("fk_questions_handed_to_units"), "units", ["handed_to"], ["id"])


def _judgements() -> None:
    op.create_table(
        "judgements",
        sa.Column("question_id", sa.String(), nullable=False),
        sa.Column("mark", sa.LargeBinary(), nullable=False),
        sa.Column("satisfied", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(["question_id"], ["questions.id"], name=op.f("fk_judgements_question_id_questions")),
        sa.PrimaryKeyConstraint("question_id", "mark", name=op.f("pk_judgements")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "judgement_tokens",
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("question_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["question_id"], ["questions.id"], name=op.f("fk_judgement_tokens_question_id_questions")
        ),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_judgement_tokens")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_judgement_tokens_question_id"), "judgement_tokens", ["question_id"])


def _no_ending() -> None:
    op.drop_table("judgement_tokens")
    op.drop_table("judgements")
    with op.batch_alter_table("questions") as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_questions_handed_to_units"), type_="foreignkey")
        for name in ("judged_shown", "satisfied_shown", "judged", "satisfied", "before", "grouped", "handed_to"):
            batch_op.drop_column(name)
    with op.batch_alter_table("dialogues") as batch_op:
        for name in ("grouped", "ending_screen", "ending_by", "ending_at", "writing_days", "ends_moved"):
            batch_op.drop_column(name)


def _number_sites() -> None:
    """Sites that are there get their digits now: all different, with a 0 or a 1 in each as in `ids.new_digits`."""
    sites = sa.table("sites", sa.column("dialogue_id"), sa.column("number"), sa.column("digits"))
    rows = op.get_bind().execute(sa.select(sites.c.dialogue_id, sites.c.number)).all()
    free = [f"{one:06}" for one in secrets.SystemRandom().sample(range(1_000_000), min(1_000_000, 2 * len(rows) + 50))]
    usable = (one for one in free if {"0", "1"} & set(one))
    for (dialogue_id, number), digits in zip(rows, usable, strict=False):
        own = (sites.c.dialogue_id == dialogue_id) & (sites.c.number == number)
        op.get_bind().execute(sites.update().where(own).values(digits=digits))
