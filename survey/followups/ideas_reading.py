"""Reading the box of ideas: by the phone that wrote, by the office, by a unit, by everybody. Reading writes nothing."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.dialogues.models import Topic
from survey.followups.ideas import Own
from survey.followups.ideas_answers import ANSWERABLE
from survey.followups.ideas_answers import answer_to
from survey.followups.ideas_state import ASKER
from survey.followups.ideas_state import NAMELESS
from survey.followups.ideas_state import TAKEN_BACK
from survey.followups.ideas_state import State
from survey.followups.models_ideas import IdeaBox
from survey.followups.models_ideas import Message
from survey.followups.models_ideas import Thread
from survey.followups.models_recommendations import Recommendation
from survey.organisations.models import Unit
from survey.questions.models import Question

LISTS = ("new", "answered", "taken", "aside")


@dataclass(frozen=True, slots=True)
class Spoken:
    """One message."""

    side: str  # asker, office, unit
    unit: str
    body: str
    waits: bool


@dataclass(frozen=True, slots=True)
class Letter:
    """A thread as its reader may see it. `id` is that of the idea, or of the question for its asker."""

    id: str
    is_idea: bool
    number: int | None  # of the question
    body: str
    topic: str
    state: str
    waits: bool
    reason: str
    name: str  # for its asker also one that is on its way
    unit_id: str | None
    unit: str
    muted: bool
    mutable: bool
    answer: str  # to the question, in writing
    taken: bool
    taken_text: str
    taken_note: str
    recommendation: int | None  # its number
    recommendation_id: str | None
    messages: tuple[Spoken, ...]

    @property
    def answered(self) -> bool:
        """Whether an answer is there to which its asker may reply."""
        return bool(self.answer) or any(one.side != ASKER for one in self.messages)

    @property
    def owed(self) -> bool:
        """Whether the last word is the asker's."""
        return (not self.messages and self.is_idea) or (bool(self.messages) and self.messages[-1].side == ASKER)

    @property
    def place(self) -> str:
        """On which list of the office it stands."""
        if self.state != State.OPEN:
            return "aside"
        return "new" if self.owed else "taken" if self.taken else "answered"


@dataclass(frozen=True, slots=True)
class TakenUp:
    """An idea that was taken up, in the words that everybody reads."""

    id: str
    body: str
    note: str
    unit: str
    recommendation: int | None  # its number, once that is published


def box_of(session: Session, dialogue_id: str) -> IdeaBox | None:
    """The box, where the office has made one."""
    return session.get(IdeaBox, dialogue_id)


def own(session: Session, dialogue_id: str, marks: Own) -> list[Letter]:
    """What this phone wrote, and its own questions that are answered in writing; in no order that tells anything."""
    found = [*_ideas(session, dialogue_id, marks), *_questions(session, dialogue_id, marks)]
    return sorted(found, key=lambda one: (not one.answered, one.id))


def own_one(session: Session, dialogue_id: str, marks: Own, id_: str) -> Letter | None:
    """One of these; None for anybody else's, as for what is not there."""
    return next((one for one in own(session, dialogue_id, marks) if one.id == id_), None)


def for_office(session: Session, dialogue_id: str, thread_id: str | None = None) -> list[Letter]:
    """All that has reached the office, or this one of it, in the order of random ids."""
    one = [Thread.id == thread_id] if thread_id else []
    return _letters(session, [Thread.dialogue_id == dialogue_id, Thread.waits.is_(False), *one])


def for_unit(session: Session, dialogue_id: str, unit_id: str) -> list[Letter]:
    """What was handed to a unit and still stands."""
    here = Thread.dialogue_id == dialogue_id, Thread.unit_id == unit_id, Thread.waits.is_(False)
    return _letters(session, [*here, Thread.state == State.OPEN])


def taken_up(session: Session, dialogue_id: str) -> list[TakenUp]:
    """For everybody: the ideas that were taken up, without name and time."""
    statement = (
        select(Thread, Unit.name, Recommendation.number, Recommendation.published)
        .outerjoin(Unit, Unit.id == Thread.unit_id)
        .outerjoin(Recommendation, Recommendation.id == Thread.recommendation_id)
        .where(Thread.dialogue_id == dialogue_id, Thread.taken)
        .order_by(Thread.id)
    )
    return [
        TakenUp(thread.id, thread.taken_text, thread.taken_note, unit or "", number if published else None)
        for thread, unit, number, published in session.execute(statement)
    ]


