"""Surveys in the hall: polls, formal votes, hours of opening and closing"""

from __future__ import annotations

revision = "main_0007"
down_revision = "main_0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Surveys in the hall: polls, formal votes, hours of opening and closing"""


def downgrade() -> None:
    """Back to surveys that are opened and closed by hand."""
