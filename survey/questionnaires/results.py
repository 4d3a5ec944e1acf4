"""Results as everybody sees them. Two rules protect small groups: figures are multiples of five, and move in steps of five.

The number of responses itself is exact: it says nothing of anybody. Shares and means are computed from the figures that
are shown, so that they tell no more than these do.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace
from typing import Any
from typing import NamedTuple
from typing import Protocol

from survey.core.shuffling import shuffle
from survey.questionnaires import small
from survey.questionnaires.axes import AnyItem
from survey.questionnaires.axes import Axis
from survey.questionnaires.axes import axes
from survey.questionnaires.axes import has_axes
from survey.questionnaires.kinds import KINDS
from survey.questionnaires.kinds.scale import DETRACTORS
from survey.questionnaires.kinds.scale import PROMOTERS
from survey.questionnaires.small import STEP as STEP
from survey.questionnaires.snapshot import Snapshot
from survey.questionnaires.snapshot import readable
from survey.questionnaires.snapshot import take

_chance = random.SystemRandom()
_TRIES = 200
MANY = 100  # responses; beyond that a step is a twentieth of what is shown, for each counts all responses anew


class Asked(AnyItem, Protocol):
    """An item with what says whether everybody had to answer it."""

    @property
    def required(self) -> bool: ...
    @property
    def shown_if(self) -> Mapping[str, Any]: ...


class Row(NamedTuple):
    """One bar: at least `count` people; `share` is of those who answered the item."""

    label: str
    count: int  # type: ignore[assignment]  # the tuple method of this name is never wanted here
    share: float


@dataclass(frozen=True, slots=True)
class PartResult:
    """Figures of one line of a matrix or of a ranking."""

    label: str
    rows: Sequence[Row]
    mean: float | None = None

    @property
    def order(self) -> float:
        """By which a ranking is read: the mean place, what nobody placed last."""
        return float("inf") if self.mean is None else self.mean


@dataclass(frozen=True, slots=True)
class ItemResult:
    """Figures of one item; without any below five responses. `exact`: all that are counted answered it."""

    id: str
    kind: str
    label: str
    answered: int = 0
    rows: Sequence[Row] = ()
    mean: float | None = None
    texts: Sequence[str] = ()
    score: float | None = None
    parts: Sequence[PartResult] = ()
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Results:
    """Figures of a questionnaire as of the last step. `responses` came, the figures are made of those of `people`."""

    id: str
    title: str
    state: str
    responses: int
    items: Sequence[ItemResult]
    people: int = 0
    left_out: bool = False  # responses came that are too few to be shown, and none is awaited

    @property
    def enough(self) -> bool:
        """Whether there are figures at all."""
        return self.responses >= STEP


def step(shown: int) -> int:
    """How many more responses move figures of `shown`: five, and a twentieth of many."""
    return STEP * max(1, shown // MANY)


def due(responses: int, shown: int, *, closing: bool, settled: bool) -> bool:
    """Whether figures of `responses` may replace those of `shown`.

    With a step more; at closing with five more, and at the first closing also with fewer (then only the number of
    responses and what they wrote), never below five at all; but not again (`settled`) after a reopening, or closing and
    opening around one response would show what it says.
    """
    if responses < STEP:
        return False
    more = responses - shown
    return more >= (STEP if closing else step(shown)) or (closing and not settled)


def figures(items: Sequence[Asked], taken: Snapshot) -> dict[str, Any]:
    """What is kept of a step: how many answered each item, and the figure of each group by axis as [id, label, figure]."""
    answered = {
        item.id: _answered(item, taken.columns.get(item.id, ()), taken) for item in items if KINDS[item.kind].asks
    }
    groups = {axis.key: _groups(axis, taken.columns.get(axis.item_id, ())) for axis in axes(items, taken.columns)}
    return {"people": taken.people, "answered": answered, "groups": groups}


def advance(
    items: Sequence[Asked],
    answers: Iterable[Mapping[str, Any]],
    before: tuple[Mapping[str, Any], Snapshot],
    *,
    last: bool,
) -> tuple[dict[str, Any], Snapshot]:
    """The figures and the responses of the next step. `before`: those of the step before; `last`: nothing more is awaited.

    Figures are made of a multiple of five responses. Those left over are in the number of responses and among the texts;
    fewer than five that came since are in the number alone.
    """
    published, old = before
    came = list(answers)
    asked = [(item.id, item.kind) for item in items if KINDS[item.kind].asks]
    if old.people and len(came) - old.people < STEP:
        texts = readable(old.texts, old.waiting, old.authors) if last else old.texts
        now, kept = replace(old, texts=texts), published
    else:
        shuffle(came)
        now = take(closed(items, came[: small.down(len(came))]), came, asked, old, last=last)
        kept = figures(items, now)
    return {**kept, "responses": len(came), "settled": last}, now


def closed(items: Sequence[Asked], responses: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """These responses, so that the figures of no item tell its counts; there, seldom, one stands in the place of another.

    Then all groups are four too low, as only five, ten… groups of a known total can be. Moving one figure would not do:
    other views hold the same number. A whole response keeps them all in step.
    """
    found = list(responses)
    for attempt in range(_TRIES):
        if not _tells(items, found):
            break
        found = list(responses)
        for _one in range(1 + attempt // 50):
            found[_chance.randrange(len(found))] = _chance.choice(responses)
    return found


def _tells(items: Sequence[Asked], responses: Sequence[Mapping[str, Any]]) -> bool:
    columns = {item.id: [one.get(item.id) for one in responses] for item in items if has_axes(item)}
    by_id = {item.id: item for item in items}
    for axis in axes(items, columns):
        column = columns[axis.item_id]
        there = len(column) - column.count(None)
        known = there if everybody(by_id[axis.item_id]) else small.down(there)
        if small.told(axis.count(column), axis.fewest * known - axis.outside, len(responses)):
            return True
    return False


def read(items: Sequence[Asked], published: Mapping[str, Any], texts: Mapping[str, Sequence[str]]) -> list[ItemResult]:
    """The figures of a step under today's wording."""
    groups = published.get("groups", {})
    known = {axis.key: axis for axis in axes(items, {})}
    answered = published.get("answered", {})
    found = []
    for item in items:
        if not KINDS[item.kind].asks:
            continue
        people = answered.get(item.id, 0)
        own = [key for key in groups if key == item.id or key.startswith(f"{item.id}.")]
        lines = {key: PartResult(_label(known, key), *_bars(known.get(key), groups[key], people)) for key in own}
        main = lines.pop(item.id, PartResult("", ()))
        score = _score(groups[item.id]) if item.kind == "score" and item.id in groups else None
        found.append(ItemResult(
            item.id, item.kind, item.label, people, main.rows, main.mean, tuple(texts.get(item.id, ())), score,
            tuple(lines.values()), everybody(item),
        ))  # fmt: skip
    return found


