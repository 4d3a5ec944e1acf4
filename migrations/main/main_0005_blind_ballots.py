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


def downgrade() -> None:
    """Back to the weak mode alone."""
    with op.batch_alter_table("dialogues") as batch_op:
        batch_op.drop_column("issue_key")
