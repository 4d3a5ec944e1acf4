"""Whether the counts that are kept are those of the rows: a board never counts, so somebody has to, now and then."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import ColumnElement
from sqlalchemy import case
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.dialogues.models import Dialogue
from survey.dialogues.models import KeyRecord
from survey.questions.models import Group
from survey.questions.models import GroupSupport
from survey.questions.models import Question
from survey.questions.models import Support


class Difference(NamedTuple):
    """A question whose count is not that of its rows."""

    code: str
    question_id: str
    kept: int
    counted: int


def differences(session: Session) -> tuple[int, list[Difference]]:
    """How many questions were counted, and those where something else is kept.

    What was merged into another keeps the rows below the group as they were and is not counted. A dialogue that moved
    here from another installation left its ballots' marks there: it has no key of its own, and nothing to count.
    """
    counted = _counted().label("counted")
    key = KeyRecord.dialogue_id == Question.dialogue_id, KeyRecord.purpose == "vote"
    here = select(KeyRecord.dialogue_id).where(*key).exists()
    found = session.execute(
        select(Dialogue.code, Question.id, Question.supporters, counted)
        .join(Dialogue, Dialogue.id == Question.dialogue_id)
        .where(Question.merged_into.is_(None), here)
        .order_by(Dialogue.code, Question.id)
    ).all()
    return len(found), [Difference(*row) for row in found if row.supporters != row.counted]


def _counted() -> ColumnElement[int]:
    alone = select(func.count()).where(Support.question_id == Question.id).scalar_subquery()
    grouped = select(func.count()).where(GroupSupport.group_id == Question.group_id).scalar_subquery()
    brought = select(Group.carried).where(Group.id == Question.group_id).scalar_subquery()
    return case((Question.group_id.is_(None), Question.carried + alone), else_=brought + grouped)
