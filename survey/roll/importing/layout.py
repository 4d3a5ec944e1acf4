"""How a table is laid out: merged cells, columns that only count, units that stand once for a whole group."""

from __future__ import annotations

from survey.core.cells import Cells
from survey.core.sheets import Sheet
from survey.roll.importing.headings import Headings


def cell_at(row: Cells, at: int | None) -> str:
    """The cell, empty where the row is shorter or there is no such column."""
    return row[at] if at is not None and at < len(row) else ""


def fill_down(sheet: Sheet) -> None:
    """Write what is merged over several rows into each of them; over several columns it stays a title."""
    for top, left, bottom, _right in sheet.merged:
        for row in sheet.rows[top + 1 : bottom + 1] if top < len(sheet.rows) else ():
            if left < len(sheet.rows[top]):
                row.extend([""] * (left + 1 - len(row)))
                row[left] = row[left] or sheet.rows[top][left]


def only_counts(found: Headings, rows: list[Cells]) -> bool:
    """Whether the column of codes only counts from 1, as in a file whose every sheet begins anew."""
    codes = [cell for row in rows[found.first :] if (cell := cell_at(row, found.code))]
    return len(codes) > 1 and codes == [str(place) for place in range(1, len(codes) + 1)]


def names_once(found: Headings, rows: list[Cells]) -> bool:
    """Whether units stand only in the first row of each group: half of the people or more have none."""
    people = [row for row in rows[found.first :] if any(cell_at(row, at) for at in found.names)]
    having = [any(cell_at(row, at) for at in found.units) for row in people]
    return len(having) > 2 and having[0] and not having[1] and sum(having) * 2 <= len(having)
