"""All dialogues of an office together: what is open, due and overdue by unit and topic, how fast answers come, and years."""

from __future__ import annotations

import datetime as dt
import statistics
from collections import defaultdict
from collections.abc import Callable
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core.clock import local
from survey.dialogues import queries as dialogues
from survey.dialogues.models import Dialogue
from survey.dialogues.models import Topic
from survey.dialogues.state import State as Stage
from survey.followups import counting_days
from survey.followups import deadlines
from survey.followups import frozen
from survey.followups.counting_days import Pressing
from survey.followups.counting_days import Standing
from survey.followups.frozen import Year
from survey.followups.models_recommendations import Recommendation
from survey.followups.steps import OPEN
from survey.organisations.models import Unit
from survey.questions.models import Question

APART = "\0"


@dataclass(frozen=True, slots=True)
class Heap:
    """Recommendations under one heading. `days`: the median from being made to being answered, over those that are."""

    name: str
    total: int
    open: int
    soon: int
    overdue: int
    days: float | None

    @property
    def median(self) -> int | float | None:
        """`days`, whole where it is."""
        return int(self.days) if self.days is not None and self.days.is_integer() else self.days


@dataclass(frozen=True, slots=True)
class Held:
    """One dialogue in the list."""

    dialogue: Dialogue
    heap: Heap
    pressing: Pressing  # with its own deadlines
    judged: int
    satisfied: int

    @property
    def satisfaction(self) -> float | None:
        """The share of those who were satisfied; None below five judgements."""
        return self.satisfied / self.judged if self.judged >= 5 else None


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything about the dialogues of an office, or of one year of them."""

    all: Heap
    held: tuple[Held, ...]
    units: tuple[Heap, ...]  # the most overdue first; "" is nobody's
    topics: tuple[Heap, ...]
    judged: int
    satisfied: int
    years: tuple[Year, ...]  # frozen figures, the latest first; all years, whatever was chosen
    unfrozen: int  # dialogues without a conclusion, which are in no year

    @property
    def satisfaction(self) -> float | None:
        """The share of those who were satisfied; None below five judgements."""
        return self.satisfied / self.judged if self.judged >= 5 else None


@dataclass(frozen=True, slots=True)
class _Row:
    dialogue_id: str
    unit: str  # name and id: two units may bear one name
    topic: str
    standing: Standing
    open: bool
    days: int | None


def overview(session: Session, organisation_id: str, year: int | None = None, day: dt.date | None = None) -> Overview:
    """The dialogues of an organisation on a day; only those of one year where it is given. Rehearsals count nowhere."""
    day = day or deadlines.today()
    known = [one for one in dialogues.of_organisation(session, organisation_id) if not one.rehearsal]
    chosen = [one for one in known if year is None or year_of(one) == year]
    ids = [one.id for one in chosen]
    rows = _rows(session, organisation_id, chosen, day)
    pressing, judged = deadlines.pressing(session, chosen, day), _judged(session, ids)
    by_dialogue = _grouped(rows, lambda row: row.dialogue_id)
    held = tuple(
        Held(one, _heap(one.theme, by_dialogue.get(one.id, [])), pressing[one.id], *judged.get(one.id, (0, 0)))
        for one in chosen
    )
    every = [one.id for one in known]
    frozen_ids = frozen.of_dialogues(session, every)
    return Overview(
        _heap("", rows), held, _heaps(rows, lambda row: row.unit), _heaps(rows, lambda row: row.topic),
        sum(one.judged for one in held), sum(one.satisfied for one in held), tuple(frozen.years(session, every)),
        sum(one.state not in {Stage.DRAFT, Stage.COLLECTING} and one.id not in frozen_ids for one in known),
    )  # fmt: skip


def year_of(dialogue: Dialogue) -> int | None:
    """The year in which a dialogue was or is to be held."""
    return local(dialogue.starts_at).year if dialogue.starts_at else None


def years_of(session: Session, organisation_id: str) -> list[int]:
    """The years that can be chosen, the latest first."""
    found = {year_of(one) for one in dialogues.of_organisation(session, organisation_id)}
    return sorted((year for year in found if year), reverse=True)


def _rows(session: Session, organisation_id: str, chosen: Iterable[Dialogue], day: dt.date) -> list[_Row]:
    states = {one.id: one.state for one in chosen}
    horizon = deadlines.rules_of(session, organisation_id).horizon(day)
    statement = (
        select(Recommendation, Unit.name, Topic.name)
        .outerjoin(Unit, Unit.id == Recommendation.unit_id)
        .outerjoin(Topic, Topic.id == Recommendation.topic_id)
        .where(Recommendation.dialogue_id.in_(states))
    )
    found = []
    for one, unit, topic in session.execute(statement):
        done = local(one.done_at).date() if one.done_at else None
        stands = counting_days.of_recommendation(one.state, one.due, done, day, horizon)
        took = (done - local(one.created_at).date()).days if done and one.state not in OPEN else None
        if states[one.dialogue_id] == Stage.ARCHIVED and stands in counting_days.PRESSING:
            stands = Standing.LATER  # nothing changes there any more, so nothing presses
        found.append(
            _Row(
                one.dialogue_id, f"{unit or ''}{APART}{one.unit_id or ''}", topic or "", stands, one.state in OPEN, took
            )
        )
    return found


def _heaps(rows: Iterable[_Row], by: Callable[[_Row], str]) -> tuple[Heap, ...]:
    found = [_heap(name.split(APART)[0], group) for name, group in _grouped(rows, by).items()]
    return tuple(sorted(found, key=lambda heap: (-heap.overdue, -heap.soon, -heap.open, heap.name == "", heap.name)))


def _grouped(rows: Iterable[_Row], by: Callable[[_Row], str]) -> dict[str, list[_Row]]:
    found: dict[str, list[_Row]] = defaultdict(list)
    for row in rows:
        found[by(row)].append(row)
    return found


def _heap(name: str, rows: list[_Row]) -> Heap:
    stands = [row.standing for row in rows]
    days = [row.days for row in rows if row.days is not None]
    return Heap(
        name, len(rows), sum(row.open for row in rows), stands.count(Standing.SOON), stands.count(Standing.OVERDUE),
        float(statistics.median(days)) if days else None,
    )  # fmt: skip


def _judged(session: Session, ids: list[str]) -> dict[str, tuple[int, int]]:
    sums = func.sum(Question.judged_shown), func.sum(Question.satisfied_shown)
    statement = select(Question.dialogue_id, *sums).where(Question.dialogue_id.in_(ids)).group_by(Question.dialogue_id)
    return {row[0]: (row[1] or 0, row[2] or 0) for row in session.execute(statement)}
