"""Reading what goes to which unit and what came back. Plain frozen rows, and nothing of a ballot in any of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from typing import Any

from sqlalchemy import Column
from sqlalchemy import exists
from sqlalchemy import or_
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core.columns import Base
from survey.core.ids import digest
from survey.dialogues import queries as dialogues
from survey.dialogues.models import Dialogue
from survey.followups.models import FollowupLog
from survey.followups.models import PreparedAnswer
from survey.followups.models import QuestionUnit
from survey.followups.models import TopicUnit
from survey.followups.models import UnitLink
from survey.followups.state import SENT
from survey.organisations import units
from survey.organisations.models import Unit
from survey.questions import queries as questions
from survey.questions.models import Question
from survey.questions.queries import Row

LATEST = 20  # acts that the page tells of


@dataclass(frozen=True, slots=True)
class Prepared:
    """What one unit would answer to a question, or to those that were merged into it."""

    unit_id: str
    unit: str
    body: str
    at: dt.datetime

    @property
    def seen(self) -> str:
        """What stands for the text on somebody's screen, see `seen_of`."""
        return seen_of(self.body)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A question on the list of a unit."""

    id: str
    number: int | None
    body: str
    others: tuple[str, ...]
    topic: str | None
    supporters: int
    state: str
    answer: str
    apart: bool  # it was given to this unit by itself, not with its topic

    @property
    def seen(self) -> str:
        """What stands for the answer on somebody's screen."""
        return seen_of(self.answer)


