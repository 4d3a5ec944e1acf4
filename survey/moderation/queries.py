"""Reading for whoever moderates: the queue, lists by state and topic, figures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from typing import NamedTuple

from sqlalchemy import and_
from sqlalchemy import case
from sqlalchemy import func
from sqlalchemy import or_
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core.text import fold
from survey.dialogues.models import Topic
from survey.questions.models import Question
from survey.questions.queries import Row
from survey.questions.queries import with_wordings
from survey.questions.state import BOARD
from survey.questions.state import EDITABLE
from survey.questions.state import State

NO_TOPIC = "none"  # as a filter: the questions that nobody has sorted yet


@dataclass(frozen=True, slots=True)
class Figures:
    """What the moderator's page counts."""

    by_state: dict[str, int]
    by_topic: tuple[tuple[str | None, str | None, int], ...]  # of what waits: topic id, name, number
    supporters: int

    @property
    def published(self) -> int:
        """Questions on the board."""
        return sum(number for state, number in self.by_state.items() if state in BOARD)


class Queued(NamedTuple):
    """A question of the queue, as the cards of likely duplicates need it."""

    id: str
    asked_about: dt.datetime
    text: str
    apart: bool


def figures(session: Session, dialogue_id: str) -> Figures:
    """Counts by state, of the waiting by topic, and all support on the board."""
    statement = (
        select(Question.state, func.count(), func.coalesce(func.sum(Question.supporters), 0))
        .where(Question.dialogue_id == dialogue_id)
        .group_by(Question.state)
    )
    rows = session.execute(statement).all()
    return Figures(
        by_state={state: number for state, number, _ in rows},
        by_topic=tuple(by_topic(session, dialogue_id, {State.PENDING})),
        supporters=sum(supporters for state, _, supporters in rows if state in BOARD),
    )


def by_topic(session: Session, dialogue_id: str, states: Collection[str]) -> list[tuple[str | None, str | None, int]]:
    """(topic id, name, number of questions) for each topic that has some, in the topics' order, without topic last."""
    statement = (
        select(Question.topic_id, Topic.name, func.count())
        .outerjoin(Topic, Topic.id == Question.topic_id)
        .where(Question.dialogue_id == dialogue_id, Question.state.in_(states))
        .group_by(Question.topic_id, Topic.name, Topic.position)
        .order_by(Topic.position.is_(None), Topic.position)
    )
    return [(topic_id, name, number) for topic_id, name, number in session.execute(statement)]


def _waits(dialogue_id: str) -> tuple[Any, ...]:
    asked = or_(Question.asked_back == "", Question.reply != "")
    return Question.dialogue_id == dialogue_id, Question.state == State.PENDING, asked


def waiting(session: Session, dialogue_id: str) -> list[tuple[str, dt.datetime]]:
    """Ids (and times to five minutes) of what waits for a decision, longest first, then in random order.

    What waits for its asker (`asking`) is not among them until the reply is there.
    """
    statement = (
        select(Question.id, Question.asked_about)
        .where(*_waits(dialogue_id))
        .order_by(Question.asked_about, Question.tie)
    )
    return [(question_id, asked_about) for question_id, asked_about in session.execute(statement)]


def asking(session: Session, dialogue_id: str) -> list[Row]:
    """What stands below the queue: asked back about and without a reply, or replied to while it is put aside.

    Those with a reply first, each in random order.
    """
    open_ = and_(Question.state.in_(EDITABLE), Question.asked_back != "", Question.reply == "")
    replied = and_(Question.state == State.HELD, Question.asked_back != "", Question.reply != "")
    statement = _rows(dialogue_id).where(or_(open_, replied))
    return _fetch(session, dialogue_id, statement.order_by(Question.reply == "", Question.tie))


def some(session: Session, dialogue_id: str, ids: Collection[str]) -> list[Row]:
    """These questions, in the order of `ids`; those that are gone are left out."""
    place = {question_id: position for position, question_id in enumerate(ids)}
    if not place:
        return []
    rows = _fetch(session, dialogue_id, _rows(dialogue_id).where(Question.id.in_(list(ids))))
    return sorted(rows, key=lambda row: place[row.id])


