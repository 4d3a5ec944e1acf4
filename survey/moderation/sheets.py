"""A file with questions, as sheets of plain cells."""

from __future__ import annotations

from survey.core import sheets
from survey.core.cells import Cells
from survey.core.sheets import Sheet
from survey.moderation.columns import find_columns


def sheets_of(data: bytes, file_name: str) -> list[Sheet]:
    """The sheets of a spreadsheet or text table. Raises `Invalid` with a sentence for anything else."""
    return sheets.sheets_of(data, file_name, _knows)


def _knows(rows: list[Cells]) -> bool:
    columns = find_columns(rows)
    return columns is not None and columns.first > 0
