"""Cross-tables of two items, and a filter, which is one row of each of them: the same figures wherever they stand."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from survey.questionnaires import small
from survey.questionnaires.axes import AnyItem
from survey.questionnaires.axes import Axis
from survey.questionnaires.axes import axes
from survey.questionnaires.results import PartResult
from survey.questionnaires.results import mean
from survey.questionnaires.results import rows
from survey.questionnaires.snapshot import Snapshot

Figures = tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Cross:
    """A table of figures. `withheld`: bounds would tell what a cell holds, so there is none; `total` is of both items."""

    across: Axis
    along: Axis
    figures: Figures
    total: int
    withheld: bool = False

    @property
    def lines(self) -> list[tuple[str, tuple[int, ...]]]:
        """Rows with their labels; a group that may not be named is left out unless it has a figure."""
        named = zip(self.across.groups, self.figures, strict=True)
        return [
            (label, tuple(line[place] for place in self._places))
            for (_id, label), line in named
            if any(line) or not self.across.sparse
        ]

    @property
    def heads(self) -> list[str]:
        """The labels of the columns."""
        return [self.along.groups[place][1] for place in self._places]

    @property
    def _places(self) -> list[int]:
        wide = range(len(self.along.groups))
        return [place for place in wide if not self.along.sparse or any(line[place] for line in self.figures)]


def found(items: Sequence[AnyItem], taken: Snapshot) -> dict[str, Axis]:
    """The axes by their keys."""
    return {axis.key: axis for axis in axes(items, taken.columns)}


def cross(taken: Snapshot, first: Axis, second: Axis) -> Cross:
    """The table of two axes: of each pair of answers the figure of those who gave both."""
    one, other = sorted((first, second), key=lambda axis: axis.key)  # one table, whichever way it is read
    pairs = list(zip(taken.columns.get(one.item_id, ()), taken.columns.get(other.item_id, ()), strict=False))
    counts = _count(pairs, one, other)
    known = small.table(
        counts,
        one.count(taken.columns.get(one.item_id, ())) if one.exclusive else (),
        other.count(taken.columns.get(other.item_id, ())) if other.exclusive else (),
        taken.people,
    )
    withheld = bool(counts) and not known
    cells = known or [[0] * len(other.groups) for _group in one.groups]
    total = small.down(sum(a is not None and b is not None for a, b in pairs))
    if one is not first:
        cells = [list(column) for column in zip(*cells, strict=True)] or [[] for _group in first.groups]
    return Cross(first, second, tuple(map(tuple, cells)), total, withheld)


def filtered(taken: Snapshot, known: Mapping[str, Axis], key: str, group: str) -> list[PartResult]:
    """Bars of all other axes for those who are in one group: the rows that the cross-tables have for it."""
    by = known[key]
    place = [one for one, _label in by.groups].index(group)
    made = []
    for axis in known.values():
        if axis.item_id == by.item_id:
            continue
        table = cross(taken, by, axis)
        line = table.figures[place] if table.figures else ()
        if any(line):
            base = _people(taken, by, group, axis)
            labels = [label for _group, label in axis.groups]
            shown = [(label, n) for label, n in zip(labels, line, strict=True) if n or not axis.sparse]
            made.append(PartResult(axis.label, rows(shown, base), mean(axis, line)))
    return made


def size(taken: Snapshot, by: Axis, group: str) -> int:
    """The figure of a group; the same as its bar."""
    counts = by.count(taken.columns.get(by.item_id, ()))
    shown = small.parts(counts) if by.exclusive else [small.down(count) for count in counts]
    return shown[[one for one, _label in by.groups].index(group)]


def _people(taken: Snapshot, by: Axis, group: str, axis: Axis) -> int:
    """The figure of those in the group who answered the other item."""
    both = zip(taken.columns.get(by.item_id, ()), taken.columns.get(axis.item_id, ()), strict=False)
    return small.down(sum(b is not None and a is not None and group in by.of(a) for a, b in both))


def _count(pairs: Sequence[tuple[Any, Any]], one: Axis, other: Axis) -> list[list[int]]:
    places = {group: place for place, (group, _label) in enumerate(one.groups)}
    others = {group: place for place, (group, _label) in enumerate(other.groups)}
    counts = [[0] * len(others) for _place in places]
    for first, second in pairs:
        if first is None or second is None:
            continue
        for row in one.of(first):
            for column in other.of(second):
                if row in places and column in others:
                    counts[places[row]][others[column]] += 1
    return counts
