"""Tables of the room: ballots that are in, cards, passes. No time, no address, no order on any of them (rule D1).

Nothing leads from a card or a pass to the ballot that it let in.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey
from sqlalchemy import Index
from sqlalchemy.orm import Mapped
from sqlalchemy.orm import mapped_column

from survey.core.columns import UNORDERED
from survey.core.columns import Base


class Ballot(Base):
    """A ballot that entered; `ballot` is the digest of the secret that only the phone keeps."""

    __tablename__ = "ballots"
    __table_args__ = (UNORDERED,)

    dialogue_id: Mapped[str] = mapped_column(ForeignKey("dialogues.id"), primary_key=True)
    ballot: Mapped[bytes] = mapped_column(primary_key=True)


class Ticket(Base):
    """A folded card. `mark` is its code under the key `ticket`; `state` is fresh, used or void."""

    __tablename__ = "tickets"
    __table_args__ = (Index(None, "dialogue_id", "sheet"), UNORDERED)

    dialogue_id: Mapped[str] = mapped_column(ForeignKey("dialogues.id"), primary_key=True)
    mark: Mapped[bytes] = mapped_column(primary_key=True)
    sheet: Mapped[int]  # counted from 1 in each dialogue, printed on the margin that is cut off
    site: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(default="fresh")


class CardBatch(Base):
    """One printing: so many sheets for one site. Codes are shown once, on the print page, and never again."""

    __tablename__ = "card_batches"

    id: Mapped[str] = mapped_column(primary_key=True)  # made by the form, so that a repeated POST prints nothing twice
    dialogue_id: Mapped[str] = mapped_column(ForeignKey("dialogues.id"), index=True)
    site: Mapped[int] = mapped_column(default=0)
    first_sheet: Mapped[int]
    last_sheet: Mapped[int]
    cards: Mapped[int]
    at: Mapped[dt.datetime]
    actor: Mapped[str]


class CardVoiding(Base):
    """One act by which staff made cards worthless: by sheets, by a whole printing, or by what came back unused.

    Used cards stay used, so nothing here says anything of a ballot.
    """

    __tablename__ = "card_voidings"

    id: Mapped[str] = mapped_column(primary_key=True)
    dialogue_id: Mapped[str] = mapped_column(ForeignKey("dialogues.id"), index=True)
    site: Mapped[int | None]  # whose cards the actor may reach; empty where it was all of them
    sheets: Mapped[str]  # "3, 5-8", as it was asked; empty for what came back
    cards: Mapped[int]
    at: Mapped[dt.datetime]
    actor: Mapped[str]


class Filling(Base):
    """A filling of the ballot box that is in the room as a whole. Which drops, which ballots: nowhere.

    `at` is the announced time, never the moment, and is empty for what came in at the gate; `drops` where it is large.
    """

    __tablename__ = "fillings"
    __table_args__ = (UNORDERED,)

    dialogue_id: Mapped[str] = mapped_column(ForeignKey("dialogues.id"), primary_key=True)
    filling: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[dt.datetime | None]
    drops: Mapped[int | None]


class SpentPass(Base):
    """A pass that was used; see `core.passes`. Emptied when the keys of issuing die."""

    __tablename__ = "spent_passes"
    __table_args__ = (UNORDERED,)

    dialogue_id: Mapped[str] = mapped_column(ForeignKey("dialogues.id"), primary_key=True)
    use: Mapped[bytes] = mapped_column(primary_key=True)


class SiteMark(Base):
    """Where a ballot said that it is: `mark` is the ballot's under the key `site`, and joins this with no act of it."""

    __tablename__ = "site_marks"
    __table_args__ = (UNORDERED,)

    dialogue_id: Mapped[str] = mapped_column(ForeignKey("dialogues.id"), primary_key=True)
    mark: Mapped[bytes] = mapped_column(primary_key=True)
    site: Mapped[int]  # 0 is the hall


class HandCount(Base):
    """How many hands a host counted for a question or a poll, by site: staff's own figure, shown beside and never added."""

    __tablename__ = "hand_counts"

    dialogue_id: Mapped[str] = mapped_column(ForeignKey("dialogues.id"), primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)  # the id of what the hands were raised for
    site: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    hands: Mapped[int]