def ends_on(box: IdeaBox | None, keys_until: dt.date | None, day: dt.date, before: dt.timedelta) -> dt.date | None:
    """The day from which no thread can be read by its asker, once that is near; None before."""
    near = box is not None and keys_until is not None and keys_until - before <= day < keys_until
    return keys_until if near else None


def _ideas(session: Session, dialogue_id: str, marks: Own) -> list[Letter]:
    if not marks.ideas:
        return []
    mine = Thread.author.in_(list(marks.ideas))
    return _letters(session, [Thread.dialogue_id == dialogue_id, mine], whole=True)


def _questions(session: Session, dialogue_id: str, marks: Own) -> list[Letter]:
    statement = select(Question).where(
        Question.dialogue_id == dialogue_id,
        Question.author.in_(list(marks.questions)),
        Question.state.in_(ANSWERABLE),
    )
    asked = {one.id: one for one in session.scalars(statement)} if marks.questions else {}
    answers = {id_: answer_to(session, one) for id_, one in asked.items()}
    begun = _letters(session, [Thread.question_id.in_(list(asked))], whole=True, by_question=True) if asked else []
    known = {one.id for one in begun}
    rest = [_empty(asked[id_], answer) for id_, answer in answers.items() if answer and id_ not in known]
    return [*begun, *rest]


def _letters(
    session: Session, wanted: Iterable[ColumnElement[bool]], *, whole: bool = False, by_question: bool = False
) -> list[Letter]:
    """`whole`: with what waits, for its asker alone."""
    statement = (
        select(Thread, Topic.name, Unit.name, Question, Recommendation.number)
        .outerjoin(Topic, Topic.id == Thread.topic_id)
        .outerjoin(Unit, Unit.id == Thread.unit_id)
        .outerjoin(Question, Question.id == Thread.question_id)
        .outerjoin(Recommendation, Recommendation.id == Thread.recommendation_id)
        .where(*wanted)
        .order_by(Thread.id)
    )
    rows = session.execute(statement).all()
    messages = _messages(session, [row[0].id for row in rows], whole=whole)
    return [_letter(session, *row, tuple(messages[row[0].id]), whole=whole, by_question=by_question) for row in rows]


def _letter(
    session: Session, one: Thread, topic: str | None, unit: str | None, question: Question | None, number: int | None,
    messages: tuple[Spoken, ...], *, whole: bool, by_question: bool,
) -> Letter:  # fmt: skip
    taken_back = whole and any(said.waits and said.body == TAKEN_BACK for said in messages)
    name = (one.signing if whole else "") or one.name
    return Letter(
        id=question.id if question is not None and by_question else one.id, is_idea=question is None,
        number=question.number if question is not None else None, body=one.body if question is None else question.body,
        topic=topic or "", state=State.WITHDRAWN if taken_back else one.state, waits=one.waits and whole, reason=one.reason,
        name="" if name == NAMELESS else name, unit_id=one.unit_id, unit=unit or "", muted=one.muted,
        mutable=one.mute is not None, answer="" if question is None else answer_to(session, question), taken=one.taken,
        taken_text=one.taken_text, taken_note=one.taken_note, recommendation=number,
        recommendation_id=one.recommendation_id, messages=tuple(said for said in messages if said.body),
    )  # fmt: skip


def _messages(session: Session, ids: Collection[str], *, whole: bool) -> dict[str, list[Spoken]]:
    statement = (
        select(Message, Unit.name)
        .outerjoin(Unit, Unit.id == Message.unit_id)
        .where(Message.thread_id.in_(ids))
        .order_by(Message.place)
    )
    found: dict[str, list[Spoken]] = defaultdict(list)
    for one, unit in session.execute(statement if whole else statement.where(Message.waits.is_(False))):
        found[one.thread_id].append(Spoken(one.side, unit or "", one.body, one.waits))
    return found


def _empty(question: Question, answer: str) -> Letter:
    """An own question that is answered and to which nothing was written yet."""
    return Letter(
        id=question.id, is_idea=False, number=question.number, body=question.body, topic="", state=State.OPEN,
        waits=False, reason="", name="", unit_id=None, unit="", muted=False, mutable=False, answer=answer,
        taken=False, taken_text="", taken_note="", recommendation=None, recommendation_id=None, messages=(),
    )  # fmt: skip
