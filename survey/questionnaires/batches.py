"""Short answers to an open poll are let go in batches: read at the second of a tap, a text would be somebody's.

Five new ballots go together, or three at least at a full minute; the rest when the poll closes. A ballot that changes its
text is no new one: it cannot drive a batch on, and its change waits for the next.
"""

from __future__ import annotations

from sqlalchemy import exists
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core.db import Database
from survey.dialogues.service import load as load_dialogue
from survey.dialogues.service import touch
from survey.questionnaires import words
from survey.questionnaires.counting import Purpose
from survey.questionnaires.models import Item
from survey.questionnaires.models import Questionnaire
from survey.questionnaires.state import State

LOT, FEWEST = 5, 3  # new ballots: at any look of the clock, and at a full minute


def look(db: Database, *, minute: bool) -> None:
    """Let the texts go on that are due in any dialogue; `minute`: a full minute has come."""
    waiting = Questionnaire.responses - Questionnaire.released
    texts = exists().where(Item.questionnaire_id == Questionnaire.id, Item.kind == "short")
    with db.reading() as session:
        due = list(session.scalars(select(Questionnaire.id).where(
            Questionnaire.state == State.OPEN, Questionnaire.purpose != Purpose.SURVEY,
            waiting >= (FEWEST if minute else LOT), texts,
        )))  # fmt: skip
    for poll_id in due:
        db.write(release, poll_id)


def release(session: Session, poll_id: str) -> None:
    """Let all go on that has been counted, if it still is enough to go together."""
    owner = session.scalar(select(Questionnaire.dialogue_id).where(Questionnaire.id == poll_id))
    if owner is None:
        return
    load_dialogue(session, owner)
    poll = session.get(Questionnaire, poll_id, with_for_update=True)
    if poll is None or poll.state != State.OPEN or poll.responses - poll.released < FEWEST:
        return
    words.let_go(session, poll.id)
    poll.released = poll.responses
    session.flush()
    touch(session, poll.dialogue_id, public=True)
