"""Holding the order of the board while the leader reads: for everybody, and after a restart too.

The order of the moment at which holding begins is written beside the questions. What comes on the board meanwhile stands
at the end. Votes are counted as ever and move nothing until the order is let go.
"""

from __future__ import annotations

from typing import cast

from sqlalchemy import Table
from sqlalchemy import bindparam
from sqlalchemy import update
from sqlalchemy.orm import Session

from survey.dialogues.service import change
from survey.dialogues.service import load
from survey.questions.models import Question
from survey.questions.queries import standing

_QUESTIONS = cast(Table, Question.__table__)
_LET_GO = (
    update(_QUESTIONS)
    .where(_QUESTIONS.c.dialogue_id == bindparam("dialogue"), _QUESTIONS.c.held_place.is_not(None))
    .values(held_place=None)
)
_PLACE = update(_QUESTIONS).where(_QUESTIONS.c.id == bindparam("question")).values(held_place=bindparam("place"))


def hold(session: Session, dialogue_id: str, *, held: bool) -> None:
    """Keep the order as it is now (`held`), or let it move again; what holds already changes nothing."""
    if load(session, dialogue_id).order_held == held:
        return
    order = standing(session, dialogue_id) if held else []
    connection = session.connection()
    connection.execute(_LET_GO, {"dialogue": dialogue_id})
    if order:
        connection.execute(_PLACE, [{"question": one.id, "place": place} for place, one in enumerate(order)])
    session.expire_all()
    change(session, dialogue_id, {"order_held": held})
