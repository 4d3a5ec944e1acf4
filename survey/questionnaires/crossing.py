"""Cross-tables of two items, and a filter, which is one row of each of them: the same figures wherever they stand."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass

from survey.core.offload import breathe
from survey.questionnaires import small
from survey.questionnaires.axes import AnyItem
from survey.questionnaires.axes import Axis
from survey.questionnaires.axes import axes
from survey.questionnaires.results import PartResult
from survey.questionnaires.results import mean
from survey.questionnaires.results import rows
from survey.questionnaires.sets import Sets
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
    """The axes by their keys; of a ranking what came first, not also the place of each option."""
    ranked = {item.id for item in items if item.kind == "rank"}
    return {axis.key: axis for axis in axes(items, taken.columns) if axis.item_id not in ranked or axis.key in ranked}


def cross(taken: Snapshot, first: Axis, second: Axis, sets: Sets | None = None) -> Cross:
    """The table of two axes: of each pair of answers the figure of those who gave both. `sets`: those of `taken`."""
    one, other = sorted((first, second), key=lambda axis: axis.key)  # one table, whichever way it is read
    sets = sets or Sets(taken)
    rows_, columns = sets.of(one), sets.of(other)
    counts = [[(row & column).bit_count() for column in columns.groups] for row in rows_.groups]
    known = small.table(
        counts,
        _totals(taken, one, rows_.counts, [sum(row) for row in counts]) if other.exclusive else (),
        _totals(taken, other, columns.counts, [sum(line) for line in zip(*counts, strict=True)])
        if one.exclusive
        else (),
    )
    withheld = bool(counts) and not known
    cells = known or [[0] * len(other.groups) for _group in one.groups]
    total = small.down((rows_.answered & columns.answered).bit_count())
    if one is not first:
        cells = [list(column) for column in zip(*cells, strict=True)] or [[] for _group in first.groups]
    return Cross(first, second, tuple(map(tuple, cells)), total, withheld)


def filtered(taken: Snapshot, known: Mapping[str, Axis], key: str, group: str, sets: Sets) -> list[PartResult]:
    """Bars of all other axes for those who are in one group: the rows that the cross-tables have for it.

    Many axes make many tables, so the server breathes between them.
    """
    by = known[key]
    place = [one for one, _label in by.groups].index(group)
    made = []
    for axis in known.values():
        if axis.item_id == by.item_id:
            continue
        breathe()
        table = cross(taken, by, axis, sets)
        line = table.figures[place] if table.figures else ()
        if any(line):
            base = small.down((sets.of(by).groups[place] & sets.of(axis).answered).bit_count())
            labels = [label for _group, label in axis.groups]
            shown = [(label, n) for label, n in zip(labels, line, strict=True) if n or not axis.sparse]
            made.append(PartResult(axis.label, rows(shown, base), mean(axis, line)))
    return made


def size(sets: Sets, by: Axis, group: str) -> int:
    """The figure of a group; the same as its bar."""
    return small.down(sets.of(by).counts[[one for one, _label in by.groups].index(group)])


def _totals(taken: Snapshot, axis: Axis, counts: Sequence[int], sums: Sequence[int]) -> list[small.Bound]:
    """What the bars tell of the groups of an axis; from below only where all in the group are in the table (`sums`)."""
    lows = [small.down(count) if count == there else 0 for count, there in zip(counts, sums, strict=True)]
    highs = [min(small.down(count) + small.SLACK, taken.people) for count in counts]
    known, total = list(zip(lows, highs, strict=True)), axis.fewest * taken.people
    return small.narrow(known, (total, total)) if sum(counts) == sum(sums) == total else known
