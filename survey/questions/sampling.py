"""Support over time: at each step of five minutes, in whole fives, from the kept counts of a live hall (rules D1, D5).

No ballot and no order is near: a row says only that a question stood at 15 when the clock said 9:05. It is written where
the count has surely moved by five since the row before, wherever in its five that row stood: a row of 5 may have been 9, so
the next one up is written from 14 on. Two rows of a question differ by five ballots or there is one. What is written comes
in one statement a dialogue, in the order of random ids.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import partial

from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core.clock import COARSE
from survey.core.clock import coarse
from survey.core.db import Database
from survey.dialogues.models import Dialogue
from survey.dialogues.state import State
from survey.questions.models import Question
from survey.questions.models import SupportSample
from survey.questions.state import BOARD

STEP = 5  # ballots


@dataclass(frozen=True, slots=True)
class Sample:
    """A question stood at least at `supporters` when the clock said `at`."""

    question_id: str
    number: int
    at: dt.datetime
    supporters: int


def take(session: Session, dialogue_id: str, moment: dt.datetime) -> int:
    """Write what has moved by five since the last step; how many rows. Twice in one step writes nothing more."""
    at, last = coarse(moment), _last(session, dialogue_id)
    counted = select(Question.id, Question.supporters).where(
        Question.dialogue_id == dialogue_id, Question.state.in_(BOARD), Question.number.is_not(None)
    )
    moved = {
        question_id: supporters - supporters % STEP
        for question_id, supporters in session.execute(counted)
        if at not in last.get(question_id, {}) and _moved(last.get(question_id), supporters)
    }
    session.add_all(SupportSample(question_id=one, at=at, supporters=moved[one]) for one in sorted(moved))
    return len(moved)


def close(session: Session, dialogue_id: str, moment: dt.datetime) -> int:
    """The last step, when nothing moves any more: it stands at the end of the five minutes in which the hall closed."""
    return take(session, dialogue_id, coarse(moment) + COARSE)


def of_dialogue(session: Session, dialogue_id: str) -> list[Sample]:
    """Every row of questions that are on the board now, by time, then by number."""
    statement = (
        select(SupportSample.question_id, Question.number, SupportSample.at, SupportSample.supporters)
        .join(Question, Question.id == SupportSample.question_id)
        .where(Question.dialogue_id == dialogue_id, Question.state.in_(BOARD), Question.number.is_not(None))
        .order_by(SupportSample.at, Question.number)
    )
    return [Sample(one, int(number or 0), at, count) for one, number, at, count in session.execute(statement)]


class Clock:
    """Which step each live hall was looked at last. One for the process; a second process finds the rows of the first."""

    def __init__(self) -> None:
        self._done: dict[str, dt.datetime] = {}

    def sweep(self, db: Database, moment: dt.datetime) -> None:
        """Take the step that `moment` lies in, once, in every hall that is open."""
        with db.reading() as session:
            live = select(Dialogue.id).where(Dialogue.state == State.LIVE, Dialogue.ending_at.is_(None))
            due = [one for one in session.scalars(live) if self._done.get(one) != coarse(moment)]
        for dialogue_id in due:
            db.write(partial(take, dialogue_id=dialogue_id, moment=moment))
            self._done[dialogue_id] = coarse(moment)


CLOCK = Clock()


def _last(session: Session, dialogue_id: str) -> dict[str, dict[dt.datetime, int]]:
    """The newest row of each question."""
    newest = (
        select(SupportSample.question_id, func.max(SupportSample.at).label("at"))
        .join(Question, Question.id == SupportSample.question_id)
        .where(Question.dialogue_id == dialogue_id)
        .group_by(SupportSample.question_id)
        .subquery()
    )
    statement = select(SupportSample).join(
        newest, (newest.c.question_id == SupportSample.question_id) & (newest.c.at == SupportSample.at)
    )
    return {row.question_id: {row.at: row.supporters} for row in session.scalars(statement)}


def _moved(found: dict[dt.datetime, int] | None, supporters: int) -> bool:
    """Whether five ballots lie between the row before, of which only the five is known, and now. Before any row it was 0."""
    if not found:
        return supporters >= STEP
    row = next(iter(found.values()))
    return supporters >= row + STEP + (STEP - 1) or supporters <= row - STEP
