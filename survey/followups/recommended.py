"""Reading recommendations: plain frozen rows, as every page, paper, table and feed prints them."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core.clock import local
from survey.core.clock import now
from survey.dialogues.models import Topic
from survey.followups.models_recommendations import Attachment
from survey.followups.models_recommendations import Recommendation
from survey.followups.models_recommendations import RecommendationQuestion
from survey.followups.models_recommendations import RecommendationUnit
from survey.followups.models_recommendations import UnitReport
from survey.followups.steps import is_overdue
from survey.organisations.models import Unit
from survey.questions.models import Question
from survey.questions.state import BOARD


@dataclass(frozen=True, slots=True)
class Source:
    """A question behind a recommendation."""

    id: str
    number: int | None
    body: str
    supporters: int


@dataclass(frozen=True, slots=True)
class File:
    """An attached file."""

    id: str
    name: str
    mimetype: str
    size: int  # bytes
    published: bool


@dataclass(frozen=True, slots=True)
class Recommended:
    """One recommendation as it stands."""

    id: str
    number: int
    body: str
    topic_id: str | None
    topic: str  # empty where it stands under none
    unit_id: str | None
    unit: str
    cooperating: tuple[tuple[str, str], ...]  # (id, name), in the order of names
    state: str
    due: dt.date | None
    overdue: bool
    reason: str
    answer: str
    document: str
    document_date: dt.date | None
    published: bool
    created_at: dt.datetime
    done_at: dt.datetime | None
    questions: tuple[Source, ...]  # in the order of their numbers
    files: tuple[File, ...]  # in the order of their names


def of_dialogue(
    session: Session, dialogue_id: str, *, published: bool = False, today: dt.date | None = None
) -> list[Recommended]:
    """All of a dialogue in the order of their numbers; only what the public may read where `published`, its files too.

    `today` (default: in Vietnam, now) decides what is overdue. A fixed number of queries, whatever their number.
    """
    wanted: list[ColumnElement[bool]] = [Recommendation.dialogue_id == dialogue_id]
    wanted += [Recommendation.published.is_(True)] if published else []
    return _read(session, wanted, public=published, today=today)


def of_unit(
    session: Session, dialogue_id: str, unit_id: str, *, today: dt.date | None = None, office: bool = False
) -> list[Recommended]:
    """Those that a unit leads, in the order of their numbers, with the files that this unit may read.

    That is what is published and what came with its own reports; all of them only where the `office` is who reads.
    """
    wanted = [Recommendation.dialogue_id == dialogue_id, Recommendation.unit_id == unit_id]
    return _read(session, wanted, public=False, today=today, reader="" if office else unit_id)


def _read(
    session: Session, wanted: list[ColumnElement[bool]], *, public: bool, today: dt.date | None, reader: str = ""
) -> list[Recommended]:
    day = today or local(now()).date()
    statement = (
        select(Recommendation, Topic.name, Unit.name)
        .outerjoin(Topic, Topic.id == Recommendation.topic_id)
        .outerjoin(Unit, Unit.id == Recommendation.unit_id)
        .where(*wanted)
        .order_by(Recommendation.number)
    )
    rows = session.execute(statement).all()
    ids = [row.Recommendation.id for row in rows]
    questions, helping, files = (
        _sources(session, ids, public=public),
        _helping(session, ids),
        _files(session, ids, public=public, reader=reader),
    )
    return [
        Recommended(
            id=one.id, number=one.number, body=one.body, topic_id=one.topic_id, topic=topic or "", unit_id=one.unit_id,
            unit=unit or "", cooperating=tuple(helping[one.id]), state=one.state, due=one.due,
            overdue=is_overdue(one.state, one.due, day), reason=one.reason, answer=one.answer, document=one.document,
            document_date=one.document_date, published=one.published, created_at=one.created_at, done_at=one.done_at,
            questions=tuple(questions[one.id]), files=tuple(files[one.id]),
        )
        for one, topic, unit in rows
    ]  # fmt: skip


def _sources(session: Session, ids: Collection[str], *, public: bool) -> dict[str, list[Source]]:
    """The questions behind them; for the public those on the board alone, whatever became of others since."""
    statement = (
        select(
            RecommendationQuestion.recommendation_id, Question.id, Question.number, Question.body, Question.supporters
        )
        .join(Question, Question.id == RecommendationQuestion.question_id)
        .where(RecommendationQuestion.recommendation_id.in_(ids))
        .order_by(Question.number, Question.id)
    )
    found: dict[str, list[Source]] = defaultdict(list)
    for owner, id_, number, body, supporters in session.execute(
        statement.where(Question.state.in_(BOARD)) if public else statement
    ):
        found[owner].append(Source(id_, number, body, supporters))
    return found


def _helping(session: Session, ids: Collection[str]) -> dict[str, list[tuple[str, str]]]:
    statement = (
        select(RecommendationUnit.recommendation_id, Unit.id, Unit.name)
        .join(Unit, Unit.id == RecommendationUnit.unit_id)
        .where(RecommendationUnit.recommendation_id.in_(ids))
        .order_by(Unit.folded, Unit.id)
    )
    found = defaultdict(list)
    for owner, unit_id, name in session.execute(statement):
        found[owner].append((unit_id, name))
    return found


def _files(session: Session, ids: Collection[str], *, public: bool, reader: str) -> dict[str, list[File]]:
    """Their files; for the public the published ones, for a unit (`reader`) its own besides."""
    statement = select(Attachment).where(Attachment.recommendation_id.in_(ids)).order_by(Attachment.name, Attachment.id)
    if public:
        statement = statement.where(Attachment.published)
    elif reader:
        own = select(UnitReport.id).where(UnitReport.unit_id == reader)
        statement = statement.where(Attachment.published | Attachment.report_id.in_(own))
    found = defaultdict(list)
    for one in session.scalars(statement):
        found[one.recommendation_id].append(File(one.id, one.name, one.mimetype, one.size, one.published))
    return found
