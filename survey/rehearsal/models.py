"""Table of the rehearsals under way: what has to be as it was when one ends."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped
from sqlalchemy.orm import mapped_column

from survey.core.columns import Base


class Rehearsal(Base):
    """One that is under way; its row goes with it. `kept` is what stood before, as plain values."""

    __tablename__ = "rehearsals"

    dialogue_id: Mapped[str] = mapped_column(ForeignKey("dialogues.id"), primary_key=True)
    kept: Mapped[dict[str, Any]]
