"""Tables of the roll, in the roll's own database. No foreign key leads out of it, and nothing here knows a ballot.

What was issued carries no time (rule D1): the order in which members came is nobody's business.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import Index
from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped
from sqlalchemy.orm import mapped_column
from sqlalchemy.orm import validates

from survey.core.columns import UNORDERED
from survey.core.columns import RollBase
from survey.roll.naming import collation


class Roll(RollBase):
    """The list of one dialogue: what it is for, when it may be used and when it is deleted."""

    __tablename__ = "rolls"
    __table_args__ = (UNORDERED,)

    dialogue_id: Mapped[str] = mapped_column(primary_key=True)
    purpose: Mapped[str] = mapped_column(default="")
    notice: Mapped[str] = mapped_column(default="")  # what members were told, and by whom
    delete_on: Mapped[dt.date | None]
    mode: Mapped[str] = mapped_column(default="weak")  # how ballots are issued, for the whole dialogue
    second: Mapped[str] = mapped_column(default="")  # what a link asks for besides: nothing, "phone" or "word"
    word: Mapped[bytes | None]  # the word said at the door, folded, under the key `link`
    issue_from: Mapped[dt.datetime | None]
    issue_until: Mapped[dt.datetime | None]
    frozen_at: Mapped[dt.datetime | None]
    frozen_total: Mapped[int] = mapped_column(default=0)
    freezes: Mapped[int] = mapped_column(default=0)  # more than one: it was undone and counted anew
    settled: Mapped[bool] = mapped_column(default=False)  # a head has confirmed: the counts by unit are out
    key_epoch: Mapped[int] = mapped_column(default=0)  # under which key of the dialogue places were taken
    reminded_on: Mapped[dt.date | None]  # the last day on which letters went out; never to whom
    purged_at: Mapped[dt.datetime | None]
    scrubbed: Mapped[bool] = mapped_column(default=False)  # the file was written anew after that
    # Bare counts that outlive the deletion, so that minutes stay true:
    kept_late: Mapped[int] = mapped_column(default=0)
    kept_door: Mapped[int] = mapped_column(default=0)
    kept_substitutes: Mapped[int] = mapped_column(default=0)
    kept_removed: Mapped[int] = mapped_column(default=0)
    kept_seats: Mapped[int] = mapped_column(default=0)
    kept_issued: Mapped[int] = mapped_column(default=0)
    kept_moved: Mapped[int] = mapped_column(default=0)
    kept_cards: Mapped[int] = mapped_column(default=0)
    kept_claims: Mapped[int] = mapped_column(default=0)


def _sorted(context: Any) -> bytes:
    return collation(context.get_current_parameters()["name"])


class Member(RollBase):
    """Somebody who may take part in one dialogue: one seat and one main unit, whatever else they belong to."""

    __tablename__ = "members"
    __table_args__ = (
        UniqueConstraint("dialogue_id", "code"),
        UniqueConstraint("dialogue_id", "link"),
        UniqueConstraint("dialogue_id", "twin"),
        Index(None, "dialogue_id", "unit_id"),
        Index(None, "dialogue_id", "removed", "sort"),
        UNORDERED,
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    dialogue_id: Mapped[str]
    unit_id: Mapped[str | None]  # of `organisations`, in the other database
    code: Mapped[str]
    name: Mapped[str]
    folded: Mapped[str]  # name and code, for searching without accents
    sort: Mapped[bytes] = mapped_column(default=_sorted)  # the name in Vietnamese order
    email: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")  # digits with the leading zero
    link: Mapped[bytes]  # digest of the secret in the personal link
    twin: Mapped[bytes]  # the typed code under the key `link`
    epoch: Mapped[int] = mapped_column(default=0)  # counts up when a link is made anew
    added: Mapped[str] = mapped_column(default="")  # after freezing: late, door or substitute
    reason: Mapped[str] = mapped_column(default="")
    tries: Mapped[int] = mapped_column(default=0)  # wrong answers to what the link asks for
    claimed: Mapped[bool] = mapped_column(default=False)  # found the place taken and said so
    removed: Mapped[bool] = mapped_column(default=False)  # taken off after freezing: an empty row stays
    instead_of: Mapped[str | None]  # whose seat was closed for this one

    @validates("name")
    def _resort(self, _key: str, name: str) -> str:
        self.sort = collation(name)
        return name


class Membership(RollBase):
    """A further unit of a member, who still has one seat."""

    __tablename__ = "memberships"
    __table_args__ = (UNORDERED,)

    member_id: Mapped[str] = mapped_column(primary_key=True)
    unit_id: Mapped[str] = mapped_column(primary_key=True)


class Issue(RollBase):
    """A place that was taken: `mode` is blind or weak, card for a card handed out, closed where somebody stands in."""

    __tablename__ = "issued"
    __table_args__ = (UNORDERED,)

    dialogue_id: Mapped[str] = mapped_column(primary_key=True)
    member_id: Mapped[str] = mapped_column(primary_key=True)
    mode: Mapped[str]
    bound: Mapped[bytes | None]  # digest of what the first phone keeps; it alone may ask again, none after a move
    request: Mapped[bytes | None]  # digest of the blinded request that was signed: the same gets the same answer
    moved: Mapped[int] = mapped_column(default=0)  # how often staff freed it for another phone


class UnitCount(RollBase):
    """How many of one unit were on the roll when it was frozen, and what the head of the unit said to that."""

    __tablename__ = "unit_counts"
    __table_args__ = (UNORDERED,)

    dialogue_id: Mapped[str] = mapped_column(primary_key=True)
    unit_id: Mapped[str] = mapped_column(primary_key=True)
    members: Mapped[int]
    token: Mapped[bytes | None] = mapped_column(unique=True)  # digest of the link for the head
    answer: Mapped[str] = mapped_column(default="")  # "", "yes" or "no"
    remark: Mapped[str] = mapped_column(default="")


class Correction(RollBase):
    """What a member asked for: a mistake put right (`correct`), or the row taken off the list (`remove`)."""

    __tablename__ = "corrections"
    __table_args__ = (UNORDERED,)  # who asked first is nowhere

    id: Mapped[str] = mapped_column(primary_key=True)
    dialogue_id: Mapped[str] = mapped_column(index=True)
    member_id: Mapped[str]
    kind: Mapped[str]
    text: Mapped[str] = mapped_column(default="")
    answer: Mapped[str] = mapped_column(default="")  # "" while open, then "done" or "stays"


class RollLog(RollBase):
    """What staff did to the roll. Never a ballot, never what a phone did."""

    __tablename__ = "roll_log"
    __table_args__ = (Index(None, "dialogue_id", "at"), UNORDERED)

    id: Mapped[str] = mapped_column(primary_key=True)
    dialogue_id: Mapped[str]
    at: Mapped[dt.datetime]
    actor: Mapped[str]
    action: Mapped[str]
    detail: Mapped[dict[str, Any]]
