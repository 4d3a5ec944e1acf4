"""Tables of the dialogue."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import BigInteger
from sqlalchemy import ForeignKey
from sqlalchemy import Index
from sqlalchemy import false
from sqlalchemy.orm import Mapped
from sqlalchemy.orm import mapped_column

from survey.core.columns import Base
from survey.dialogues import entry
from survey.dialogues.state import State


class Dialogue(Base):
    """One event. `version` counts what the public can see, `revision` every change; neither ever falls."""

    __tablename__ = "dialogues"
    __table_args__ = (Index(None, "organisation_id", "state"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("organisations.id"))
    code: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str] = mapped_column(default="draft")
    theme: Mapped[str]
    leader: Mapped[str] = mapped_column(default="")  # who presides, with the post
    leaders: Mapped[str] = mapped_column(default="")  # names that make a text come folded, one a line
    complaints: Mapped[str] = mapped_column(default="")  # where complaints and denunciations belong
    host_unit: Mapped[str] = mapped_column(default="")
    place: Mapped[str] = mapped_column(default="")
    starts_at: Mapped[dt.datetime | None]
    minutes: Mapped[int] = mapped_column(default=90)  # planned length
    ends_moved: Mapped[int] = mapped_column(default=0, server_default="0")  # minutes that the leader put to it, or took
    writing_days: Mapped[int] = mapped_column(default=10, server_default="10")  # in which the written answers come
    ending_at: Mapped[dt.datetime | None]  # the leader ended it then; it closes when that can be undone no more
    ending_by: Mapped[str] = mapped_column(default="", server_default="")
    ending_screen: Mapped[str] = mapped_column(default="", server_default="")  # what the screens showed before that
    grouped: Mapped[str | None]  # the last answer to several questions at once, as long as it can be undone
    pledge: Mapped[str] = mapped_column(default="")  # the leader's promise not to look for who asked
    entry: Mapped[str] = mapped_column(default="open")  # see `entry.Entry`
    issue_key: Mapped[
        bytes | None
    ]  # public key of the blind signatures (DER); without one the roll is in its weak mode
    key_epoch: Mapped[int] = mapped_column(default=0)  # how often that key was changed before the box was first emptied
    former_key: Mapped[bytes | None]  # the one before: who holds a ballot of it is told what to do
    pre_moderation: Mapped[bool] = mapped_column(default=True)
    board_public: Mapped[bool] = mapped_column(default=False)
    listed: Mapped[bool] = mapped_column(default=False)  # shown on the home page
    people_shown: Mapped[bool] = mapped_column(default=True)  # number of ballots on the screen
    rule: Mapped[str] = mapped_column(default="supporters")  # of the order: supporters, or rate
    turns: Mapped[bool] = mapped_column(default=False)  # topics take turns in the order
    site_turns: Mapped[bool] = mapped_column(default=False, server_default=false())  # large sites take turns in it
    auto_pass: Mapped[bool] = mapped_column(default=False)  # short clean questions pass by themselves for now
    ask_limit: Mapped[int] = mapped_column(default=5)  # questions for each ballot
    order_held: Mapped[bool] = mapped_column(default=False)  # the screens keep their order while the leader reads
    screen: Mapped[str] = mapped_column(default="welcome")  # welcome, ranking, question, closing, blank
    timer_until: Mapped[dt.datetime | None]  # the screens count down to it, for whoever has the floor
    poll_id: Mapped[str | None]  # the poll or vote that stands in the hall, open or with its result
    sample: Mapped[bool] = mapped_column(default=False)
    rehearsal: Mapped[bool] = mapped_column(default=False)  # test ballots are in, and everything will be wiped
    unscrubbed: Mapped[bool] = mapped_column(default=False)  # texts were overwritten, and the file not yet written anew
    unshuffled: Mapped[bool] = mapped_column(default=False)  # the files still tell in which order rows came
    key_days: Mapped[int] = mapped_column(default=30)  # for so long the keys outlive the conclusion
    keys_until: Mapped[dt.date | None]  # the day on which they die, as every member was told at the conclusion
    box_times: Mapped[str] = mapped_column(
        default="12:00, 20:00"
    )  # when the ballot box is emptied, besides the opening
    box_least: Mapped[int] = mapped_column(default=10)  # so many must be in it; five where enough are on the roll
    box_seen: Mapped[dt.datetime | None]  # the last of those times at which it was looked at
    box_opened: Mapped[bool] = mapped_column(default=False)  # the opening has emptied it; from then on it is the gate
    alone: Mapped[int] = mapped_column(default=0)  # came in with fewer than are wanted, by their own choice
    next_number: Mapped[int] = mapped_column(default=1)  # for the next published question
    next_recommendation: Mapped[int] = mapped_column(default=1, server_default="1")  # its number; none is given twice
    ballots: Mapped[int] = mapped_column(default=0)  # kept count of the room's ballots
    version: Mapped[int] = mapped_column(BigInteger, default=1)
    revision: Mapped[int] = mapped_column(BigInteger, default=1)

    @property
    def phase(self) -> str:
        """Where members find it: over, from the moment in which the leader ends it."""
        return State.CLOSED if self.ending_at is not None and self.state == State.LIVE else self.state

    @property
    def way(self) -> str:
        """Under what the words for this dialogue stand: see `entry.Way`."""
        return entry.way(self)


class Topic(Base):
    """A heading under which questions stand."""

    __tablename__ = "topics"
    __table_args__ = (Index(None, "dialogue_id", "position"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    dialogue_id: Mapped[str] = mapped_column(ForeignKey("dialogues.id"))
    position: Mapped[int]
    name: Mapped[str]


class Site(Base):
    """A place that takes part, with its share of the cards. The hall itself is number 0 and has no row."""

    __tablename__ = "sites"

    dialogue_id: Mapped[str] = mapped_column(ForeignKey("dialogues.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str]
    cards: Mapped[int] = mapped_column(default=0)  # how many its host may print
    digits: Mapped[str | None] = mapped_column(unique=True)  # six, to be told by telephone; no code looks like them
    ballots: Mapped[int] = mapped_column(default=0, server_default="0")  # kept: those that chose it


class DialogueLog(Base):
    """Each step of the life cycle, written together with it. `actor` is an opaque reference."""

    __tablename__ = "dialogue_log"

    id: Mapped[str] = mapped_column(primary_key=True)
    dialogue_id: Mapped[str] = mapped_column(ForeignKey("dialogues.id"), index=True)
    at: Mapped[dt.datetime]
    actor: Mapped[str]
    before: Mapped[str]
    after: Mapped[str]


class KeyRecord(Base):
    """A key that was made, and when it was destroyed; never the key. `fingerprint` tells whether two hosts have the same."""

    __tablename__ = "key_records"

    dialogue_id: Mapped[str] = mapped_column(ForeignKey("dialogues.id"), primary_key=True)
    purpose: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[bytes]
    destroyed_at: Mapped[dt.datetime | None]
