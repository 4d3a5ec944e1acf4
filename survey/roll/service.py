"""The roll of a dialogue: its settings, and freezing it so that it cannot be padded unseen."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core.clock import now
from survey.core.ids import new_id
from survey.roll.models import Member
from survey.roll.models import Roll
from survey.roll.models import RollLog
from survey.roll.models import UnitCount


def ensure(session: Session, dialogue_id: str) -> Roll:
    """The roll of this dialogue inside a write, made empty where there is none yet."""
    found = session.get(Roll, dialogue_id, with_for_update=True)
    if found is None:
        found = Roll(dialogue_id=dialogue_id)
        session.add(found)
        session.flush()
    return found


def freeze(session: Session, dialogue_id: str, *, actor: str, at: dt.datetime | None = None) -> int:
    """Fix the roll and count it by unit; who comes later is counted apart. Return the total.

    A roll that is frozen already stays as it was.
    """
    roll = ensure(session, dialogue_id)
    if roll.frozen_at is None:
        counted = select(Member.unit_id, func.count()).where(Member.dialogue_id == dialogue_id).group_by(Member.unit_id)
        units = {unit_id or "": number for unit_id, number in session.execute(counted)}
        session.add_all(UnitCount(dialogue_id=dialogue_id, unit_id=unit, members=n) for unit, n in units.items())
        roll.frozen_at, roll.frozen_total = at or now(), sum(units.values())
        log(session, dialogue_id, "freeze", actor=actor, total=roll.frozen_total)
    return roll.frozen_total


def log(session: Session, dialogue_id: str, action: str, *, actor: str, **detail: Any) -> None:
    """One line on what staff did to the roll, in the same transaction. Never a name, never a secret."""
    session.add(RollLog(id=new_id(), dialogue_id=dialogue_id, at=now(), actor=actor, action=action, detail=detail))
    session.flush()
