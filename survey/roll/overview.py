"""What the roll's desk shows, read from both databases: where one stands, the units, who did what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.organisations.forest import Forest
from survey.roll import counts
from survey.roll.models import Roll
from survey.roll.models import RollLog
from survey.roll.models import UnitCount
from survey.roll.service import AT_THE_DOOR

LATEST = 50  # lines of the log


class Step(IntEnum):
    """Where one stands: list, freezing, the heads' answers, links; then all is deleted."""

    LIST = 0
    FREEZE = 1
    HEADS = 2
    LINKS = 3
    GONE = 4


@dataclass(frozen=True, slots=True)
class UnitLine:
    """One unit on the desk. `frozen` is None before freezing; `link`: its head was given one."""

    id: str
    name: str  # empty for people of no unit, and for a unit that was deleted since
    now: int
    frozen: int | None
    link: bool
    answer: str
    remark: str


@dataclass(frozen=True, slots=True)
class Overview:
    """The whole desk."""

    step: Step
    people: int
    units: list[UnitLine]
    counts: counts.RollCounts | None

    @property
    def heads(self) -> list[UnitLine]:
        """The units whose head is asked."""
        return [line for line in self.units if line.frozen is not None and line.id]

    @property
    def answered(self) -> int:
        """How many heads have said something."""
        return sum(bool(line.answer) for line in self.heads)


def overview(session: Session, dialogue_id: str, known: Forest) -> Overview:
    """How the roll stands; `session` reads the roll's database."""
    present = counts.by_unit(session, dialogue_id)
    rows = {row.unit_id: row for row in session.scalars(select(UnitCount).where(UnitCount.dialogue_id == dialogue_id))}
    order = [unit.id for unit, _depth in known.walk()]
    ids = sorted(present.keys() | rows.keys(), key=lambda one: (order.index(one) if one in order else len(order), one))
    names = {one: known.units[one].name if one in known.units else "" for one in ids}
    lines = [_line(one, names, present, rows) for one in ids]
    found, people = counts.exact(session, dialogue_id), sum(present.values())
    return Overview(_step(session.get(Roll, dialogue_id), people, lines, found), people, lines, found)


@dataclass(frozen=True, slots=True)
class Log:
    """What staff did: the latest lines, the last one first, how many there are; and the acts at the door, by number."""

    rows: list[RollLog]
    total: int
    door: dict[str, int]


def log(session: Session, dialogue_id: str) -> Log:
    """What staff did. Hundreds of acts at the door are told by number: line by line they would be a list of comings."""
    here, door = RollLog.dialogue_id == dialogue_id, RollLog.action.startswith(AT_THE_DOOR, autoescape=True)
    rows = session.scalars(select(RollLog).where(here, ~door).order_by(RollLog.at.desc(), RollLog.id).limit(LATEST))
    total = session.scalar(select(func.count()).select_from(RollLog).where(here, ~door)) or 0
    acts = select(RollLog.action, func.count()).where(here, door).group_by(RollLog.action).order_by(RollLog.action)
    return Log(list(rows), total, dict(session.execute(acts).all()))


def _line(
    unit_id: str, names: Mapping[str, str], present: Mapping[str, int], rows: Mapping[str, UnitCount]
) -> UnitLine:
    row = rows.get(unit_id)
    return UnitLine(
        id=unit_id, name=names[unit_id], now=present.get(unit_id, 0), frozen=row.members if row else None,
        link=row is not None and row.token is not None, answer=row.answer if row else "", remark=row.remark if row else "",
    )  # fmt: skip


def _step(roll: Roll | None, people: int, lines: list[UnitLine], found: counts.RollCounts | None) -> Step:
    if roll is not None and roll.purged_at is not None:
        return Step.GONE
    if roll is None or roll.frozen_at is None or found is None:
        return Step.FREEZE if people else Step.LIST
    waits = any(line.frozen is not None and line.id and line.answer != "yes" for line in lines)
    return Step.HEADS if waits and not found.issued and not found.cards else Step.LINKS
