"""Test ballots that nobody holds, their questions and their votes."""

from __future__ import annotations

import random
import secrets
from collections.abc import Sequence

from sqlalchemy import func
from sqlalchemy import insert
from sqlalchemy import select
from sqlalchemy import update
from sqlalchemy.orm import Session

from survey.core.keys import KeyStore
from survey.dialogues import queries as dialogues
from survey.dialogues.models import Dialogue
from survey.questions import service as questions
from survey.questions.models import Question
from survey.questions.models import Support
from survey.questions.queries import author_mark
from survey.questions.queries import voter_mark
from survey.questions.state import State
from survey.rehearsal import texts
from survey.room.models import Ballot
from survey.room.queries import ballots_in

AT_ONCE = 8  # questions that come into the queue together


def fill(session: Session, keys: KeyStore, dialogue_id: str, people: int) -> None:
    """So many ballots, a board with votes that fall as in a real hall, and a queue."""
    ballots = _ballots(session, dialogue_id, people)
    wanted = [_ask(session, keys, dialogue_id, text, State.APPROVED, ballots) for text in texts.BOARD]
    for text in texts.QUEUE:
        _ask(session, keys, dialogue_id, text, State.PENDING, ballots)
    _votes(session, keys, dialogue_id, wanted, ballots)


def queue(session: Session, keys: KeyStore, dialogue_id: str) -> int:
    """Some more questions that wait; their number."""
    ballots = ballots_in(session, dialogue_id)
    for text in secrets.SystemRandom().sample(texts.BOARD + texts.QUEUE, AT_ONCE):
        _ask(session, keys, dialogue_id, text, State.PENDING, ballots)
    return AT_ONCE


def _ballots(session: Session, dialogue_id: str, people: int) -> list[str]:
    made = [secrets.token_bytes(16) for _ in range(people)]
    session.execute(insert(Ballot), [{"dialogue_id": dialogue_id, "ballot": ballot} for ballot in sorted(made)])
    session.execute(update(Dialogue).where(Dialogue.id == dialogue_id).values(ballots=Dialogue.ballots + people))
    return [ballot.hex() for ballot in made]


def _ask(
    session: Session, keys: KeyStore, dialogue_id: str, text: str, state: State, ballots: Sequence[str]
) -> str:  # fmt: skip
    topics = dialogues.topics(session, dialogue_id)
    author = author_mark(keys.get(dialogue_id, "ask"), secrets.choice(ballots), secrets.token_hex(8))
    topic = secrets.choice(topics).id if topics else None
    return questions.add(session, dialogue_id, f"{text} {texts.MARK}", topic, state=state, author=author).id


def _votes(session: Session, keys: KeyStore, dialogue_id: str, wanted: Sequence[str], ballots: Sequence[str]) -> None:
    """The first is wanted by most, the last by few."""
    key, chance = keys.get(dialogue_id, "vote"), random.Random(1)  # noqa: S311 - no secret: how a sample looks
    rows = [
        {"question_id": question_id, "voter": voter_mark(key, ballot, question_id)}
        for place, question_id in enumerate(wanted)
        for ballot in chance.sample(ballots, round(len(ballots) * 0.8 / (place + 2) ** 0.7))
    ]
    session.execute(insert(Support), rows)
    counted = select(func.count()).where(Support.question_id == Question.id).scalar_subquery()
    session.execute(
        update(Question)
        .where(Question.id.in_(wanted))
        .values(supporters=counted)
        .execution_options(synchronize_session=False)
    )
