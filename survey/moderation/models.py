"""Table of the moderation log, written in the same transaction as the change it records."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey
from sqlalchemy import Index
from sqlalchemy.orm import Mapped
from sqlalchemy.orm import mapped_column

from survey.core.columns import Base


class ModerationLog(Base):
    """One decision on one question. `actor` is an opaque reference; the time is coarse, as the question's own is."""

    __tablename__ = "moderation_log"
    __table_args__ = (Index(None, "dialogue_id", "at"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    dialogue_id: Mapped[str] = mapped_column(ForeignKey("dialogues.id"))
    question_id: Mapped[str] = mapped_column(ForeignKey("questions.id"), index=True)
    at: Mapped[dt.datetime]
    actor: Mapped[str]
    action: Mapped[str]
    before: Mapped[str]
    after: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")
