"""Tables of what units are asked to prepare. Nothing here knows a ballot: a question is known by its id alone."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey
from sqlalchemy import Index
from sqlalchemy.orm import Mapped
from sqlalchemy.orm import mapped_column

from survey.core.columns import Base


class Preparation(Base):
    """What units are told with their lists: until which day, and a few words."""

    __tablename__ = "preparations"

    dialogue_id: Mapped[str] = mapped_column(ForeignKey("dialogues.id"), primary_key=True)
    due: Mapped[dt.date | None]
    words: Mapped[str] = mapped_column(default="")


class TopicUnit(Base):
    """The unit that prepares what stands under a topic."""

    __tablename__ = "topic_units"

    topic_id: Mapped[str] = mapped_column(ForeignKey("topics.id", ondelete="CASCADE"), primary_key=True)
    dialogue_id: Mapped[str] = mapped_column(ForeignKey("dialogues.id"), index=True)
    unit_id: Mapped[str] = mapped_column(ForeignKey("units.id"))


class QuestionUnit(Base):
    """A question that does not go where its topic goes; without a unit it goes to nobody."""

    __tablename__ = "question_units"

    question_id: Mapped[str] = mapped_column(ForeignKey("questions.id"), primary_key=True)
    dialogue_id: Mapped[str] = mapped_column(ForeignKey("dialogues.id"), index=True)
    unit_id: Mapped[str | None] = mapped_column(ForeignKey("units.id"))


class UnitLink(Base):
    """The link by which a unit reads its list and writes, without an account; stored as a digest, dead when deleted."""

    __tablename__ = "unit_links"

    dialogue_id: Mapped[str] = mapped_column(ForeignKey("dialogues.id"), primary_key=True)
    unit_id: Mapped[str] = mapped_column(ForeignKey("units.id"), primary_key=True)
    token: Mapped[bytes] = mapped_column(unique=True)


class PreparedAnswer(Base):
    """What a unit would answer to a question. `actor` is "unit" where it came by the unit's link."""

    __tablename__ = "prepared_answers"

    question_id: Mapped[str] = mapped_column(ForeignKey("questions.id"), primary_key=True)
    unit_id: Mapped[str] = mapped_column(ForeignKey("units.id"), primary_key=True)
    dialogue_id: Mapped[str] = mapped_column(ForeignKey("dialogues.id"), index=True)
    body: Mapped[str]
    at: Mapped[dt.datetime]
    actor: Mapped[str]


class FollowupLog(Base):
    """One act of the office or of a unit, written together with it. `actor` is an opaque reference, or "unit"."""

    __tablename__ = "followup_log"
    __table_args__ = (Index(None, "dialogue_id", "at"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    dialogue_id: Mapped[str] = mapped_column(ForeignKey("dialogues.id"))
    unit_id: Mapped[str | None] = mapped_column(ForeignKey("units.id"))
    at: Mapped[dt.datetime]
    actor: Mapped[str]
    action: Mapped[str]
    count: Mapped[int] = mapped_column(default=0)
