"""Tables of the questionnaires. One response a ballot and questionnaire; two responses cannot be joined."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy import Index
from sqlalchemy import false
from sqlalchemy.orm import Mapped
from sqlalchemy.orm import mapped_column

from survey.core.columns import UNORDERED
from survey.core.columns import Base


class Questionnaire(Base):
    """A survey of a dialogue: draft, open or closed."""

    __tablename__ = "questionnaires"
    __table_args__ = (Index(None, "dialogue_id", "position"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    dialogue_id: Mapped[str] = mapped_column(ForeignKey("dialogues.id"))
    position: Mapped[int]
    title: Mapped[str]
    intro: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(default="draft")
    editable: Mapped[bool] = mapped_column(default=True)  # an answer may be changed until closing
    results_shown: Mapped[bool] = mapped_column(default=False)  # to members
    responses: Mapped[int] = mapped_column(default=0)  # kept count
    published: Mapped[dict[str, Any]] = mapped_column(default=dict)  # figures as of the last step of five
    snapshot: Mapped[str] = mapped_column(default="", server_default="", deferred=True)  # of the same step, packed
    rows_announced: Mapped[bool] = mapped_column(
        default=False, server_default=false()
    )  # a file row by row, for members
    results_link: Mapped[bytes | None]  # digest of the token that opens the results to read
    opens_at: Mapped[dt.datetime | None]  # opens by itself then, see `timing`
    closes_at: Mapped[dt.datetime | None]
    missed: Mapped[str] = mapped_column(default="", server_default="")  # why it did not open at its hour
    purpose: Mapped[str] = mapped_column(default="survey", server_default="survey")  # survey; poll or vote in the hall
    hidden: Mapped[bool] = mapped_column(
        default=False, server_default=false()
    )  # of a poll: figures at its closing only
    counted: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")  # of a poll: kept at each answer
    quorum: Mapped[int] = mapped_column(default=0, server_default="0")  # of a vote: so many ballots must take part
    share_of: Mapped[str] = mapped_column(default="present", server_default="present")  # of a vote: present, or cast
    present: Mapped[int] = mapped_column(default=0, server_default="0")  # of a vote: ballots in the room at its closing
    released: Mapped[int] = mapped_column(default=0, server_default="0")  # of a poll: responses whose texts may be read
    removed: Mapped[list[Any]] = mapped_column(default=list)  # items that were deleted, to be brought back


class Item(Base):
    """One part of a questionnaire; what `settings` holds is the business of its `kind`."""

    __tablename__ = "items"
    __table_args__ = (Index(None, "questionnaire_id", "position"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    questionnaire_id: Mapped[str] = mapped_column(ForeignKey("questionnaires.id"))
    position: Mapped[int]
    kind: Mapped[str]
    label: Mapped[str]
    help: Mapped[str] = mapped_column(default="")
    required: Mapped[bool] = mapped_column(default=False)
    identifying: Mapped[bool] = mapped_column(default=False, server_default=false())  # tells who somebody is
    settings: Mapped[dict[str, Any]]
    shown_if: Mapped[dict[str, Any]] = mapped_column(default=dict)  # see `conditions`


class Response(Base):
    """What one ballot sent; `answers` maps item ids to plain values, the highest `counter` wins."""

    __tablename__ = "responses"
    __table_args__ = (UNORDERED,)

    questionnaire_id: Mapped[str] = mapped_column(ForeignKey("questionnaires.id"), primary_key=True)
    mark: Mapped[bytes] = mapped_column(primary_key=True)
    counter: Mapped[int] = mapped_column(default=0)
    answers: Mapped[dict[str, Any]]


class PollWord(Base):
    """What short answers to a poll say, counted: whole answers and phrases of two to four syllables. No ballot is near.

    `folded` puts spellings together, `spelled` is one of them. Phrases count in answers that were let through.
    `stands` is what a moderator said: let through, or withheld.
    """

    __tablename__ = "poll_words"
    __table_args__ = (UNORDERED,)

    questionnaire_id: Mapped[str] = mapped_column(ForeignKey("questionnaires.id"), primary_key=True)
    folded: Mapped[str] = mapped_column(primary_key=True)
    spelled: Mapped[str] = mapped_column(primary_key=True)
    whole: Mapped[bool] = mapped_column(primary_key=True)
    ballots: Mapped[int] = mapped_column(default=0)
    seen: Mapped[int] = mapped_column(default=0, server_default="0")  # `ballots` at the last batch: what anybody reads
    stands: Mapped[str] = mapped_column(default="")
