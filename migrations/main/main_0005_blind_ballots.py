"""Blind-signed ballots: the public key, the box, who entered late"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "main_0005"
down_revision = "main_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Blind-signed ballots: the public key, the box, who entered late"""
    with op.batch_alter_table("dialogues") as batch_op:
        batch_op.add_column(sa.Column("issue_key", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("unshuffled", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("key_days", sa.Integer(), nullable=False, server_default="30"))
        batch_op.add_column(sa.Column("keys_until", sa.Date(), nullable=True))
    with op.batch_alter_table("dialogues") as batch_op:
        batch_op.add_column(sa.Column("box_times", sa.String(), nullable=False, server_default="12:00, 20:00"))
        batch_op.add_column(sa.Column("box_least", sa.Integer(), nullable=False, server_default="10"))
        batch_op.add_column(sa.Column("box_seen", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("box_opened", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("alone", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "fillings",
        sa.Column("dialogue_id", sa.String(), nullable=False),
        sa.Column("filling", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("drops", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["dialogue_id"], ["dialogues.id"], name=op.f("fk_fillings_dialogue_id_dialogues")),
        sa.PrimaryKeyConstraint("dialogue_id", "filling", name=op.f("pk_fillings")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "key_records",
        sa.Column("dialogue_id", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("destroyed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["dialogue_id"], ["dialogues.id"], name=op.f("fk_key_records_dialogue_id_dialogues")),
        sa.PrimaryKeyConstraint("dialogue_id", "purpose", name=op.f("pk_key_records")),
    )
    op.create_table(
        "gathered_questions",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("dialogue_id", sa.String(), nullable=False),
        sa.Column("author", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("topic_id", sa.String(), nullable=True),
        sa.Column("mute", sa.LargeBinary(), nullable=True),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["dialogue_id"], ["dialogues.id"], name=op.f("fk_gathered_questions_dialogue_id_dialogues")
        ),
        sa.ForeignKeyConstraint(
            ["topic_id"], ["topics.id"], name=op.f("fk_gathered_questions_topic_id_topics"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gathered_questions")),
        sa.UniqueConstraint("dialogue_id", "author", name=op.f("uq_gathered_questions_dialogue_id_author")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Back to the weak mode alone."""
    op.drop_table("gathered_questions")
    op.drop_table("fillings")
    op.drop_table("key_records")
    with op.batch_alter_table("dialogues") as batch_op:
        for name in (
            "alone",
            "box_opened",
            "box_seen",
            "box_least",
            "box_times",
            "keys_until",
            "key_days",
            "unshuffled",
        ):
            batch_op.drop_column(name)
        batch_op.drop_column("issue_key")
