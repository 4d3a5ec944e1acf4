"""Deleting a roll on the day that was announced: people, what they asked and what they were given go, bare counts stay.

A deletion that only marks pages as free would be none, so the file is written anew afterwards. Both are remembered apart:
a machine that stops in between does the second part at its next start.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import delete
from sqlalchemy import select
from sqlalchemy import update
from sqlalchemy.orm import Session

from survey.core.clock import local
from survey.core.stores import Stores
from survey.roll import counts
from survey.roll import service
from survey.roll.models import Correction
from survey.roll.models import Issue
from survey.roll.models import Member
from survey.roll.models import Membership
from survey.roll.models import Roll
from survey.roll.models import RollLog
from survey.roll.models import UnitCount

KEYS = ("link", "weak")  # made for members, of no use without them
LOGGED = ("freeze", "unfreeze", "settings", "units", "import", "file", "delete")  # lines that only count or name fields


def sweep(stores: Stores, moment: dt.datetime) -> list[str]:
    """Delete every roll whose day has come, and finish what was begun; the ids of the dialogues."""
    today = local(moment).date()
    due = select(Roll.dialogue_id).where(Roll.delete_on <= today, Roll.purged_at.is_(None))
    begun = select(Roll.dialogue_id).where(Roll.purged_at.is_not(None), Roll.scrubbed.is_(False))
    with stores.roll.reading() as session:
        ids = list(session.scalars(due))
        left = list(session.scalars(begun))
    for dialogue_id in ids:
        _forget(stores, dialogue_id, moment, "sweep")
    for dialogue_id in left:  # cut off before its keys were gone, or before the file was written anew
        _destroy(stores, dialogue_id)
    if ids or left:
        _rewrite(stores)
    return ids


def purge(stores: Stores, dialogue_id: str, moment: dt.datetime, *, actor: str) -> int:
    """Delete the roll of one dialogue now; how many people were on it. Doing it again changes nothing.

    Raises `Busy` where the rows are gone and another process still holds the file; `sweep` then writes it anew.
    """
    number = _forget(stores, dialogue_id, moment, actor)
    _rewrite(stores)
    return number


def _forget(stores: Stores, dialogue_id: str, moment: dt.datetime, actor: str) -> int:
    number = stores.roll.write(forget, dialogue_id, moment, actor=actor)
    _destroy(stores, dialogue_id)
    return number


def _destroy(stores: Stores, dialogue_id: str) -> None:
    for purpose in KEYS:
        stores.keys.destroy(dialogue_id, purpose)


def _rewrite(stores: Stores) -> None:
    stores.roll.rewrite()
    stores.roll.write(_rewritten)


def _rewritten(session: Session) -> None:
    session.execute(update(Roll).where(Roll.purged_at.is_not(None)).values(scrubbed=True))


def forget(session: Session, dialogue_id: str, moment: dt.datetime, *, actor: str) -> int:
    """The rows' part of a deletion; how many people were on the roll."""
    roll = session.get(Roll, dialogue_id, with_for_update=True)
    if roll is None or roll.purged_at is not None:
        return 0
    _keep_counts(session, roll)
    members = select(Member.id).where(Member.dialogue_id == dialogue_id)
    number = len(session.scalars(members).all())
    session.execute(delete(Membership).where(Membership.member_id.in_(members)))
    for table in (Issue, Correction, Member):
        session.execute(delete(table).where(table.dialogue_id == dialogue_id))
    session.execute(delete(RollLog).where(RollLog.dialogue_id == dialogue_id, RollLog.action.not_in(LOGGED)))
    roll.purged_at, roll.word = moment, None
    service.log(session, dialogue_id, "delete", actor=actor, people=number)
    return number


def _keep_counts(session: Session, roll: Roll) -> None:
    found = counts.exact(session, roll.dialogue_id)
    assert found is not None, "the roll is there"
    for name in counts.KEPT:
        setattr(roll, f"kept_{name}", getattr(found, name))
    named = dict(found.units)
    here = select(UnitCount).where(UnitCount.dialogue_id == roll.dialogue_id)
    rows = {row.unit_id: row for row in session.scalars(here)}
    for row in rows.values():  # a unit that may not be named keeps what its head said, and no number
        row.members, row.token, row.remark = named.get(row.unit_id, 0), None, ""
    if found.others:
        rest = rows.get("") or UnitCount(dialogue_id=roll.dialogue_id, unit_id="", members=0)
        rest.members = found.others
        session.add(rest)
    session.flush()
