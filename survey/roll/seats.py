"""The own place as its member may see it. What the room knows is not here, and what is here no room ever sees."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.roll import corrections
from survey.roll import issuing
from survey.roll import people
from survey.roll.issuing import Seat
from survey.roll.models import Correction
from survey.roll.models import Member
from survey.roll.models import Membership
from survey.roll.models import Roll

LAST_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Place:
    """One member's place, seen from one phone."""

    name: str
    unit_id: str | None
    further: tuple[str, ...]  # units besides; they give no second seat
    seat: Seat
    second: str  # still to be answered before the ballot: nothing, "phone", "word", or "nophone" where none is listed
    locked: bool  # too many wrong answers
    claims: int  # how many said that their place was taken, once this member has said so
    request: Correction | None

    @property
    def issued(self) -> bool:
        """Whether a ballot was handed out for this place, by whichever way."""
        return self.seat != Seat.FREE

    @property
    def lost(self) -> bool:
        """Whether somebody or something else has the place."""
        return self.seat in {Seat.ELSEWHERE, Seat.CARD, Seat.CLOSED}


def see(session: Session, dialogue_id: str, member_id: str, phone: str | None, *, asked: bool) -> Place:
    """The place of this member; `asked`: this browser has answered what the link asks for besides. Raises `NotFound`."""
    member = people.load(session, dialogue_id, member_id)
    further = select(Membership.unit_id).where(Membership.member_id == member_id).order_by(Membership.unit_id)
    seat = issuing.seat(session, dialogue_id, member_id, phone)
    roll = session.get(Roll, dialogue_id)
    open_ = seat in {Seat.FREE, Seat.FREED} and not asked
    return Place(
        name=member.name, unit_id=member.unit_id, further=tuple(session.scalars(further)), seat=seat,
        second=_second(roll, member) if open_ else "", locked=member.tries >= issuing.MOST_TRIES,
        claims=issuing.claims(session, dialogue_id) if member.claimed else 0,
        request=corrections.asked(session, member_id),
    )  # fmt: skip


def _second(roll: Roll | None, member: Member) -> str:
    if roll is None or not roll.second:
        return ""
    return "nophone" if roll.second == "phone" and len(member.phone) < LAST_DIGITS else roll.second
