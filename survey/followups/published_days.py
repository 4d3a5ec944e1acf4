"""The days on which plan and notice were published, which the law counts: set by showing them, unless somebody wrote one."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core.clock import ZONE
from survey.core.clock import local
from survey.core.clock import now
from survey.followups.models import FollowupLog
from survey.followups.models_deadlines import DialogueDeadlines

# The `count` of a row of the log: hidden, shown; hidden and shown where that took back or set the day as well.
HIDDEN, SHOWN, TAKEN_BACK, DATED = 0, 1, -1, 2
_COLUMN = {"plan": "plan_published", "notice": "conclusion_published"}


def settle(session: Session, dialogue_id: str, kind: str, *, shown: bool) -> int:
    """Set or take back the day, and say how, for the log.

    The day counts from the first time on; whoever published it on paper before has written it already. What is shown and
    hidden again on one day was a mistake, and nothing was published by it.
    """
    row = session.get(DialogueDeadlines, dialogue_id) or DialogueDeadlines(dialogue_id=dialogue_id, complicated=False)
    session.add(row)
    column, today = _COLUMN[kind], local(now()).date()
    by_showing, count = _dated_on(session, dialogue_id, kind, today), SHOWN if shown else HIDDEN
    if shown and getattr(row, column) is None:
        setattr(row, column, today)
        count = DATED
    elif not shown and by_showing:
        if getattr(row, column) == today:
            setattr(row, column, None)
        count = TAKEN_BACK
    session.flush()
    return count


def _dated_on(session: Session, dialogue_id: str, kind: str, day: dt.date) -> bool:
    """Whether showing it set the day on that day, and no hiding has looked at that yet."""
    began = dt.datetime.combine(day, dt.time(), ZONE)
    here = FollowupLog.dialogue_id == dialogue_id, FollowupLog.action == f"public_{kind}", FollowupLog.at >= began
    counted = select(FollowupLog.count, func.count()).where(*here).group_by(FollowupLog.count)
    found = {row[0]: row[1] for row in session.execute(counted)}
    return bool(found.get(DATED, 0) > found.get(TAKEN_BACK, 0))