def known_texts(session: Session, dialogue_id: str, texts: Iterable[str]) -> set[str]:
    """Which of these texts (folded) a question of the dialogue has already, withdrawn and erased ones left aside."""
    wanted = sorted(set(texts))
    found: set[str] = set()
    for start in range(0, len(wanted), 400):  # long lists in parts: databases limit what one statement may carry
        statement = select(Question.folded).where(
            Question.dialogue_id == dialogue_id,
            Question.folded.in_(wanted[start : start + 400]),
            Question.state.not_in({State.WITHDRAWN, State.ERASED}),
        )
        found.update(session.scalars(statement))
    return found


def listing(
    session: Session,
    dialogue_id: str,
    states: Collection[str],
    *,
    topic: str = "",
    search: str = "",
    page: int = 1,
    size: int = 30,
) -> tuple[list[Row], int]:
    """One page of a list, and how long the list is: board order for what is published, else oldest first.

    `topic` is an id or `NO_TOPIC`; `search` needs no accents and finds "câu 12" by its number.
    """
    conditions: list[Any] = [Question.dialogue_id == dialogue_id, Question.state.in_(states)]
    if topic:
        conditions.append(Question.topic_id.is_(None) if topic == NO_TOPIC else Question.topic_id == topic)
    words = fold(search).removeprefix("cau ").split()
    if len(words) == 1 and words[0].isdecimal() and len(words[0]) < 6:
        conditions.append(Question.number == int(words[0]))
    else:
        conditions += [Question.folded.contains(word, autoescape=True) for word in fold(search).split()]
    total = session.scalar(select(func.count()).select_from(Question).where(*conditions)) or 0
    if set(states) <= BOARD:
        order: tuple[Any, ...] = (Question.supporters.desc(), Question.tie)
    else:
        order = (Question.asked_about, Question.tie)
    statement = _rows(dialogue_id).where(*conditions).order_by(*order)
    return _fetch(session, dialogue_id, statement.limit(size).offset((page - 1) * size)), total


def _rows(dialogue_id: str) -> Any:
    q = Question
    return (
        select(
            q.id, q.number, q.body, Topic.name.label("topic"), q.topic_id, q.supporters, q.state, q.source, q.unit,
            q.asked_about, q.reason, q.note, q.wordings, q.asked_back, q.reply,
            case((q.mute.is_not(None), q.muted), else_=None).label("muted"),
        )
        .outerjoin(Topic, Topic.id == q.topic_id)
        .where(q.dialogue_id == dialogue_id)
    )  # fmt: skip


def _fetch(session: Session, dialogue_id: str, statement: Any) -> list[Row]:
    rows = [Row(**row) for row in session.execute(statement).mappings()]
    return with_wordings(session, dialogue_id, rows)


def group_of(session: Session, dialogue_id: str, question_id: str) -> str:
    """The merge that this question leads now; empty where it leads none."""
    statement = select(Question.group_id).where(Question.dialogue_id == dialogue_id, Question.id == question_id)
    return session.scalar(statement) or ""


def queued(session: Session, dialogue_id: str) -> list[Queued]:
    """What waits for a decision, longest (to five minutes) first, then in random order."""
    columns = select(Question.id, Question.asked_about, Question.body, Question.apart)
    statement = columns.where(*_waits(dialogue_id)).order_by(Question.asked_about, Question.tie)
    return [Queued(*row) for row in session.execute(statement)]


def published(session: Session, dialogue_id: str, limit: int) -> dict[str, tuple[int, str]]:
    """Number and text of what may take a newcomer as another wording, by id, the most supported first."""
    statement = (
        select(Question.id, Question.number, Question.body)
        .where(Question.dialogue_id == dialogue_id, Question.state == State.APPROVED, Question.number.is_not(None))
        .order_by(Question.supporters.desc(), Question.tie)
        .limit(limit)
    )
    return {row.id: (row.number, row.body) for row in session.execute(statement)}