def everybody(item: Asked) -> bool:
    """Whether each response holds an answer to the item."""
    return bool(item.required) and not item.shown_if.get("tests")


def rows(pairs: Iterable[tuple[str, int]], answered: int) -> tuple[Row, ...]:
    """(label, count) with each one's share."""
    return tuple(Row(label, count, min(count / answered, 1.0) if answered else 0.0) for label, count in pairs)


def mean(axis: Axis | None, counts: Sequence[int]) -> float | None:
    """The mean over the figures that are shown, None of none."""
    total = sum(counts)
    if axis is None or len(axis.values) != len(counts) or not total:
        return None
    return sum(value * count for value, count in zip(axis.values, counts, strict=True)) / total


def _answered(item: Asked, column: Sequence[Any], taken: Snapshot) -> int:
    if everybody(item):
        return taken.people
    if item.id in taken.columns:
        return small.down(len(column) - column.count(None))
    return small.down(taken.authors.get(item.id, 0))


def _groups(axis: Axis, column: Sequence[Any]) -> list[list[Any]]:
    counts = axis.count(column)
    shown = [small.down(count) for count in counts]
    found = [[group, label, figure] for (group, label), figure in zip(axis.groups, shown, strict=True)]
    if axis.values and axis.sparse:
        found = [[*one, value] for one, value in zip(found, axis.values, strict=True)]
    return [one for one in found if one[2]] if axis.sparse else found


def _bars(axis: Axis | None, kept: Sequence[Sequence[Any]], people: int) -> tuple[tuple[Row, ...], float | None]:
    words = dict(axis.groups) if axis else {}
    found = rows(((words.get(group, label), figure) for group, label, figure, *_ in kept), people)
    total = sum(figure for _group, _label, figure, *_ in kept)
    if axis is None and kept and all(len(one) > 3 for one in kept) and total:
        return found, sum(one[2] * one[3] for one in kept) / total  # a range of numbers stands for its middle
    return found, mean(axis, [one[2] for one in kept]) if axis else None


def _score(kept: Sequence[Sequence[Any]]) -> float | None:
    counts = [one[2] for one in kept]
    total = sum(counts)
    lead = sum(counts[step] for step in PROMOTERS) - sum(counts[step] for step in DETRACTORS)
    return 100 * lead / total if total else None


def _label(known: Mapping[str, Axis], key: str) -> str:
    return known[key].label.partition(" – ")[2] if key in known and "." in key else ""
