"""Counts of a board are read from an index alone"""

from __future__ import annotations

from alembic import op

revision = "main_0010"
down_revision = "main_0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Counts of a board are read from an index alone"""
    _question_counts()


def downgrade() -> None:
    """Back to counts that read the questions."""
    op.drop_index("ix_questions_counts", "questions")


def _question_counts() -> None:
    op.create_index("ix_questions_counts", "questions", ["dialogue_id", "state", "number"])
