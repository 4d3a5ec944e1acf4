"""Tables of the roll, in the roll's own database. No foreign key leads out of it."""

from __future__ import annotations

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped
from sqlalchemy.orm import mapped_column

from survey.core.columns import UNORDERED
from survey.core.columns import RollBase


class Member(RollBase):
    """Somebody who may take part in one dialogue."""

    __tablename__ = "members"
    __table_args__ = (UniqueConstraint("dialogue_id", "code"), UNORDERED)

    id: Mapped[str] = mapped_column(primary_key=True)
    dialogue_id: Mapped[str]
    unit_id: Mapped[str | None]
    code: Mapped[str]
    name: Mapped[str]
    folded: Mapped[str]
