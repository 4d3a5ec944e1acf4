"""Who has taken a ballot, told by unit: in whole fives, of no unit below five, and nothing about a person.

The figure of a unit is cut down to fives, so two looks at it differ by five people or not at all. Small units are counted
together by the rule of `counts`, and there is no sum besides: with one, the moment at which it moves would tell of the units
that did not.
"""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.roll import counts
from survey.roll.models import Issue
from survey.roll.models import Member


class Line(NamedTuple):
    """A unit ("" for all that are too small, together): at least `taken` of its `members` have a ballot."""

    unit_id: str
    members: int
    taken: int


def board(session: Session, dialogue_id: str) -> list[Line]:
    """The units with five members and more, the largest first, and the others together at the end."""
    members = counts.by_unit(session, dialogue_id)
    named, others = counts.shown_units(list(members.items()))
    taken = _taken(session, dialogue_id)
    lines = [Line(unit, number, _whole(taken.get(unit, 0))) for unit, number in named]
    if others >= counts.LEAST:
        rest = sum(number for unit, number in taken.items() if unit not in dict(named))
        lines.append(Line("", others, _whole(rest)))
    return lines


def _taken(session: Session, dialogue_id: str) -> dict[str, int]:
    """Ballots by link and cards instead of them, by main unit."""
    statement = (
        select(Member.unit_id, func.count())
        .join(Issue, (Issue.member_id == Member.id) & (Issue.dialogue_id == Member.dialogue_id))
        .where(Member.dialogue_id == dialogue_id, Member.removed.is_(False), Issue.mode != "closed")
        .group_by(Member.unit_id)
    )
    return {unit_id or "": number for unit_id, number in session.execute(statement)}


def _whole(number: int) -> int:
    return number - number % counts.STEP
