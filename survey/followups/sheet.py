"""The list of a unit as XLSX: everything locked but the column for the answers, so that it comes back as it went."""

from __future__ import annotations

import datetime as dt
import io
import re
import unicodedata
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from survey.followups.form import COLUMNS
from survey.followups.form import MARK
from survey.followups.form import mark
from survey.followups.queries import UnitList
from survey.followups.queries import Wanted
from survey.followups.state import LONGEST

MIMETYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LINE, TALLEST = 15, 405  # points of height: of one line of text, and the most that a spreadsheet allows
ROOM = 4  # lines for an answer that is still to be written
HOW = (
    "Chỉ ghi vào cột “Nội dung chuẩn bị trả lời”, mỗi câu một ô, không quá 4.000 ký tự. Không thêm, xóa hay đổi chỗ dòng. "
    "Ô để trống: chưa chuẩn bị, nội dung đã gửi trước đó vẫn giữ nguyên."
)


@dataclass(frozen=True, slots=True)
class About:
    """The dialogue as the head of a sheet names it."""

    code: str
    theme: str
    when: str
    due: dt.date | None
    words: str


def write(about: About, unit: UnitList) -> bytes:
    """The workbook."""
    out = io.BytesIO()
    with workbook(out, f"Phiếu chuẩn bị trả lời: {unit.name}", about) as book:
        sheet = book.add_worksheet("Chuẩn bị trả lời")
        row = _head(book, sheet, about, unit)
        _table(book, sheet, row, unit.wanted)
        paper(sheet, row, about, unit.name)
    return out.getvalue()


def workbook(out: io.BytesIO, title: str, about: About) -> Any:
    """A new workbook in which text stays text whatever it looks like: no formula, link or number is guessed from it."""
    import xlsxwriter  # noqa: PLC0415 - only a process that makes a workbook pays for it

    safe = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(out, safe)
    book.set_properties({"title": title[:250], "subject": about.theme[:250]})
    return book


def all_of_them(about: About, lists: Iterable[UnitList]) -> bytes:
    """A ZIP with one workbook for each unit that has something to prepare."""
    return archive_of((file_name(about.code, unit.name), write(about, unit)) for unit in lists)


def archive_of(files: Iterable[tuple[str, bytes]]) -> bytes:
    """A ZIP of workbooks; none takes the place of another that is called the same."""
    out, taken = io.BytesIO(), set[str]()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for wanted, data in files:
            name = wanted
            while name in taken:
                name = name.replace(".xlsx", "_.xlsx")
            taken.add(name)
            archive.writestr(name, data)
    return out.getvalue()


def file_name(code: str, unit: str, kind: str = "chuan-bi") -> str:
    """A name that says whose it is, in letters that every file system takes."""
    plain = unicodedata.normalize("NFD", unit.casefold()).replace("đ", "d").encode("ascii", "ignore").decode()
    return f"{kind}-{code}-{re.sub(r'[^a-z0-9]+', '-', plain).strip('-')[:60] or 'don-vi'}.xlsx"


def _head(book: Any, sheet: Any, about: About, unit: UnitList) -> int:
    """What stands above the table; the row of its headings."""
    title, label = book.add_format({"bold": True, "font_size": 14}), book.add_format({"bold": True, "valign": "top"})
    plain, wrapped = book.add_format({"valign": "top"}), book.add_format({"text_wrap": True, "valign": "top"})
    due = (
        f"trước hết ngày {about.due.day}/{about.due.month}/{about.due.year}"
        if about.due
        else "theo hẹn của ban tổ chức"
    )
    lines = [
        ("Đối thoại", " · ".join(filter(None, (about.theme, about.when)))), ("Đơn vị chuẩn bị", unit.name),
        ("Gửi lại", due), *([("Lời dặn", about.words)] if about.words else []), ("Cách ghi", HOW),
    ]  # fmt: skip
    sheet.write_string(0, 0, "PHIẾU CHUẨN BỊ TRẢ LỜI", title)
    for row, (name, text) in enumerate(lines, start=1):
        sheet.write_string(row, 0, name, label)
        sheet.merge_range(row, 2, row, 5, "", wrapped)
        sheet.write_string(row, 2, text, wrapped)
        sheet.set_row(row, LINE * height(text, 150))
    row = len(lines) + 1
    sheet.write_string(row, 0, MARK, plain)
    sheet.write_string(row, 2, mark(about.code, unit.unit_id), plain)
    return row + 2


def _table(book: Any, sheet: Any, top: int, wanted: list[Wanted]) -> None:
    head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 2, "bg_color": "#E8EEF4"})
    cell = {"text_wrap": True, "valign": "top", "border": 1, "border_color": "#C5CFD8"}
    locked, number = book.add_format(cell), book.add_format({**cell, "num_format": "#,##0", "align": "center"})
    free = book.add_format({**cell, "locked": False, "bg_color": "#FFFBE6"})
    faint = book.add_format({**cell, "font_color": "#7A8793", "font_size": 9})
    sheet.set_row(top, 2 * LINE)
    for place, column in enumerate(COLUMNS):
        sheet.set_column(place, place, column.width)
        sheet.write_string(top, place, column.title, head)
    for row, one in enumerate(wanted, start=top + 1):
        sheet.set_row(row, _row_height(one))
        sheet.write_number(row, 0, one.number or 0, number)
        sheet.write_string(row, 1, one.topic or "", locked)
        sheet.write_string(row, 2, one.body, locked)
        sheet.write_string(row, 3, "\n".join(f"- {text}" for text in one.others), locked)
        sheet.write_number(row, 4, one.supporters, number)
        sheet.write_string(row, 5, one.answer, free)
        sheet.write_string(row, 6, one.id, faint)
    if wanted:
        sheet.data_validation(top + 1, 5, top + len(wanted), 5, {
            "validate": "length", "criteria": "<=", "value": LONGEST, "error_title": "Dài quá",
            "error_message": "Mỗi câu không quá 4.000 ký tự. Phần chi tiết xin để vào văn bản riêng.",
        })  # fmt: skip
    # Without a password: it keeps a hand from slipping, and the reading back trusts nothing of it anyway.
    sheet.protect("", {"format_columns": True, "format_rows": True, "autofilter": True})
    sheet.freeze_panes(top + 1, 1)


def _row_height(one: Wanted) -> int:
    texts = ((one.body, 40), ("\n".join(f"- {text}" for text in one.others), 22), (one.answer, 52))
    return min(LINE * max(ROOM, *(height(text, width) for text, width in texts)), TALLEST)


def height(text: str, width: int) -> int:
    """How many lines a text takes in a cell of so many characters."""
    return sum(len(line) // width + 1 for line in text.split("\n"))


def paper(sheet: Any, top: int, about: About, unit: str) -> None:
    """A4 across, the headings on every page."""
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(top)
    title = f"{unit} · {about.theme}".replace("&", "&&")[:200]  # an ampersand begins a code
    sheet.set_header(f"&L{title}")
    sheet.set_footer("&C&P/&N")
