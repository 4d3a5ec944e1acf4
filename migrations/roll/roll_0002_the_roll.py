"""The roll: members with their links, what was issued, what was published"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import survey.core.columns

revision = "roll_0002"
down_revision = "roll_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The roll: members with their links, what was issued, what was published"""
    op.create_table(
        "corrections",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("dialogue_id", sa.String(), nullable=False),
        sa.Column("member_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corrections")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("corrections", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_corrections_dialogue_id"), ["dialogue_id"], unique=False)

    op.create_table(
        "issued",
        sa.Column("dialogue_id", sa.String(), nullable=False),
        sa.Column("member_id", sa.String(), nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("bound", sa.LargeBinary(), nullable=True),
        sa.Column("moved", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("dialogue_id", "member_id", name=op.f("pk_issued")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "memberships",
        sa.Column("member_id", sa.String(), nullable=False),
        sa.Column("unit_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("member_id", "unit_id", name=op.f("pk_memberships")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "roll_log",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("dialogue_id", sa.String(), nullable=False),
        sa.Column("at", survey.core.columns.UTCDateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roll_log")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("roll_log", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_roll_log_dialogue_id_at"), ["dialogue_id", "at"], unique=False)

    op.create_table(
        "rolls",
        sa.Column("dialogue_id", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("notice", sa.String(), nullable=False),
        sa.Column("delete_on", sa.Date(), nullable=True),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("second", sa.String(), nullable=False),
        sa.Column("word", sa.LargeBinary(), nullable=True),
        sa.Column("issue_from", survey.core.columns.UTCDateTime(timezone=True), nullable=True),
        sa.Column("issue_until", survey.core.columns.UTCDateTime(timezone=True), nullable=True),
        sa.Column("frozen_at", survey.core.columns.UTCDateTime(timezone=True), nullable=True),
        sa.Column("frozen_total", sa.Integer(), nullable=False),
        sa.Column("freezes", sa.Integer(), nullable=False),
        sa.Column("settled", sa.Boolean(), nullable=False),
        sa.Column("purged_at", survey.core.columns.UTCDateTime(timezone=True), nullable=True),
        sa.Column("scrubbed", sa.Boolean(), nullable=False),
        sa.Column("kept_late", sa.Integer(), nullable=False),
        sa.Column("kept_door", sa.Integer(), nullable=False),
        sa.Column("kept_substitutes", sa.Integer(), nullable=False),
        sa.Column("kept_removed", sa.Integer(), nullable=False),
        sa.Column("kept_seats", sa.Integer(), nullable=False),
        sa.Column("kept_issued", sa.Integer(), nullable=False),
        sa.Column("kept_moved", sa.Integer(), nullable=False),
        sa.Column("kept_cards", sa.Integer(), nullable=False),
        sa.Column("kept_claims", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("dialogue_id", name=op.f("pk_rolls")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "unit_counts",
        sa.Column("dialogue_id", sa.String(), nullable=False),
        sa.Column("unit_id", sa.String(), nullable=False),
        sa.Column("members", sa.Integer(), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=True),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("remark", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("dialogue_id", "unit_id", name=op.f("pk_unit_counts")),
        sa.UniqueConstraint("token", name=op.f("uq_unit_counts_token")),
        sqlite_with_rowid=False,
    )
    op.drop_table("members")  # no version wrote to it
    op.create_table(
        "members",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("dialogue_id", sa.String(), nullable=False),
        sa.Column("unit_id", sa.String(), nullable=True),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("folded", sa.String(), nullable=False),
        sa.Column("sort", sa.LargeBinary(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("link", sa.LargeBinary(), nullable=False),
        sa.Column("twin", sa.LargeBinary(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("added", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("claimed", sa.Boolean(), nullable=False),
        sa.Column("removed", sa.Boolean(), nullable=False),
        sa.Column("instead_of", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_members")),
        sa.UniqueConstraint("dialogue_id", "code", name=op.f("uq_members_dialogue_id_code")),
        sa.UniqueConstraint("dialogue_id", "link", name=op.f("uq_members_dialogue_id_link")),
        sa.UniqueConstraint("dialogue_id", "twin", name=op.f("uq_members_dialogue_id_twin")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("members", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_members_dialogue_id_unit_id"), ["dialogue_id", "unit_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_members_dialogue_id_removed_sort"), ["dialogue_id", "removed", "sort"], unique=False
        )


def downgrade() -> None:
    """Undo: The roll: members with their links, what was issued, what was published"""
    op.drop_table("members")
    op.create_table(
        "members",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("dialogue_id", sa.String(), nullable=False),
        sa.Column("unit_id", sa.String(), nullable=True),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("folded", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_members")),
        sa.UniqueConstraint("dialogue_id", "code", name=op.f("uq_members_dialogue_id_code")),
        sqlite_with_rowid=False,
    )
    op.drop_table("unit_counts")
    op.drop_table("rolls")
    with op.batch_alter_table("roll_log", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_roll_log_dialogue_id_at"))

    op.drop_table("roll_log")
    op.drop_table("memberships")
    op.drop_table("issued")
    with op.batch_alter_table("corrections", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_corrections_dialogue_id"))

    op.drop_table("corrections")
