"""Letting go on what `gathering` keeps together: by the clock, and at the closing all of it."""

from __future__ import annotations

import secrets

from sqlalchemy import Select
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core.db import Database
from survey.dialogues.entry import BY_ROLL
from survey.dialogues.models import Dialogue
from survey.dialogues.service import load
from survey.dialogues.service import touch
from survey.dialogues.state import ASKABLE
from survey.questions import gathering
from survey.questions import service
from survey.questions.models import Gathered
from survey.questions.models import Question
from survey.questions.numbers import number
from survey.questions.state import BOARD
from survey.questions.state import State

LOOK, PUBLISH, MINUTE = 5.0, 20.0, 60.0  # seconds; beats of the wall clock, the same in every process


class Clock:
    """Which beats have come since the last look."""

    def __init__(self, moment: float) -> None:
        self._seen = moment

    def beats(self, moment: float) -> tuple[bool, bool]:
        """Whether it is time to publish, and whether a full minute has come."""
        before, self._seen = self._seen, moment
        return before // PUBLISH != moment // PUBLISH, before // MINUTE != moment // MINUTE


def look(db: Database, *, publishing: bool, minute: bool) -> None:
    """Let everything go on that is due in any dialogue."""
    with db.reading() as session:
        running = select(Dialogue).where(
            Dialogue.entry.in_(BY_ROLL), Dialogue.state.in_(ASKABLE), Dialogue.ending_at.is_(None)
        )
        found = list(session.scalars(running))
        due = [one.id for one in found if gathering.enough(one, gathering.waiting(session, one.id), minute=minute)]
        unseen = [one.id for one in found if publishing and session.scalar(_kept_back(one.id).limit(1))]
    for dialogue_id in due:
        db.write(release, dialogue_id, minute=minute)
    for dialogue_id in unseen:
        db.write(publish, dialogue_id)


def release(session: Session, dialogue_id: str, *, minute: bool) -> int:
    """Let the waiting questions go on if they are enough, in random order; how many went."""
    dialogue = load(session, dialogue_id)
    if not gathering.enough(dialogue, gathering.waiting(session, dialogue_id), minute=minute):
        return 0
    return _go_on(session, dialogue)


def release_all(session: Session, dialogue_id: str) -> None:
    """At the closing: let everything go on and publish what was passed. The moment is the same for all of it."""
    _go_on(session, load(session, dialogue_id))
    publish(session, dialogue_id)


def publish(session: Session, dialogue_id: str) -> int:
    """Give what was passed its number and show it, in random order; how many that were."""
    load(session, dialogue_id)
    kept = list(session.scalars(_kept_back(dialogue_id)))
    secrets.SystemRandom().shuffle(kept)
    for question in kept:
        question.number = number(session, dialogue_id)
    session.flush()
    if kept:
        touch(session, dialogue_id, public=True)
    return len(kept)


def _go_on(session: Session, dialogue: Dialogue) -> int:
    rows = list(session.scalars(select(Gathered).where(Gathered.dialogue_id == dialogue.id).order_by(Gathered.id)))
    secrets.SystemRandom().shuffle(rows)
    into = State.PENDING if dialogue.pre_moderation else State.APPROVED
    for row in rows:
        service.add(
            session, dialogue.id, row.body, row.topic_id, state=State.WITHDRAWN if row.withdrawn else into,
            author=row.author, question_id=row.id, site=row.site,
        ).mute = row.mute  # fmt: skip
        session.delete(row)
    session.flush()
    if rows:
        touch(session, dialogue.id, public=into in BOARD)
    return len(rows)


def _kept_back(dialogue_id: str) -> Select[Question]:
    return (
        select(Question)
        .where(Question.dialogue_id == dialogue_id, Question.state.in_(BOARD), Question.number.is_(None))
        .order_by(Question.id)
    )