@dataclass(slots=True)
class UnitList:
    """What one unit has to prepare."""

    unit_id: str
    name: str
    linked: bool
    wanted: list[Wanted] = field(default_factory=list)

    @property
    def done(self) -> int:
        """How many have an answer."""
        return sum(bool(one.answer) for one in self.wanted)


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything about the preparation of a dialogue: lists by unit, and what goes to nobody yet."""

    lists: tuple[UnitList, ...]
    rest: tuple[Row, ...]
    apart: Mapping[str, str | None]  # questions that do not go where their topic goes
    topics: Mapping[str, str]  # topic -> unit
    counts: Mapping[str | None, int]  # questions by topic

    def of(self, unit_id: str) -> UnitList | None:
        """The list of one unit."""
        return next((one for one in self.lists if one.unit_id == unit_id), None)


def seen_of(body: str) -> str:
    """A short mark of a text; who writes over it sends it back, so that nobody overwrites what they have not read."""
    return digest(body).hex()[:8]


def overview(session: Session, dialogue_id: str) -> Overview:
    """All lists, by topic and then in board order; units in the order of their names."""
    rows = _in_topic_order(session, dialogue_id)
    topics = assigned(session, dialogue_id)
    alone = select(QuestionUnit.question_id, QuestionUnit.unit_id).where(QuestionUnit.dialogue_id == dialogue_id)
    apart = {row.question_id: row.unit_id for row in session.execute(alone)}
    linked = set(session.scalars(select(UnitLink.unit_id).where(UnitLink.dialogue_id == dialogue_id)))
    unit_of = {row.id: apart.get(row.id, topics.get(row.topic_id or "")) for row in rows}
    ids = {*topics.values(), *filter(None, apart.values()), *linked}
    found = session.execute(select(Unit.id, Unit.name).where(Unit.id.in_(ids)).order_by(Unit.folded, Unit.id))
    lists = {unit_id: UnitList(unit_id, name, unit_id in linked) for unit_id, name in found}
    answers = prepared(session, dialogue_id)
    for row in rows:
        unit_id = unit_of[row.id]
        if unit_id in lists:
            own = next((one.body for one in answers.get(row.id, ()) if one.unit_id == unit_id), "")
            lists[unit_id].wanted.append(_wanted(row, own, apart=row.id in apart))
    counts: dict[str | None, int] = {}
    for row in rows:
        counts[row.topic_id] = counts.get(row.topic_id, 0) + 1
    rest = tuple(row for row in rows if unit_of[row.id] not in lists)
    return Overview(tuple(lists.values()), rest, apart, topics, counts)


def list_of(session: Session, dialogue_id: str, unit_id: str) -> UnitList:
    """The list of one unit, empty where nothing goes to it."""
    found = overview(session, dialogue_id).of(unit_id)
    return found or UnitList(unit_id, session.scalar(select(Unit.name).where(Unit.id == unit_id)) or "", linked=False)


def assigned(session: Session, dialogue_id: str) -> dict[str, str]:
    """Which unit prepares what stands under which topic."""
    statement = select(TopicUnit.topic_id, TopicUnit.unit_id).where(TopicUnit.dialogue_id == dialogue_id)
    return {row.topic_id: row.unit_id for row in session.execute(statement)}


def preparing(session: Session, dialogue_id: str) -> list[tuple[str, str]]:
    """Id and name of the units that take part in the preparation, in the order of their names."""
    models = (TopicUnit, QuestionUnit, UnitLink, PreparedAnswer)
    here = (exists().where(model.unit_id == Unit.id, model.dialogue_id == dialogue_id) for model in models)
    found = session.execute(select(Unit.id, Unit.name).where(or_(*here)).order_by(Unit.folded, Unit.id))
    return [(row.id, row.name) for row in found]


def prepared(
    session: Session, dialogue_id: str, question_ids: Collection[str] | None = None
) -> dict[str, tuple[Prepared, ...]]:
    """What units have prepared, by question (all, or these); what belongs to a merged wording stands under the leading one.

    One entry a unit: its answer to the leading question, else what it wrote to those that were merged into it.
    """
    statement = (
        select(PreparedAnswer, Unit.name)
        .join(Unit, Unit.id == PreparedAnswer.unit_id)
        .where(PreparedAnswer.dialogue_id == dialogue_id)
        .order_by(Unit.folded, PreparedAnswer.question_id)
    )
    rows = session.execute(statement).all()
    if not rows:
        return {}
    leads = _leads(session, dialogue_id)
    found: dict[str, dict[str, list[tuple[bool, Prepared]]]] = {}
    for answer, unit in rows:
        leading = leads.get(answer.question_id, answer.question_id)
        if question_ids is None or leading in question_ids:
            one = Prepared(answer.unit_id, unit, answer.body, answer.at)
            found.setdefault(leading, {}).setdefault(answer.unit_id, []).append((leading == answer.question_id, one))
    return {leading: tuple(_joined(parts) for parts in units.values()) for leading, units in found.items()}


def load_unit(session: Session, dialogue: Dialogue, unit_id: str) -> Unit:
    """The unit, if it takes part in this preparation; `NotFound` for any other, as for one that is not there."""
    models = (TopicUnit, QuestionUnit, UnitLink, PreparedAnswer)
    here = (exists().where(model.unit_id == unit_id, model.dialogue_id == dialogue.id) for model in models)
    return units.load(session, dialogue.organisation_id, unit_id if session.scalar(select(or_(*here))) else "")


def log(session: Session, dialogue_id: str) -> list[tuple[FollowupLog, str]]:
    """The latest acts, each with the name of its unit."""
    statement = (
        select(FollowupLog, Unit.name)
        .outerjoin(Unit, Unit.id == FollowupLog.unit_id)
        .where(FollowupLog.dialogue_id == dialogue_id)
        .order_by(FollowupLog.at.desc(), FollowupLog.id)
        .limit(LATEST)
    )
    return [(row, name or "") for row, name in session.execute(statement)]


def naming() -> list[Column[Any]]:
    """The columns of all tables that name a unit, but for the tree itself and for what only tells how to reach one."""
    return [
        key.parent for table in Base.metadata.sorted_tables for key in table.foreign_keys
        if key.column.table is Unit.__table__ and table.name not in {"units", "unit_contacts"}
    ]  # fmt: skip


def names_unit(session: Session, unit_id: str) -> bool:
    """Whether a dialogue has something for this unit, or something of it."""
    return any(session.scalar(select(exists().where(column == unit_id))) for column in naming())


def below(session: Session, dialogue_id: str, question_id: str) -> list[str]:
    """The questions for which this one speaks now, those of merges below merges too."""
    return sorted(id_ for id_, leading in _leads(session, dialogue_id).items() if leading == question_id)


def _in_topic_order(session: Session, dialogue_id: str) -> list[Row]:
    places = {topic.id: place for place, topic in enumerate(dialogues.topics(session, dialogue_id))}
    rows = questions.board(session, dialogue_id, states=SENT)
    return sorted(rows, key=lambda row: places.get(row.topic_id or "", len(places)))


def _wanted(row: Row, answer: str, *, apart: bool) -> Wanted:
    return Wanted(row.id, row.number, row.body, row.others, row.topic, row.supporters, row.state, answer, apart)


def _joined(parts: list[tuple[bool, Prepared]]) -> Prepared:
    own = [one for leads, one in parts if leads]
    if own:
        return own[0]
    texts = dict.fromkeys(one.body for _leads, one in parts)
    last = max((one for _leads, one in parts), key=lambda one: one.at)
    return Prepared(last.unit_id, last.unit, "\n\n".join(texts), last.at)


def _leads(session: Session, dialogue_id: str) -> dict[str, str]:
    """The leading question of each that was merged, through merges of merges."""
    statement = select(Question.id, Question.merged_into).where(
        Question.dialogue_id == dialogue_id, Question.merged_into.is_not(None)
    )
    into = {question_id: str(leading) for question_id, leading in session.execute(statement)}
    found = {}
    for question_id, above in into.items():
        leading = above
        while leading in into:
            leading = into[leading]
        found[question_id] = leading
    return found
