"""Blind-signed ballots: the request that was signed"""

from __future__ import annotations

revision = "roll_0003"
down_revision = "roll_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Blind-signed ballots: the request that was signed"""


def downgrade() -> None:
    """Back to the weak mode alone."""
