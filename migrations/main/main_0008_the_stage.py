"""The stage: sites with hosts, the end of a dialogue that can be undone, satisfaction with an answer"""

from __future__ import annotations

revision = "main_0008"
down_revision = "main_0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The stage: sites with hosts, the end of a dialogue that can be undone, satisfaction with an answer"""


def downgrade() -> None:
    """Back to one hall."""
