"""First schema"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import survey.core.columns

revision = "roll_0001"
down_revision = None
branch_labels = ("roll",)
depends_on = None


def upgrade() -> None:
    """First schema"""
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


def downgrade() -> None:
    """Undo: First schema"""
    op.drop_table("members")
