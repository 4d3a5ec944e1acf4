"""The rule that protects small groups: every figure is rounded down to a multiple of five, whichever view it stands in.

Whoever subtracts such figures (a row from its total, a filter from another, today's from yesterday's) is left with multiples
of five. What subtraction does not find, bounds might: each figure may be up to four too low, so a total that is exactly that
much higher tells all of its parts. Then one part is rounded up instead, and a table that bounds would still open is withheld.
See ADR 31.
"""

from __future__ import annotations

from collections.abc import Sequence

STEP = 5  # people
SLACK = STEP - 1  # by which a figure may be too low
_ROUNDS = 6  # of drawing bounds together; more find nothing in tables of this size

Bound = tuple[int, int]


def down(number: int) -> int:
    """The figure that is shown for `number` people."""
    return number - number % STEP


def parts(counts: Sequence[int]) -> list[int]:
    """Figures of groups that nobody belongs to twice.

    Where every one of them is as much too low as can be, their total would tell each; then the largest is rounded up.
    """
    found = [down(count) for count in counts]
    if counts and all(count % STEP == SLACK for count in counts):
        largest = max(range(len(counts)), key=lambda place: counts[place])
        found[largest] += STEP
    return found


def table(cells: Sequence[Sequence[int]], across: Sequence[int], along: Sequence[int], people: int) -> list[list[int]]:
    """Figures of a cross-table; none at all where bounds would tell what a cell holds.

    `across` and `along` are the true totals of rows and columns, counted over everybody who answered that item (an empty
    one: rows, or columns, may share people, so that no total bounds them).
    """
    found = [[down(cell) for cell in row] for row in cells]
    for row, figures in zip(cells, found, strict=True):
        if along and row and all(cell % STEP == SLACK for cell in row):
            figures[_largest(row)] += STEP
    for place in range(len(cells[0]) if cells else 0):
        column = [row[place] for row in cells]
        if across and all(cell % STEP == SLACK for cell in column):
            found[_largest(column)][place] = down(column[_largest(column)]) + STEP
    return [] if _open(cells, found, across, along, people) else found


def bounds(figures: Sequence[int], total: Bound) -> list[Bound]:
    """What whoever knows the rule can say of each part, given what is known of their total."""
    found = [(figure, figure + SLACK) for figure in figures]
    for _round in range(_ROUNDS):
        low, high = sum(one[0] for one in found), sum(one[1] for one in found)
        narrower = [(max(a, total[0] - high + b), min(b, total[1] - low + a)) for a, b in found]
        if narrower == found:
            break
        found = narrower
    return found


def _open(
    cells: Sequence[Sequence[int]], found: list[list[int]], across: Sequence[int], along: Sequence[int], people: int
) -> bool:
    """Whether bounds meet in a cell: drawn together over rows and columns, with totals as they are known."""
    # A row adds up only where nobody is in two columns, and to its total only where all of them answered both.
    rows = [_upto(total, sum(row) < n) for total, n, row in zip(_totals(across, people), across, cells, strict=False)]
    rows = rows if along else []
    sums = [sum(column) for column in zip(*cells, strict=True)]
    columns = [_upto(total, one < n) for total, n, one in zip(_totals(along, people), along, sums, strict=False)]
    columns = columns if across else []
    known = [[(figure, figure + SLACK) for figure in row] for row in found]
    for _round in range(_ROUNDS):
        before = [list(row) for row in known]
        for row, total in zip(known, rows, strict=False):
            row[:] = _narrow(row, total)
        for place, total in enumerate(columns):
            for row, one in zip(known, _narrow([row[place] for row in known], total), strict=True):
                row[place] = one
        if known == before:
            break
    return any(
        low == high == cell and cell % STEP
        for row, truth in zip(known, cells, strict=True)
        for (low, high), cell in zip(row, truth, strict=True)
    )


def _totals(counts: Sequence[int], people: int) -> list[Bound]:
    if sum(counts) == people:
        return bounds(parts(counts), (people, people))
    return [(down(count), down(count) + SLACK) for count in counts]


def _upto(total: Bound, open_: bool) -> Bound:
    return (0, total[1]) if open_ else total


def _narrow(row: Sequence[Bound], total: Bound) -> list[Bound]:
    low, high = sum(one[0] for one in row), sum(one[1] for one in row)
    return [(max(a, total[0] - high + b), min(b, total[1] - low + a)) for a, b in row]


def _largest(counts: Sequence[int]) -> int:
    return max(range(len(counts)), key=lambda place: counts[place])
