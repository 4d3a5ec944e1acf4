"""What of the roll may be known to everybody: counts, never below five for a unit."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.roll.models import Issue
from survey.roll.models import Member
from survey.roll.models import Roll
from survey.roll.models import UnitCount

LEAST = 5  # a unit below that is counted with others


@dataclass(frozen=True, slots=True)
class RollCounts:
    """The public figures of a roll. `units` are (unit id, members); the rest of them together are `others`."""

    frozen_at: dt.datetime | None
    total: int
    units: tuple[tuple[str, int], ...]
    others: int
    added: int  # after freezing: late, at the door, substitutes
    issued: int  # ballots by link
    cards: int  # cards handed out instead
    claims: int  # "somebody else took my place"
    confirmed: int  # units whose head said that the count is right
    disputed: int
    units_asked: int
    issue_from: dt.datetime | None
    issue_until: dt.datetime | None

    @property
    def seats(self) -> int:
        """Everybody who may have one ballot: the frozen roll and what was added since."""
        return self.total + self.added


def public(session: Session, dialogue_id: str) -> RollCounts | None:
    """The counts of a dialogue's roll; None where it has none."""
    roll = session.get(Roll, dialogue_id)
    if roll is None:
        return None
    rows = list(session.scalars(select(UnitCount).where(UnitCount.dialogue_id == dialogue_id)))
    shown, others = shown_units([(row.unit_id, row.members) for row in rows])
    member = select(func.count()).select_from(Member).where(Member.dialogue_id == dialogue_id)
    modes = select(Issue.mode, func.count()).where(Issue.dialogue_id == dialogue_id).group_by(Issue.mode)
    issued = dict(session.execute(modes).tuples().all())
    return RollCounts(
        frozen_at=roll.frozen_at, total=roll.frozen_total, units=shown, others=others,
        added=session.scalar(member.where(Member.added != "")) or 0,
        issued=sum(issued.values()) - issued.get("card", 0), cards=issued.get("card", 0),
        claims=session.scalar(member.where(Member.claimed.is_(True))) or 0,
        confirmed=sum(row.answer == "yes" for row in rows), disputed=sum(row.answer == "no" for row in rows),
        units_asked=len(rows), issue_from=roll.issue_from, issue_until=roll.issue_until,
    )  # fmt: skip


def shown_units(counted: list[tuple[str, int]]) -> tuple[tuple[tuple[str, int], ...], int]:
    """The units that may be named with their count, and the sum of all others.

    What is left over is none or at least five, because total minus the named ones would give a small rest away.
    """
    rest = sorted((row for row in counted if row[1] < LEAST or not row[0]), key=lambda row: row[1])
    named = sorted((row for row in counted if row[1] >= LEAST and row[0]), key=lambda row: (-row[1], row[0]))
    while 0 < sum(number for _unit, number in rest) < LEAST and named:
        rest.append(named.pop())
    return tuple(named), sum(number for _unit, number in rest)
