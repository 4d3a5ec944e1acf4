"""A dialogue's own figures, frozen when its conclusion is out: what years are compared by does not move any more."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from dataclasses import dataclass

from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core.clock import local
from survey.core.stores import Stores
from survey.dialogues import queries as dialogues
from survey.dialogues.models import Dialogue
from survey.dialogues.state import State as Stage
from survey.followups import three
from survey.followups.models_deadlines import ConcludedFigures
from survey.questions import queries as questions
from survey.questions.models import Question
from survey.questions.state import State

SETTLED = frozenset({Stage.CONCLUDED, Stage.FOLLOWING, Stage.ARCHIVED})


@dataclass(frozen=True, slots=True)
class Figures:
    """What stood at the conclusion. `judged` and `satisfied` are the shown figures, in steps of five."""

    ballots: int = 0
    asked: int = 0  # opinions received; this and the next two are the three figures of `three`
    answered: int = 0  # on the spot
    in_writing: int = 0  # or handed to a unit
    handed: int = 0  # of the questions put in writing, those that the hall gave to a unit
    supports: int = 0
    judged: int = 0
    satisfied: int = 0

    def __add__(self, other: Figures) -> Figures:
        mine, theirs = asdict(self), asdict(other)
        return Figures(**{name: value + theirs[name] for name, value in mine.items()})

    @property
    def satisfaction(self) -> float | None:
        """The share of those who were satisfied; None below five judgements."""
        return self.satisfied / self.judged if self.judged >= 5 else None


@dataclass(frozen=True, slots=True)
class Year:
    """All dialogues of one year together."""

    year: int
    dialogues: int
    figures: Figures


def freeze(session: Session, dialogue_id: str, moment: dt.datetime) -> None:
    """Keep the figures as they stand; a dialogue whose figures are kept already keeps them."""
    if session.get(ConcludedFigures, dialogue_id) is not None:
        return
    dialogue = session.get_one(Dialogue, dialogue_id)
    held = dialogues.ended_at(session, dialogue) or dialogue.starts_at or moment
    session.add(ConcludedFigures(
        dialogue_id=dialogue_id, held_on=local(held).date(), at=moment, figures=asdict(count(session, dialogue)),
    ))  # fmt: skip
    session.flush()


def count(session: Session, dialogue: Dialogue) -> Figures:
    """The figures as they stand now."""
    counted = three.count(questions.board(session, dialogue.id), three.led(session, dialogue.id))
    here = Question.dialogue_id == dialogue.id
    handed = here, Question.state == State.IN_WRITING, Question.handed_to.is_not(None)
    sums = select(func.sum(Question.judged_shown), func.sum(Question.satisfied_shown)).where(here)
    judged, satisfied = session.execute(sums).one()
    return Figures(
        ballots=dialogue.ballots, asked=counted.received, answered=counted.direct, in_writing=counted.handed,
        handed=session.scalar(select(func.count()).select_from(Question).where(*handed)) or 0,
        supports=questions.support_total(session, dialogue.id), judged=judged or 0, satisfied=satisfied or 0,
    )  # fmt: skip


def of_dialogues(session: Session, ids: Sequence[str]) -> dict[str, tuple[dt.date, Figures]]:
    """Day and frozen figures by dialogue; those without a conclusion are not there."""
    rows = session.scalars(select(ConcludedFigures).where(ConcludedFigures.dialogue_id.in_(ids)))
    return {row.dialogue_id: (row.held_on, Figures(**row.figures)) for row in rows}


def years(session: Session, ids: Sequence[str]) -> list[Year]:
    """Frozen figures added up by year, the latest first."""
    by_year: dict[int, list[Figures]] = defaultdict(list)
    for held, figures in of_dialogues(session, ids).values():
        by_year[held.year].append(figures)
    return [Year(year, len(found), sum(found, Figures())) for year, found in sorted(by_year.items(), reverse=True)]


def sweep(stores: Stores, moment: dt.datetime) -> None:
    """Freeze those that were concluded before figures were kept."""
    with stores.db.reading() as session:
        kept = select(ConcludedFigures.dialogue_id)
        statement = select(Dialogue.id).where(Dialogue.state.in_(SETTLED), Dialogue.id.not_in(kept))
        due = list(session.scalars(statement.where(Dialogue.rehearsal.is_(False))))
    for dialogue_id in due:
        stores.db.write(freeze, dialogue_id, moment)
