"""XLSX with typed cells, a frozen header that repeats on paper, column widths, a filter and native charts."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

from survey.core.clock import local
from survey.exports.tables import Cell
from survey.exports.tables import Chart
from survey.exports.tables import Kind
from survey.exports.tables import Report
from survey.exports.tables import Table
from survey.exports.tables import sheet_name

MIMETYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LONGEST_CELL = 32_000  # characters; a spreadsheet holds 32,767
BAR, PLOT = 26, 130  # pixels of height: for one bar, and for the rest of a chart
ROW = 20  # pixels of height of a sheet's row
LINE, TALLEST = 15, 405  # points of height: of one line of text, and the most that a spreadsheet allows
TALL = 460  # pixels of height of lines over time
BLUE = "#0f5ea8"
NO_TIME = dt.datetime(1980, 1, 1)  # noqa: DTZ001 - the file says nothing of when it was made
_FORMATS: dict[Kind, dict[str, Any]] = {
    "text": {"text_wrap": True, "valign": "top", "align": "left", "indent": 1},
    "int": {"num_format": "#,##0", "valign": "top"},
    "share": {"num_format": "0.0 %", "valign": "top"},
    "mean": {"num_format": "0.00", "valign": "top"},
    "time": {"num_format": "d/m/yyyy h:mm", "valign": "top", "align": "left"},
    "date": {"num_format": "d/m/yyyy", "valign": "top", "align": "left"},
}


def write(report: Report, folder: Path | None = None, told: Callable[[str], None] = lambda _title: None) -> bytes:
    """The workbook: one sheet for each table, and one with the charts if there are any.

    With a `folder` for rows that wait to be packed, a long table takes no more memory than a short one. `told` hears the
    title of each sheet that is written.
    """
    import xlsxwriter  # noqa: PLC0415 - only a process that makes a workbook pays for it

    out = io.BytesIO()
    # Text stays text whatever it looks like: no formula, no link, no number is ever guessed from it.
    safe = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    how = {"constant_memory": True, "tmpdir": str(folder)} if folder else {"in_memory": True}
    with xlsxwriter.Workbook(out, {**safe, **how}) as book:
        book.set_properties({"title": report.title, "subject": report.theme, "created": NO_TIME})
        formats = {kind: book.add_format(looks) for kind, looks in _FORMATS.items()}
        head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 2})
        taken: set[str] = {"biểu đồ"}
        names = [sheet_name(table.title, taken) for table in report.tables]
        for name, table in zip(names, report.tables, strict=True):
            told(table.title)
            _sheet(book.add_worksheet(name), report, table, formats, head)
        _charts(book, list(zip(names, report.tables, strict=True)))
    return out.getvalue()


def _sheet(sheet: Any, report: Report, table: Table, formats: dict[Kind, Any], head: Any) -> None:
    for place, column in enumerate(table.columns):
        sheet.set_column(place, place, column.width)
        sheet.write_string(0, place, column.title, head)
    sheet.set_row(0, 2 * LINE)
    plain = all(column.kind == "int" for column in table.columns)  # thousands of rows of codes: no heights, no looking
    for number, row in enumerate(table.rows, start=1):
        if plain:
            _numbers(sheet, number, row)
            continue
        sheet.set_row(number, min(LINE * _lines(table, row), TALLEST))
        for place, (column, cell) in enumerate(zip(table.columns, row, strict=True)):
            _cell(sheet, number, place, cell, formats[column.kind])
    if table.rows:
        sheet.autofilter(0, 0, len(table.rows), len(table.columns) - 1)
    for number, note in enumerate(table.sentences(), start=len(table.rows) + 2):
        sheet.write_string(number, 0, note)
    sheet.freeze_panes(1, 0)
    _paper(sheet, report, table)


def _numbers(sheet: Any, row: int, cells: tuple[Cell, ...]) -> None:
    for place, cell in enumerate(cells):
        if cell is not None:
            sheet.write_number(row, place, cell)


def _lines(table: Table, row: tuple[Cell, ...]) -> int:
    """How many lines the tallest cell needs: programs other than Excel do not find that out by themselves."""
    texts = [(cell, column.width - 3) for cell, column in zip(row, table.columns, strict=True) if isinstance(cell, str)]
    return max((sum(len(line) // room + 1 for line in text.split("\n")) for text, room in texts), default=1)


def _cell(sheet: Any, row: int, place: int, cell: Cell, how: Any) -> None:
    if cell is None:
        sheet.write_blank(row, place, None, how)
    elif isinstance(cell, dt.datetime):
        sheet.write_datetime(row, place, local(cell).replace(tzinfo=None), how)
    elif isinstance(cell, dt.date):
        sheet.write_datetime(row, place, cell, how)
    elif isinstance(cell, str):
        sheet.write_string(row, place, cell[:LONGEST_CELL], how)
    else:
        sheet.write_number(row, place, cell, how)


def _paper(sheet: Any, report: Report, table: Table) -> None:
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    title = f"{table.title} · {report.theme}".replace("&", "&&")[:200]
    sheet.set_header(f"&L{title}&R{report.code}")
    sheet.set_footer("&C&P/&N")


def _charts(book: Any, sheets: list[tuple[str, Table]]) -> None:
    wanted = [(name, table, chart) for name, table in sheets for chart in table.charts]
    if not wanted:
        return
    page, row = book.add_worksheet("Biểu đồ"), 0
    page.hide_gridlines(2)
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    for name, table, chart in wanted:
        bars = chart.last - chart.first + 1
        drawn = _lines_of(book, name, table, chart) if chart.kind == "line" else _chart(book, name, table, chart)
        page.insert_chart(row, 0, drawn)
        row += (TALL if chart.kind == "line" else PLOT + BAR * bars) // ROW + 2


def _chart(book: Any, name: str, table: Table, chart: Chart) -> Any:
    drawing = book.add_chart({"type": "bar"})
    labels, values = table.position(chart.labels), table.position(chart.values)
    first, last = chart.first + 1, chart.last + 1  # below the header
    drawing.add_series({
        "name": table.columns[values].title,
        "categories": [name, first, labels, last, labels],
        "values": [name, first, values, last, values],
        "fill": {"color": BLUE},
        "data_labels": {"value": True},
        "gap": 40,
    })  # fmt: skip
    drawing.set_title({"name": chart.title, "name_font": {"size": 12}, "overlay": False})
    drawing.set_legend({"none": True})
    drawing.set_y_axis({"reverse": True})  # the first row on top, as in the table
    drawing.set_x_axis({"major_gridlines": {"visible": False}, "min": 0, "visible": False})  # each bar has its figure
    drawing.set_size({"width": 760, "height": PLOT + BAR * (last - first + 1)})
    return drawing


def _lines_of(book: Any, name: str, table: Table, chart: Chart) -> Any:
    """Lines over time, each named by the head of its column."""
    drawing = book.add_chart({"type": "line"})
    labels, first, last = table.position(chart.labels), chart.first + 1, chart.last + 1  # below the header
    for key in (chart.values, *chart.more):
        place = table.position(key)
        drawing.add_series({
            "name": [name, 0, place], "categories": [name, first, labels, last, labels],
            "values": [name, first, place, last, place], "line": {"width": 2},
        })  # fmt: skip
    drawing.set_title({"name": chart.title, "name_font": {"size": 12}, "overlay": False})
    drawing.set_legend({"position": "right"})
    drawing.set_x_axis({"num_format": "h:mm", "text_axis": True})
    drawing.set_y_axis({"min": 0, "major_gridlines": {"visible": True, "line": {"color": "#d0d7de"}}})
    drawing.set_size({"width": 760, "height": TALL})
    return drawing
