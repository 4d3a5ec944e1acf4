"""The rules of an organisation and of a dialogue put together: what is due when, and how it stands. No database here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from dataclasses import field
from enum import StrEnum

from survey.core.text import N_
from survey.followups.calendar import Calendar
from survey.followups.steps import OPEN
from survey.followups.steps import State

PLAN, CONCLUSION = "plan", "conclusion"
DAYS = dt.timedelta


class Standing(StrEnum):
    """How a deadline stands on a day."""

    OVERDUE = "overdue"
    SOON = "soon"
    LATER = "later"
    UNDATED = "undated"  # nobody has set a day
    DONE = "done"
    LATE = "late"  # done, after its day
    UNRECORDED = "unrecorded"  # the day is over and nobody wrote down whether it was kept
    FREE = "free"  # does not apply here


NAMES = {
    Standing.OVERDUE: N_("Quá hạn"),
    Standing.SOON: N_("Sắp đến hạn"),
    Standing.LATER: N_("Còn hạn"),
    Standing.UNDATED: N_("Chưa có thời hạn"),
    Standing.DONE: N_("Đã xong"),
    Standing.LATE: N_("Đã xong, trễ hạn"),
    Standing.UNRECORDED: N_("Chưa ghi ngày công bố"),
    Standing.FREE: N_("Không áp dụng"),
}
PRESSING = (Standing.OVERDUE, Standing.SOON)


@dataclass(frozen=True, slots=True)
class Rules:
    """How an organisation counts; the defaults are the law's (Luật Thanh niên, Điều 10: "ngày", never working days)."""

    applies: bool = True
    plan_days: int = 30
    conclusion_days: int = 10
    complex_days: int = 15
    soon_days: int = 3  # working days
    again_days: int = 3  # working days
    email: str = ""
    calendar: Calendar = field(default_factory=Calendar)

    def horizon(self, today: dt.date) -> dt.date:
        """The last day that is due soon."""
        return self.calendar.after(today, self.soon_days)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What one dialogue has set; None is the organisation's."""

    applies: bool | None = None
    complicated: bool = False
    plan_days: int | None = None
    conclusion_days: int | None = None
    plan_published: dt.date | None = None
    conclusion_published: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Course:
    """The days of a dialogue itself: planned, begun or not, ended, concluded."""

    planned: dt.date | None
    begun: bool
    ended: dt.date | None
    concluded: dt.date | None


@dataclass(frozen=True, slots=True)
class Own:
    """A deadline of the dialogue itself. `days`: before or after it; `presumed`: the dialogue has not ended yet."""

    kind: str  # PLAN, CONCLUSION
    days: int
    due: dt.date | None
    done_on: dt.date | None
    standing: Standing
    presumed: bool = False


def standing(due: dt.date | None, done_on: dt.date | None, today: dt.date, horizon: dt.date) -> Standing:
    """How something that is due on a day stands today; what is due today is not overdue."""
    if done_on is not None:
        return Standing.LATE if due is not None and done_on > due else Standing.DONE
    if due is None:
        return Standing.UNDATED
    if due < today:
        return Standing.OVERDUE
    return Standing.SOON if due <= horizon else Standing.LATER


def of_recommendation(
    state: str, due: dt.date | None, done_on: dt.date | None, today: dt.date, horizon: dt.date
) -> Standing:
    """How a recommendation stands; nothing is owed in a state that ends it, whatever its day."""
    if State(state) not in OPEN:
        return Standing.LATE if due is not None and done_on is not None and done_on > due else Standing.DONE
    return standing(due, None, today, horizon)


def own(rules: Rules, chosen: Chosen, course: Course, today: dt.date) -> tuple[Own, Own]:
    """The plan's publication before the dialogue, and the conclusion's after it."""
    return _plan(rules, chosen, course, today), _conclusion(rules, chosen, course, today)


def applies(rules: Rules, chosen: Chosen) -> bool:
    """Whether the law's deadlines hold for the dialogue at all."""
    return rules.applies if chosen.applies is None else chosen.applies


def _plan(rules: Rules, chosen: Chosen, course: Course, today: dt.date) -> Own:
    days = rules.plan_days if chosen.plan_days is None else chosen.plan_days
    due = course.planned - DAYS(days=days) if course.planned else None
    stands = standing(due, chosen.plan_published, today, rules.horizon(today))
    if not applies(rules, chosen):
        stands = Standing.FREE
    elif course.begun and chosen.plan_published is None:
        stands = Standing.UNRECORDED  # nobody can publish it in time any more, so it presses nobody
    return Own(PLAN, days, due, chosen.plan_published, stands)


def _conclusion(rules: Rules, chosen: Chosen, course: Course, today: dt.date) -> Own:
    usual = rules.complex_days if chosen.complicated else rules.conclusion_days
    days = usual if chosen.conclusion_days is None else chosen.conclusion_days
    held = course.ended or course.planned
    due, done_on = held + DAYS(days=days) if held else None, chosen.conclusion_published or course.concluded
    stands = standing(due, done_on, today, rules.horizon(today))
    if not applies(rules, chosen):
        stands = Standing.FREE
    elif course.ended is None and done_on is None and due is not None:
        stands = Standing.LATER  # a dialogue that was put off owes no conclusion
    return Own(CONCLUSION, days, due, done_on, stands, presumed=course.ended is None)


@dataclass(frozen=True, slots=True)
class Pressing:
    """How many deadlines press: overdue, and due soon."""

    overdue: int = 0
    soon: int = 0

    def __add__(self, other: Pressing) -> Pressing:
        return Pressing(self.overdue + other.overdue, self.soon + other.soon)

    def __bool__(self) -> bool:
        return bool(self.overdue or self.soon)


def pressing(found: Iterable[Standing]) -> Pressing:
    """Counted from how they stand."""
    listed = list(found)
    return Pressing(listed.count(Standing.OVERDUE), listed.count(Standing.SOON))
