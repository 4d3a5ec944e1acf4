"""Tables of what an office publishes of a dialogue, besides recommendations, which say it themselves. Staff write here."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped
from sqlalchemy.orm import mapped_column

from survey.core.columns import Base


class Publication(Base):
    """The plan before the day and the notice after it, as everybody may read them where they are `shown`.

    On which days they were published is what `DialogueDeadlines` holds.
    """

    __tablename__ = "publications"

    dialogue_id: Mapped[str] = mapped_column(ForeignKey("dialogues.id"), primary_key=True)
    plan: Mapped[str] = mapped_column(default="")
    plan_shown: Mapped[bool] = mapped_column(default=False)
    notice: Mapped[str] = mapped_column(default="")
    notice_shown: Mapped[bool] = mapped_column(default=False)
    notice_document: Mapped[str] = mapped_column(default="")  # its number, such as "03-TB/ĐTN"


class PublishedQuestion(Base):
    """A question whose answer everybody may read."""

    __tablename__ = "published_questions"

    question_id: Mapped[str] = mapped_column(ForeignKey("questions.id"), primary_key=True)
    dialogue_id: Mapped[str] = mapped_column(ForeignKey("dialogues.id"), index=True)
    at: Mapped[dt.datetime]


class PublishedFile(Base):
    """The plan or the notice as a file, as it was signed; its bytes lie where those of attachments do."""

    __tablename__ = "published_files"

    id: Mapped[str] = mapped_column(primary_key=True)
    dialogue_id: Mapped[str] = mapped_column(ForeignKey("dialogues.id"), index=True)
    kind: Mapped[str]  # plan, notice
    name: Mapped[str]
    mimetype: Mapped[str]
    size: Mapped[int]  # bytes
    sha256: Mapped[bytes]
    at: Mapped[dt.datetime]
