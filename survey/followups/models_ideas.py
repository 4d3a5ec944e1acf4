"""Tables of the box of ideas. A thread belongs to one idea or one question, and nothing in any row joins two threads."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey
from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped
from sqlalchemy.orm import mapped_column

from survey.core.columns import UNORDERED
from survey.core.columns import Base


class IdeaBox(Base):
    """Until when ideas are taken, as the office chose; there is none where it did not."""

    __tablename__ = "idea_boxes"

    dialogue_id: Mapped[str] = mapped_column(ForeignKey("dialogues.id"), primary_key=True)
    until: Mapped[dt.date]  # the last day; the keys may end it sooner
    seen: Mapped[dt.datetime]  # the last announced time at which the box was looked at; never when anything came
    shut: Mapped[bool] = mapped_column(default=False)  # it is over: everything has gone on, and its key is to die


class Thread(Base):
    """An idea with what was written back and forth, or (`question_id`) what was written after the answer to a question.

    `author` proves "mine" of an idea; of a question its own mark does. No time stands here.
    """

    __tablename__ = "threads"
    __table_args__ = (UniqueConstraint("dialogue_id", "author"), UNORDERED)

    id: Mapped[str] = mapped_column(primary_key=True)
    dialogue_id: Mapped[str] = mapped_column(ForeignKey("dialogues.id"))
    question_id: Mapped[str | None] = mapped_column(ForeignKey("questions.id"), unique=True)
    author: Mapped[bytes | None]
    body: Mapped[str] = mapped_column(default="")  # of an idea
    topic_id: Mapped[str | None] = mapped_column(ForeignKey("topics.id", ondelete="SET NULL"))
    waits: Mapped[bool] = mapped_column(default=True)  # nobody but its asker knows of it yet
    state: Mapped[str] = mapped_column(default="open")  # see `ideas_state.State`
    reason: Mapped[str] = mapped_column(default="")  # why it was set aside or erased
    signing: Mapped[str] = mapped_column(default="")  # a name on its way to the office
    name: Mapped[str] = mapped_column(default="")  # which the asker typed for this thread alone; for the office
    unit_id: Mapped[str | None] = mapped_column(ForeignKey("units.id"))  # who reads and answers it too
    mute: Mapped[bytes | None]  # by which a ballot is known again once it was muted here, see `ideas.muter`
    muted: Mapped[bool] = mapped_column(default=False)
    taken: Mapped[bool] = mapped_column(default=False)  # taken up (*đã tiếp thu*): everybody reads the two texts below
    taken_text: Mapped[str] = mapped_column(default="")
    taken_note: Mapped[str] = mapped_column(default="")
    recommendation_id: Mapped[str | None] = mapped_column(ForeignKey("recommendations.id"))


class Message(Base):
    """One message of a thread; `place` orders those of one thread and is given when the message reaches the office."""

    __tablename__ = "thread_messages"
    __table_args__ = (UniqueConstraint("thread_id", "place"), UNORDERED)

    id: Mapped[str] = mapped_column(primary_key=True)
    thread_id: Mapped[str] = mapped_column(ForeignKey("threads.id"))
    place: Mapped[int]
    side: Mapped[str]  # asker, office, unit
    unit_id: Mapped[str | None] = mapped_column(ForeignKey("units.id"))
    actor: Mapped[str] = mapped_column(default="")  # of the office, opaque; empty for an asker
    body: Mapped[str]
    waits: Mapped[bool] = mapped_column(default=False)  # of an asker, until it goes on with others
