"""Workbooks as they are: formulas, errors and dates are named, merged areas known, hidden sheets told."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

from openpyxl import Workbook
from openpyxl.worksheet.formula import ArrayFormula

from survey.core.cells import Cells
from survey.core.cells import title_of
from survey.core.sheets import Odd
from survey.core.sheets import sheets_of


def anything(_rows: list[Cells]) -> bool:
    """Headings do not matter here."""
    return True


def saved(book: Workbook) -> bytes:
    """The file."""
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def workbook(*rows: list[Any]) -> Workbook:
    """A workbook with one sheet."""
    book = Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    return book


def test_cells_that_are_no_plain_text_say_what_they_are() -> None:
    book = workbook(
        ["=A1+1", "#N/A", dt.date(2026, 3, 12), dt.time(8, 30), "#REF", 912345678.0, 1.5, True, None, " a  "]
    )
    book.worksheets[0]["K1"] = ArrayFormula("K1:K2", "=SUM(A1:A2)")
    (sheet,) = sheets_of(saved(book), "a.xlsx", anything, exact=True)
    assert [(str(cell), cell.kind if isinstance(cell, Odd) else "") for cell in sheet.rows[0]] == [
        ("=A1+1", "formula"), ("#N/A", "error"), ("12/3/2026", "date"), ("08:30:00", "date"), ("#REF", ""),
        ("912345678", ""), ("1.5", ""), ("x", ""), ("", ""), ("a", ""), ("=", "formula"),
    ]  # fmt: skip
    assert all(not isinstance(cell, Odd) for cell in sheets_of(saved(book), "a.xlsx", anything)[0].rows[0])


def test_number_that_is_shown_with_zeros_keeps_them() -> None:
    book = workbook([7, 7, 12345])
    for cell, shown in (("A1", "0000"), ("C1", "0000")):
        book.worksheets[0][cell].number_format = shown
    assert sheets_of(saved(book), "a.xlsx", anything, exact=True)[0].rows == [["0007", "7", "12345"]]


def test_merged_areas_are_known() -> None:
    book = workbook(["a", None], [None, None], ["b", "c"])
    for area in ("A1:B1", "A3:A7", "AA10:AB12"):
        book.worksheets[0].merge_cells(area)
    (sheet,) = sheets_of(saved(book), "a.xlsx", anything, exact=True)
    assert sorted(sheet.merged) == [(0, 0, 0, 1), (2, 0, 6, 0), (9, 26, 11, 27)]


def test_hidden_sheets_are_told_without_their_rows() -> None:
    book = workbook(["a"])
    for name, state in (("Ẩn", "hidden"), ("Kín", "veryHidden")):
        sheet = book.create_sheet(name)
        sheet.append(["b"])
        sheet.sheet_state = state
    found = sheets_of(saved(book), "a.xlsx", anything, exact=True)
    assert [(sheet.name, sheet.rows, sheet.hidden) for sheet in found] == [
        ("Sheet", [["a"]], False), ("Ẩn", [], True), ("Kín", [], True),
    ]  # fmt: skip
    assert [sheet.name for sheet in sheets_of(saved(book), "a.xlsx", anything)] == ["Sheet"]


def test_heading_is_compared_without_marks_and_brackets() -> None:
    assert title_of("Số ĐT (Zalo) [nếu có]:") == "so dt"
    assert title_of("HỌ VÀ TÊN") == title_of("Họ_và  tên") == "ho va ten"
