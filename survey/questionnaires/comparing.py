"""Two questionnaires that asked the same, side by side: rounds or years. Only figures that stand on both result pages.

Items, lines and answers are the same where their words are. Capitals do not part them, and accents only where more than
one could be meant: "ba", "bà" and "bá" are three answers.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
from itertools import islice
from typing import Any
from typing import NamedTuple
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core.text import fold
from survey.core.text import spelled
from survey.dialogues.models import Dialogue
from survey.questionnaires.axes import SPARSE
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
_AT_ONCE = 100  # questionnaires whose items are looked at together

T = TypeVar("T")
Named = tuple[str, str]  # kind and label of an item


class Other(NamedTuple):
    """A questionnaire to compare with."""

    id: str
    dialogue_id: str
    title: str
    theme: str


class Line(NamedTuple):
    """One answer in both; None where one of them did not offer it, or does not name it."""

    label: str
    first: Row | None
    second: Row | None


class Pair(NamedTuple):
    """One item, or one line of it, in both. `sparse`: groups of fewer than five are not named."""

    label: str
    lines: tuple[Line, ...]
    means: tuple[float | None, float | None]
    sparse: bool


def others(session: Session, organisation_id: str, questionnaire_id: str) -> list[Other]:
    """Closed questionnaires of the organisation, no rehearsals, that share an item with this one."""
    statement = (
        select(Questionnaire.id, Questionnaire.title, Questionnaire.state, Dialogue)
        .join(Dialogue, Dialogue.id == Questionnaire.dialogue_id)
        .where(Dialogue.organisation_id == organisation_id, Dialogue.rehearsal.is_(False))
        .where(Questionnaire.id != questionnaire_id, Questionnaire.purpose == Purpose.SURVEY)
        .where(Questionnaire.state != State.DRAFT)
        .order_by(Dialogue.starts_at.desc(), Questionnaire.position, Questionnaire.id)
    )
    closed = [row for row in session.execute(statement) if not takes(row.state, row.Dialogue.phase)]
    return list(islice(_sharing(session, questionnaire_id, closed), MOST))


def pairs(first: Results, second: Results) -> list[Pair]:
    """What both asked, in the order of the first."""
    both = matched(first.items, second.items, lambda item: (item.kind, item.label))
    return [pair for item, other in both if item and other for pair in _pairs(item, other)]


def matched(
    first: Sequence[T], second: Sequence[T], words: Callable[[T], tuple[str, ...]]
) -> list[tuple[T | None, T | None]]:
    """All of both, those with the same words together: first of all as they are spelled, then without accents.

    In the order of the first, what only the second has at the end. Without accents only where nothing else could be meant.
    """
    there, found = dict(enumerate(second)), dict[int, T]()
    for key, alone in ((spelled, False), (fold, True)):
        left, right = _places(first, words, key), _places(second, words, key)
        for name, places in left.items():
            same = right.get(name, [])
            if not alone or len(places) == len(same) == 1:
                pairs_ = [(one, other) for one, other in zip(places, same, strict=False) if one not in found]
                found |= {one: there.pop(other) for one, other in pairs_ if other in there}
    return [*((one, found.get(place)) for place, one in enumerate(first)), *((None, other) for other in there.values())]


def _places(
    rows: Sequence[T], words: Callable[[T], tuple[str, ...]], key: Callable[[str], str]
) -> dict[tuple[str, ...], list[int]]:
    found: dict[tuple[str, ...], list[int]] = {}
    for place, row in enumerate(rows):
        found.setdefault(tuple(map(key, words(row))), []).append(place)
    return found


def _pairs(item: ItemResult, other: ItemResult) -> Iterator[Pair]:
    if item.rows or other.rows:
        yield _pair(item, item.label, PartResult("", item.rows, item.mean), PartResult("", other.rows, other.mean))
    for part, same in matched(item.parts, other.parts, lambda part: (part.label,)):
        if part and same:
            yield _pair(item, f"{item.label} – {part.label}", part, same)


def _pair(item: ItemResult, label: str, first: PartResult, second: PartResult) -> Pair:
    both = matched(first.rows, second.rows, lambda row: (row.label,))
    if item.kind == "number" and not any(one and other for one, other in both):
        both = []  # ranges with other edges: no figure of one can stand beside one of the other
    lines = tuple(Line((one or other).label, one, other) for one, other in both)  # type: ignore[union-attr]
    return Pair(label, lines, (first.mean, second.mean), item.kind in SPARSE)


def _sharing(session: Session, questionnaire_id: str, closed: Sequence[Any]) -> Iterator[Other]:
    """Those that asked something that this one asked."""
    mine = _asked(session, [questionnaire_id]).get(questionnaire_id, [])
    for start in range(0, len(closed), _AT_ONCE):
        some = closed[start : start + _AT_ONCE]
        asked = _asked(session, [row.id for row in some])
        for row in some:
            if any(one and other for one, other in matched(mine, asked.get(row.id, []), lambda named: named)):
                yield Other(row.id, row.Dialogue.id, row.title, row.Dialogue.theme)


def _asked(session: Session, ids: Sequence[str]) -> dict[str, list[Named]]:
    statement = select(Item.questionnaire_id, Item.kind, Item.label).where(Item.questionnaire_id.in_(ids))
    found: dict[str, list[Named]] = {}
    for questionnaire_id, kind, label in session.execute(statement.where(Item.kind.in_(ASKING))):
        found.setdefault(questionnaire_id, []).append((kind, label))
    return found
