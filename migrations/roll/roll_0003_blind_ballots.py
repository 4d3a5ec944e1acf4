"""Blind-signed ballots: the request that was signed"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "roll_0003"
down_revision = "roll_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Blind-signed ballots: the request that was signed"""
    with op.batch_alter_table("issued") as batch_op:
        batch_op.add_column(sa.Column("request", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    """Back to the weak mode alone."""
    with op.batch_alter_table("issued") as batch_op:
        batch_op.drop_column("request")
