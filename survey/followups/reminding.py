"""Who is to be reminded of what, and the book of it: nobody twice a day for the same dialogue."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core.clock import now
from survey.core.errors import Conflict
from survey.core.errors import NotNow
from survey.core.ids import new_id
from survey.core.text import N_
from survey.dialogues.models import Dialogue
from survey.dialogues.service import load
from survey.dialogues.state import State
from survey.followups import deadlines
from survey.followups.counting_days import PRESSING
from survey.followups.counting_days import Own
from survey.followups.counting_days import Rules
from survey.followups.counting_days import Standing
from survey.followups.deadlines import Dated
from survey.followups.models import UnitLink
from survey.followups.models_deadlines import Reminder

OFFICE = "office"
MAIL, TEXT = "mail", "text"
LATEST = 20
TODAY = N_("Hôm nay đã nhắc nơi này rồi. Mỗi nơi được nhắc nhiều nhất một lần mỗi ngày; ngày mai nhắc lại được.")
SHUT = N_("Đối thoại đã lưu trữ nên không nhắc ai nữa.")


@dataclass(frozen=True, slots=True)
class Owing:
    """A unit with what it owes, overdue or due soon, the most pressing first."""

    unit_id: str
    name: str
    email: str
    linked: bool
    items: tuple[Dated, ...]
    reminded: dt.date | None  # the last time

    @property
    def overdue(self) -> int:
        """How many are overdue."""
        return sum(one.standing == Standing.OVERDUE for one in self.items)


@dataclass(frozen=True, slots=True)
class Duty:
    """All that presses in a dialogue: units with theirs, what no unit has, and the dialogue's own deadlines."""

    units: tuple[Owing, ...]
    unowned: tuple[Dated, ...]
    own: tuple[Own, ...]
    rules: Rules
    reminded: dt.date | None  # the office, the last time

    @property
    def count(self) -> int:
        """How many deadlines press in all."""
        return sum(len(one.items) for one in self.units) + len(self.unowned) + len(self.own)


def check(dialogue: Dialogue) -> None:
    """Raise `NotNow` where nobody is reminded of anything any more."""
    if dialogue.state == State.ARCHIVED:
        raise NotNow(SHUT)


def duty(session: Session, dialogue: Dialogue, day: dt.date) -> Duty:
    """What presses on this day, units in the order of their names; in an archived dialogue nothing does."""
    found = deadlines.of_dialogue(session, dialogue, day=day)
    by_unit: dict[tuple[str, str], list[Dated]] = defaultdict(list)
    unowned = []
    for row in found.dated if dialogue.state != State.ARCHIVED else ():
        if row.standing in PRESSING and row.one.unit_id:
            by_unit[row.one.unit, row.one.unit_id].append(row)
        elif row.standing in PRESSING:
            unowned.append(row)
    emails, last = deadlines.contacts(session, dialogue.organisation_id), _last(session, dialogue.id)
    linked = set(session.scalars(select(UnitLink.unit_id).where(UnitLink.dialogue_id == dialogue.id)))
    units = tuple(
        Owing(unit_id, name, emails.get(unit_id, ""), unit_id in linked, tuple(rows), last.get(unit_id))
        for (name, unit_id), rows in sorted(by_unit.items())
    )
    own = tuple(one for one in found.own if one.standing in PRESSING and dialogue.state != State.ARCHIVED)
    return Duty(units, tuple(unowned), own, found.rules, last.get(OFFICE))


def is_due_again(rules: Rules, reminded: dt.date | None, day: dt.date) -> bool:
    """Whether the `remind` command writes on this day: never the same day, nor before the rest that the office has set."""
    return reminded is None or rules.calendar.after(reminded, rules.again_days) <= day


def claim(
    session: Session, dialogue_id: str, wanted: Sequence[tuple[str, str, int]], day: dt.date, *, actor: str, via: str
) -> list[str]:
    """Write the reminding of these (target, name, count) into the book; those that had none on this day yet.

    Raises `NotNow` once the dialogue is archived.
    """
    check(load(session, dialogue_id))
    here = Reminder.dialogue_id == dialogue_id, Reminder.on_day == day
    had = set(session.scalars(select(Reminder.target).where(*here)))
    free = [one for one in wanted if one[0] not in had]
    session.add_all(
        Reminder(id=new_id(), dialogue_id=dialogue_id, target=target, name=name, on_day=day, at=now(), actor=actor,
                 via=via, count=count)
        for target, name, count in free
    )  # fmt: skip
    session.flush()
    return [target for target, _name, _count in free]


def book(session: Session, dialogue_id: str, wanted: tuple[str, str, int], day: dt.date, *, actor: str) -> None:
    """Note that somebody sent the text by hand. Raises `Conflict` where this one was reminded on this day already."""
    if not claim(session, dialogue_id, [wanted], day, actor=actor, via=TEXT):
        raise Conflict(TODAY)


def give_back(session: Session, dialogue_id: str, targets: Collection[str], day: dt.date) -> None:
    """Nothing went to these, so today's reminding is still to come."""
    mine = Reminder.dialogue_id == dialogue_id, Reminder.on_day == day, Reminder.via == MAIL
    session.execute(delete(Reminder).where(*mine, Reminder.target.in_(list(targets))))


def latest(session: Session, dialogue_id: str) -> list[Reminder]:
    """The last ones, the latest first."""
    here = select(Reminder).where(Reminder.dialogue_id == dialogue_id)
    return list(session.scalars(here.order_by(Reminder.at.desc(), Reminder.id).limit(LATEST)))


def _last(session: Session, dialogue_id: str) -> dict[str, dt.date]:
    here = select(Reminder.target, func.max(Reminder.on_day)).where(Reminder.dialogue_id == dialogue_id)
    return {row[0]: row[1] for row in session.execute(here.group_by(Reminder.target))}
