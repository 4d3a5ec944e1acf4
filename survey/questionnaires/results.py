"""Results as everybody sees them, and the rule that protects small groups: figures move in steps of five."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

STEP = 5  # responses; nothing is shown of fewer, and two states that can be compared differ by as many


class Row(NamedTuple):
    """One bar: `share` is of those who answered the item."""

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
    """Figures of one item; without any below five responses."""

    id: str
    kind: str
    label: str
    answered: int = 0
    rows: Sequence[Row] = ()
    mean: float | None = None
    texts: Sequence[str] = ()
    score: float | None = None
    parts: Sequence[PartResult] = ()


@dataclass(frozen=True, slots=True)
class Results:
    """Figures of a questionnaire as of the last step; `responses` is the number of responses in them."""

    id: str
    title: str
    state: str
    responses: int
    items: Sequence[ItemResult]
    left_out: bool = False  # responses came that are too few to be shown, and none is awaited

    @property
    def enough(self) -> bool:
        """Whether there are figures at all."""
        return self.responses >= STEP


def rows(pairs: Iterable[tuple[str, int]], answered: int) -> tuple[Row, ...]:
    """(label, count) with each one's share."""
    return tuple(Row(label, count, count / answered if answered else 0.0) for label, count in pairs)


def due(responses: int, shown: int, *, closing: bool, settled: bool) -> bool:
    """Whether figures of `responses` may replace those of `shown`.

    Always with five more. At the first closing also with fewer, never below five at all; but not again (`settled`)
    after a reopening, or closing and opening around one response would show what it says.
    """
    if responses < STEP:
        return False
    return responses - shown >= STEP or (closing and not settled)
