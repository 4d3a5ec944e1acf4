"""Groups of questions that mean the same, and a fair order"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "main_0003"
down_revision = "main_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Groups of questions that mean the same"""
    with op.batch_alter_table("questions") as batch_op:
        batch_op.add_column(sa.Column("group_id", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("merged_into", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("wordings", sa.Integer(), nullable=False, server_default="1"))
        batch_op.add_column(sa.Column("shown", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("dialogues") as batch_op:
        batch_op.add_column(sa.Column("rule", sa.String(), nullable=False, server_default="supporters"))
        batch_op.add_column(sa.Column("turns", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "question_groups",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("dialogue_id", sa.String(), nullable=False),
        sa.Column("leading_id", sa.String(), nullable=False),
        sa.Column("previous", sa.String(), nullable=True),
        sa.Column("carried", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["dialogue_id"], ["dialogues.id"], name=op.f("fk_question_groups_dialogue_id_dialogues")
        ),
        sa.ForeignKeyConstraint(["leading_id"], ["questions.id"], name=op.f("fk_question_groups_leading_id_questions")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question_groups")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_question_groups_dialogue_id"), "question_groups", ["dialogue_id"])
    op.create_table(
        "group_members",
        sa.Column("group_id", sa.String(), nullable=False),
        sa.Column("question_id", sa.String(), nullable=False),
        sa.Column("before", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"], ["question_groups.id"], name=op.f("fk_group_members_group_id_question_groups")
        ),
        sa.ForeignKeyConstraint(["question_id"], ["questions.id"], name=op.f("fk_group_members_question_id_questions")),
        sa.PrimaryKeyConstraint("group_id", "question_id", name=op.f("pk_group_members")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_group_members_question_id"), "group_members", ["question_id"])
    op.create_table(
        "group_supports",
        sa.Column("group_id", sa.String(), nullable=False),
        sa.Column("voter", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"], ["question_groups.id"], name=op.f("fk_group_supports_group_id_question_groups")
        ),
        sa.PrimaryKeyConstraint("group_id", "voter", name=op.f("pk_group_supports")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Undo: Groups of questions that mean the same"""
    op.drop_table("group_supports")
    op.drop_index(op.f("ix_group_members_question_id"), "group_members")
    op.drop_table("group_members")
    op.drop_index(op.f("ix_question_groups_dialogue_id"), "question_groups")
    op.drop_table("question_groups")
    with op.batch_alter_table("dialogues") as batch_op:
        batch_op.drop_column("turns")
        batch_op.drop_column("rule")
    with op.batch_alter_table("questions") as batch_op:
        batch_op.drop_column("shown")
        batch_op.drop_column("wordings")
        batch_op.drop_column("merged_into")
        batch_op.drop_column("group_id")
