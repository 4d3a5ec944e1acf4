"""CSV for spreadsheets and programs: BOM, every text quoted, and nothing in it that a spreadsheet would run."""

from __future__ import annotations

import csv
import datetime as dt
import io

from survey.core.clock import local
from survey.core.disarm import disarm
from survey.exports.tables import Cell
from survey.exports.tables import Report
from survey.exports.tables import Table

MIMETYPE = "text/csv; charset=utf-8"


def write(report: Report) -> bytes:
    """The file: each table with its header, its rows and its notes, tables apart by an empty line."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_NONNUMERIC)
    several = len(report.tables) > 1
    for table in report.tables:
        if several:
            writer.writerow([disarm(table.title)])
        _table(writer, table)
        writer.writerow([])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _table(writer: csv.writer, table: Table) -> None:  # type: ignore[valid-type]
    writer.writerow([disarm(column.title) for column in table.columns])  # type: ignore[attr-defined]
    for row in table.rows:
        writer.writerow([_cell(cell) for cell in row])  # type: ignore[attr-defined]
    if table.notes:
        writer.writerow([])  # type: ignore[attr-defined]
    for note in table.sentences():
        writer.writerow([disarm(note)])  # type: ignore[attr-defined]


def _cell(cell: Cell) -> str | int | float:
    if cell is None:
        return ""
    if isinstance(cell, dt.datetime):
        return f"{local(cell):%Y-%m-%d %H:%M}"
    if isinstance(cell, dt.date):
        return cell.isoformat()
    return disarm(cell) if isinstance(cell, str) else cell
