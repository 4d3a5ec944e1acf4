"""Tables of the moderation log, written in the same transaction as the change it records, and of the bridge."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey
from sqlalchemy import Index
from sqlalchemy.orm import Mapped
from sqlalchemy.orm import mapped_column

from survey.core.columns import UNORDERED
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


class TakenAnswer(Base):
    """A text out of a questionnaire that staff have dealt with: it became a question, or was set aside (`dismissed`).

    `mark` is the HMAC of item and text under the key `response`. It leads to no response and to no question.
    """

    __tablename__ = "taken_answers"
    __table_args__ = (UNORDERED,)

    dialogue_id: Mapped[str] = mapped_column(ForeignKey("dialogues.id"), primary_key=True)
    mark: Mapped[bytes] = mapped_column(primary_key=True)
    dismissed: Mapped[bool] = mapped_column(default=False)
