"""Tables of the questions and of the support behind them."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import BigInteger
from sqlalchemy import ForeignKey
from sqlalchemy import Index
from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped
from sqlalchemy.orm import mapped_column

from survey.core.columns import UNORDERED
from survey.core.columns import Base
from survey.questions.state import State


class Question(Base):
    """A question. `author` proves "mine" to the asker's phone and joins no two questions.

    `supporters` is kept: `carried` (brought along from paper or another tool) plus the rows of `Support`.
    """

    __tablename__ = "questions"
    __table_args__ = (
        UniqueConstraint("dialogue_id", "author"),
        UniqueConstraint("dialogue_id", "number"),
        Index("ix_questions_board", "dialogue_id", "state", "supporters", "tie"),
        Index("ix_questions_counts", "dialogue_id", "state", "number"),  # counts are read from it alone
        UNORDERED,
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    dialogue_id: Mapped[str] = mapped_column(ForeignKey("dialogues.id"))
    topic_id: Mapped[str | None] = mapped_column(ForeignKey("topics.id", ondelete="SET NULL"))
    number: Mapped[int | None]  # given when it is published, to say aloud
    body: Mapped[str]
    folded: Mapped[str]
    state: Mapped[str]
    source: Mapped[str] = mapped_column(default="member")  # member, spoken, paper, imported, survey
    author: Mapped[bytes | None]
    unit: Mapped[str] = mapped_column(default="")  # only of what staff brought in
    tie: Mapped[int] = mapped_column(BigInteger)
    carried: Mapped[int] = mapped_column(default=0)
    supporters: Mapped[int] = mapped_column(default=0)
    shown: Mapped[int] = mapped_column(default=0)  # how often phones had it before them; never which
    asked_about: Mapped[dt.datetime]  # to five minutes (rule D5)
    reason: Mapped[str] = mapped_column(default="")  # why it was rejected or held
    note: Mapped[str] = mapped_column(default="")  # essence of the answer, by the secretary
    asked_back: Mapped[str] = mapped_column(default="")  # what the moderators want to know before they decide
    reply: Mapped[str] = mapped_column(default="")  # what the asker says to that; for staff alone
    mute: Mapped[bytes | None]  # by which a ballot is known again once this question had it muted, see `muted`
    muted: Mapped[bool] = mapped_column(default=False)  # whoever asked this asks nothing more for now
    group_id: Mapped[str | None]  # the group that this question leads now, see `Group`
    merged_into: Mapped[str | None]  # the leading question, where this one is another wording of it
    wordings: Mapped[int] = mapped_column(default=1)  # kept: itself and what was merged into it
    apart: Mapped[bool] = mapped_column(default=False)  # staff said that it is like no other: suggested no more
    held_place: Mapped[int | None]  # in the order that is being held, see `holding`
    handed_to: Mapped[str | None] = mapped_column(ForeignKey("units.id"))  # who answers it in writing
    grouped: Mapped[str | None]  # the answer that it shares with others
    before: Mapped[str | None]  # the state to which undoing that answer, or the end of the dialogue, brings it back
    satisfied: Mapped[int] = mapped_column(
        default=0, server_default="0"
    )  # of those who judged the answer, see `satisfaction`
    judged: Mapped[int] = mapped_column(default=0, server_default="0")
    satisfied_shown: Mapped[int] = mapped_column(default=0, server_default="0")  # the same at the last step of five
    judged_shown: Mapped[int] = mapped_column(default=0, server_default="0")
    answerer: Mapped[str] = mapped_column(default="", server_default="")  # who of the panel answered it
    site: Mapped[int | None]  # from which it came; only where that one had ten ballots then, see `room.places`


class Gathered(Base):
    """A question that nobody but its asker knows of yet: it waits for others, and they go on together (`gathering`).

    It keeps its id and its marks when it becomes a `Question`.
    """

    __tablename__ = "gathered_questions"
    __table_args__ = (UniqueConstraint("dialogue_id", "author"), UNORDERED)

    id: Mapped[str] = mapped_column(primary_key=True)
    dialogue_id: Mapped[str] = mapped_column(ForeignKey("dialogues.id"))
    author: Mapped[bytes]
    body: Mapped[str]
    topic_id: Mapped[str | None] = mapped_column(ForeignKey("topics.id", ondelete="SET NULL"))
    mute: Mapped[bytes | None]
    site: Mapped[int | None]
    withdrawn: Mapped[bool] = mapped_column(default=False)  # goes on with the others all the same, to be read by nobody

    @property
    def state(self) -> str:
        """As its asker may know it."""
        return State.WITHDRAWN if self.withdrawn else State.PENDING


class Group(Base):
    """One merge: a leading question and others that mean the same. Its supporters are distinct ballots, in rows of its own.

    Groups of one leading question lie on each other; `previous` is the one below, and undoing takes the top one off.
    The rows of what was merged stay untouched below it.
    """

    __tablename__ = "question_groups"
    __table_args__ = (UNORDERED,)

    id: Mapped[str] = mapped_column(primary_key=True)
    dialogue_id: Mapped[str] = mapped_column(ForeignKey("dialogues.id"), index=True)
    leading_id: Mapped[str] = mapped_column(ForeignKey("questions.id"))
    previous: Mapped[str | None]
    carried: Mapped[int] = mapped_column(default=0)  # of all its wordings together


class GroupMember(Base):
    """A question that was merged into a group, with the state to which undoing brings it back."""

    __tablename__ = "group_members"
    __table_args__ = (UNORDERED,)

    group_id: Mapped[str] = mapped_column(ForeignKey("question_groups.id"), primary_key=True)
    question_id: Mapped[str] = mapped_column(ForeignKey("questions.id"), primary_key=True, index=True)
    before: Mapped[str]


class GroupSupport(Base):
    """One ballot behind a group, whichever of its wordings it chose; `voter` is a pseudonym for this group only."""

    __tablename__ = "group_supports"
    __table_args__ = (UNORDERED,)

    group_id: Mapped[str] = mapped_column(ForeignKey("question_groups.id"), primary_key=True)
    voter: Mapped[bytes] = mapped_column(primary_key=True)


class Support(Base):
    """One ballot behind one question; `voter` is a pseudonym for this question only."""

    __tablename__ = "supports"
    __table_args__ = (UNORDERED,)

    question_id: Mapped[str] = mapped_column(ForeignKey("questions.id"), primary_key=True)
    voter: Mapped[bytes] = mapped_column(primary_key=True)


class Judgement(Base):
    """One ballot that judged the answer to one question, or (`satisfied` empty) took a token to do so later.

    `mark` is a pseudonym for this question only, under a key of its own.
    """

    __tablename__ = "judgements"
    __table_args__ = (UNORDERED,)

    question_id: Mapped[str] = mapped_column(ForeignKey("questions.id"), primary_key=True)
    mark: Mapped[bytes] = mapped_column(primary_key=True)
    satisfied: Mapped[bool | None]


class JudgementToken(Base):
    """A token by which somebody may judge the answer to a question, once: its digest alone, and never whose it is."""

    __tablename__ = "judgement_tokens"
    __table_args__ = (UNORDERED,)

    token: Mapped[bytes] = mapped_column(primary_key=True)
    question_id: Mapped[str] = mapped_column(ForeignKey("questions.id"), index=True)


class SupportSample(Base):
    """How many stood behind a question at one of the five-minute steps of a live hall, in whole fives, see `sampling`.

    A row where the figure has moved by five since the one before; taken from the kept count, so no ballot is near.
    """

    __tablename__ = "support_samples"
    __table_args__ = (UNORDERED,)

    question_id: Mapped[str] = mapped_column(ForeignKey("questions.id"), primary_key=True)
    at: Mapped[dt.datetime] = mapped_column(primary_key=True)
    supporters: Mapped[int]
