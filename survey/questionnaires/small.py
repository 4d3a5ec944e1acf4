"""The rule that protects small groups: every figure is rounded down to a multiple of five, whichever view it stands in.

Whoever subtracts such figures (a row from its total, a filter from another, today's from yesterday's) is left with multiples
of five. What subtraction does not find, bounds might: each figure may be up to four too low, so a total that is exactly that
much higher tells all of its parts. One number is never rounded in two ways: the same number stands under many names (a place
of a ranking, the answers to an item that only one group was asked), and two figures of it would tell it. See ADR 31.
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


def told(counts: Sequence[int], least: int, people: int) -> bool:
    """Whether figures of groups tell their counts to whoever knows that these add up to `least` or more."""
    most = sum(min(down(count) + SLACK, people) for count in counts)
    return any(count % STEP for count in counts) and most <= least


def table(cells: Sequence[Sequence[int]], across: Sequence[Bound], along: Sequence[Bound]) -> list[list[int]]:
    """Figures of a cross-table; none at all where bounds would tell what a cell holds.

    `across` and `along`: what is known of the totals of rows and columns (empty: their cells may share people, so that
    no total bounds them).
    """
    found = [[down(cell) for cell in row] for row in cells]
    return [] if _open(cells, found, across, along) else found


def _open(
    cells: Sequence[Sequence[int]], found: list[list[int]], across: Sequence[Bound], along: Sequence[Bound]
) -> bool:
    """Whether bounds meet in a cell, drawn together over rows and columns."""
    known = [[(figure, figure + SLACK) for figure in row] for row in found]
    for _round in range(_ROUNDS):
        before = [list(row) for row in known]
        for row, total in zip(known, across, strict=False):
            row[:] = narrow(row, total)
        for place, total in enumerate(along):
            for row, one in zip(known, narrow([row[place] for row in known], total), strict=True):
                row[place] = one
        if known == before:
            break
    return any(
        low == high == cell and cell % STEP
        for row, truth in zip(known, cells, strict=True)
        for (low, high), cell in zip(row, truth, strict=True)
    )


def narrow(row: Sequence[Bound], total: Bound) -> list[Bound]:
    """What is left of the bounds of parts under those of their total."""
    low, high = sum(one[0] for one in row), sum(one[1] for one in row)
    return [(max(a, total[0] - high + b), min(b, total[1] - low + a)) for a, b in row]
