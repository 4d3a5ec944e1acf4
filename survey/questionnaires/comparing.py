"""Two questionnaires that asked the same, side by side: rounds or years. Only figures that stand on both result pages.

Items, lines and answers are the same where their words are; accents and capitals do not part them.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core.text import fold
from survey.dialogues.models import Dialogue
from survey.questionnaires.counting import Purpose
from survey.questionnaires.models import Item
from survey.questionnaires.models import Questionnaire
from survey.questionnaires.queries import ASKING
from survey.questionnaires.results import ItemResult
from survey.questionnaires.results import PartResult
from survey.questionnaires.results import Results
from survey.questionnaires.results import Row
from survey.questionnaires.state import State
from survey.questionnaires.state import takes

MOST = 100  # questionnaires to choose from, the newest dialogues first


class Other(NamedTuple):
    """A questionnaire to compare with."""

    id: str
    dialogue_id: str
    title: str
    theme: str


class Line(NamedTuple):
    """One answer in both; None where one of them did not offer it."""

    label: str
    first: Row | None
    second: Row | None


class Pair(NamedTuple):
    """One item, or one line of it, in both."""

    label: str
    lines: tuple[Line, ...]
    means: tuple[float | None, float | None]


def others(session: Session, organisation_id: str, questionnaire_id: str) -> list[Other]:
    """Closed questionnaires of the organisation, no rehearsals, that share an item with this one."""
    mine = _asked(session, [questionnaire_id]).get(questionnaire_id, set())
    statement = (
        select(Questionnaire.id, Questionnaire.title, Questionnaire.state, Dialogue)
        .join(Dialogue, Dialogue.id == Questionnaire.dialogue_id)
        .where(Dialogue.organisation_id == organisation_id, Dialogue.rehearsal.is_(False))
        .where(Questionnaire.id != questionnaire_id, Questionnaire.purpose == Purpose.SURVEY)
        .where(Questionnaire.state != State.DRAFT)
        .order_by(Dialogue.starts_at.desc(), Questionnaire.position, Questionnaire.id)
        .limit(MOST)
    )
    found = [row for row in session.execute(statement) if not takes(row.state, row.Dialogue.phase)]
    asked = _asked(session, [row.id for row in found])
    return [
        Other(row.id, row.Dialogue.id, row.title, row.Dialogue.theme)
        for row in found
        if mine & asked.get(row.id, set())
    ]


def pairs(first: Results, second: Results) -> list[Pair]:
    """What both asked, in the order of the first."""
    there = {(item.kind, fold(item.label)): item for item in second.items}
    return [
        pair
        for item in first.items
        if (other := there.get((item.kind, fold(item.label)))) is not None
        for pair in _pairs(item, other)
    ]


def _pairs(item: ItemResult, other: ItemResult) -> Iterator[Pair]:
    if item.rows or other.rows:
        yield _pair(item.label, PartResult("", item.rows, item.mean), PartResult("", other.rows, other.mean))
    parts = {fold(part.label): part for part in other.parts}
    for part in item.parts:
        if fold(part.label) in parts:
            yield _pair(f"{item.label} – {part.label}", part, parts[fold(part.label)])


def _pair(label: str, first: PartResult, second: PartResult) -> Pair:
    left, right = ({fold(row.label): row for row in part.rows} for part in (first, second))
    lines = [Line(row.label, row, right.get(key)) for key, row in left.items()]
    lines += [Line(row.label, None, row) for key, row in right.items() if key not in left]
    return Pair(label, tuple(lines), (first.mean, second.mean))


def _asked(session: Session, ids: Sequence[str]) -> dict[str, set[tuple[str, str]]]:
    statement = select(Item.questionnaire_id, Item.kind, Item.label).where(Item.questionnaire_id.in_(ids))
    found: dict[str, set[tuple[str, str]]] = {}
    for questionnaire_id, kind, label in session.execute(statement.where(Item.kind.in_(ASKING))):
        found.setdefault(questionnaire_id, set()).add((kind, fold(label)))
    return found
