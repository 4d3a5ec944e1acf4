"""Another key before the box was first emptied"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "roll_0004"
down_revision = "roll_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Another key before the box was first emptied"""
    with op.batch_alter_table("rolls") as batch_op:
        batch_op.add_column(sa.Column("key_epoch", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("reminded_on", sa.Date(), nullable=True))


def downgrade() -> None:
    """Back to one key for good."""
    with op.batch_alter_table("rolls") as batch_op:
        batch_op.drop_column("reminded_on")
        batch_op.drop_column("key_epoch")
