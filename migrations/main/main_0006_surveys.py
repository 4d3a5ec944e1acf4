"""Surveys: items that depend on earlier answers"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "main_0006"
down_revision = "main_0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Surveys: items that depend on earlier answers"""
    with op.batch_alter_table("items") as batch_op:
        batch_op.add_column(sa.Column("shown_if", sa.JSON(), nullable=False, server_default="{}"))


def downgrade() -> None:
    """Back to items that are always asked."""
    with op.batch_alter_table("items") as batch_op:
        batch_op.drop_column("shown_if")
