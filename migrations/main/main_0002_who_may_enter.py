"""Cards, passes, sites and the roles that go with them"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import survey.core.columns

revision = "main_0002"
down_revision = "main_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Cards, passes, sites and the roles that go with them"""
    op.create_table(
        "card_batches",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("dialogue_id", sa.String(), nullable=False),
        sa.Column("site", sa.Integer(), nullable=False),
        sa.Column("first_sheet", sa.Integer(), nullable=False),
        sa.Column("last_sheet", sa.Integer(), nullable=False),
        sa.Column("cards", sa.Integer(), nullable=False),
        sa.Column("at", survey.core.columns.UTCDateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["dialogue_id"], ["dialogues.id"], name=op.f("fk_card_batches_dialogue_id_dialogues")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_card_batches")),
    )
    with op.batch_alter_table("card_batches", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_card_batches_dialogue_id"), ["dialogue_id"], unique=False)

    op.create_table(
        "card_voidings",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("dialogue_id", sa.String(), nullable=False),
        sa.Column("site", sa.Integer(), nullable=True),
        sa.Column("sheets", sa.String(), nullable=False),
        sa.Column("cards", sa.Integer(), nullable=False),
        sa.Column("at", survey.core.columns.UTCDateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["dialogue_id"], ["dialogues.id"], name=op.f("fk_card_voidings_dialogue_id_dialogues")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_card_voidings")),
    )
    with op.batch_alter_table("card_voidings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_card_voidings_dialogue_id"), ["dialogue_id"], unique=False)

    op.create_table(
        "sites",
        sa.Column("dialogue_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("cards", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["dialogue_id"], ["dialogues.id"], name=op.f("fk_sites_dialogue_id_dialogues")),
        sa.PrimaryKeyConstraint("dialogue_id", "number", name=op.f("pk_sites")),
    )
    op.create_table(
        "spent_passes",
        sa.Column("dialogue_id", sa.String(), nullable=False),
        sa.Column("use", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["dialogue_id"], ["dialogues.id"], name=op.f("fk_spent_passes_dialogue_id_dialogues")),
        sa.PrimaryKeyConstraint("dialogue_id", "use", name=op.f("pk_spent_passes")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "tickets",
        sa.Column("dialogue_id", sa.String(), nullable=False),
        sa.Column("mark", sa.LargeBinary(), nullable=False),
        sa.Column("sheet", sa.Integer(), nullable=False),
        sa.Column("site", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["dialogue_id"], ["dialogues.id"], name=op.f("fk_tickets_dialogue_id_dialogues")),
        sa.PrimaryKeyConstraint("dialogue_id", "mark", name=op.f("pk_tickets")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("tickets", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tickets_dialogue_id_sheet"), ["dialogue_id", "sheet"], unique=False)

    with op.batch_alter_table("grants", schema=None) as batch_op:
        batch_op.add_column(sa.Column("site", sa.Integer(), nullable=True))

    with op.batch_alter_table("links", schema=None) as batch_op:
        batch_op.add_column(sa.Column("site", sa.Integer(), nullable=True))


def downgrade() -> None:
    """Undo: Cards, passes, sites and the roles that go with them"""
    with op.batch_alter_table("links", schema=None) as batch_op:
        batch_op.drop_column("site")

    with op.batch_alter_table("grants", schema=None) as batch_op:
        batch_op.drop_column("site")

    with op.batch_alter_table("tickets", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_tickets_dialogue_id_sheet"))

    op.drop_table("tickets")
    op.drop_table("spent_passes")
    op.drop_table("sites")
    with op.batch_alter_table("card_voidings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_card_voidings_dialogue_id"))

    op.drop_table("card_voidings")
    with op.batch_alter_table("card_batches", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_card_batches_dialogue_id"))

    op.drop_table("card_batches")
