"""What is still owed from the dialogue before: for the leader's desk before the opening, and for the one who presents."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import exists
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core.clock import local
from survey.dialogues.models import Dialogue
from survey.dialogues.models import DialogueLog
from survey.dialogues.state import OVER
from survey.dialogues.state import State
from survey.followups import recommended
from survey.followups.models_recommendations import Recommendation
from survey.followups.recommended import Recommended
from survey.followups.steps import OPEN

SHOWN = 3


@dataclass(frozen=True, slots=True)
class Before:
    """The dialogue before this one and what became of it; `first`: what is owed, the longest overdue first."""

    code: str
    theme: str
    held: dt.date
    total: int
    owed: int
    overdue: int
    first: tuple[Recommended, ...]


def before(session: Session, dialogue: Dialogue, *, published: bool = False) -> Before | None:
    """The last dialogue of the same host (else of the same organisation) that gave anybody something to do.

    Only of what the public may read where `published`. None where there was no such dialogue.
    """
    found = _previous(session, dialogue, published=published)
    if found is None:
        return None
    other, held = found
    rows = recommended.of_dialogue(session, other.id, published=published)
    owed = sorted((one for one in rows if one.state in OPEN), key=lambda one: (one.due or dt.date.max, one.number))
    return Before(
        other.code, other.theme, held, len(rows), len(owed), sum(one.overdue for one in owed), tuple(owed[:SHOWN])
    )


def _previous(session: Session, dialogue: Dialogue, *, published: bool) -> tuple[Dialogue, dt.date] | None:
    closed = (
        select(DialogueLog.dialogue_id, func.max(DialogueLog.at).label("at"))
        .where(DialogueLog.after == State.CLOSED)
        .group_by(DialogueLog.dialogue_id)
        .subquery()
    )
    wanted = [Recommendation.dialogue_id == Dialogue.id, *([Recommendation.published] if published else [])]
    statement = (
        select(Dialogue, closed.c.at)
        .join(closed, closed.c.dialogue_id == Dialogue.id)
        .where(
            Dialogue.organisation_id == dialogue.organisation_id, Dialogue.id != dialogue.id, Dialogue.state.in_(OVER),
            Dialogue.rehearsal.is_(False), Dialogue.sample.is_(dialogue.sample), exists().where(*wanted),
        )
        .order_by((Dialogue.host_unit == dialogue.host_unit).desc(), closed.c.at.desc(), Dialogue.id)
        .limit(1)
    )  # fmt: skip
    row = session.execute(statement).first()
    return (row[0], local(row[1]).date()) if row else None
