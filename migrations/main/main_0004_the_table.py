"""The moderator's table: hard content, asking back, prepared answers, rehearsal"""

from __future__ import annotations

revision = "main_0004"
down_revision = "main_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The moderator's table: hard content, asking back, prepared answers, rehearsal"""


def downgrade() -> None:
    """Back to a board without them."""
