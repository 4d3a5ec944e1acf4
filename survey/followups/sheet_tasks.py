"""*Phiếu giao việc*: what a unit has to do as XLSX. Everything is locked but what the unit reports."""

from __future__ import annotations

import io
from typing import Any

from survey.followups.form import MARK
from survey.followups.form import mark
from survey.followups.form_tasks import CHOICES
from survey.followups.form_tasks import COLUMNS
from survey.followups.sheet import LINE
from survey.followups.sheet import ROOM
from survey.followups.sheet import TALLEST
from survey.followups.sheet import About
from survey.followups.sheet import height
from survey.followups.sheet import paper
from survey.followups.sheet import workbook
from survey.followups.state import LONGEST
from survey.followups.steps import NAMES
from survey.followups.steps import State
from survey.followups.tasks import Task
from survey.followups.tasks import UnitTasks
from survey.followups.tasks import day_of

KIND = "giao-viec"  # how the file's name begins
HOW = (
    "Chỉ ghi vào các ô màu vàng: chọn tình trạng trong danh sách thả xuống; ghi kết quả, hoặc lý do nếu chuyển cấp trên hay "
    "không chấp nhận (không quá 4.000 ký tự); số và ngày văn bản trả lời nếu có. Không thêm, xóa hay đổi chỗ dòng. Ô để trống: "
    "nội dung đã gửi trước đó vẫn giữ nguyên."
)


def write(about: About, unit: UnitTasks) -> bytes:
    """The workbook."""
    out = io.BytesIO()
    with workbook(out, f"Phiếu giao việc: {unit.name}", about) as book:
        sheet = book.add_worksheet("Phiếu giao việc")
        row = _head(book, sheet, about, unit)
        _table(book, sheet, row, unit.tasks)
        paper(sheet, row, about, unit.name)
    return out.getvalue()


def _head(book: Any, sheet: Any, about: About, unit: UnitTasks) -> int:
    """What stands above the table; the row of its headings."""
    label, wrapped = (
        book.add_format({"bold": True, "valign": "top"}),
        book.add_format({"text_wrap": True, "valign": "top"}),
    )
    lines = [
        ("Đối thoại", " · ".join(filter(None, (about.theme, about.when)))), ("Đơn vị chủ trì", unit.name), ("Cách ghi", HOW),
    ]  # fmt: skip
    sheet.write_string(0, 0, "PHIẾU GIAO VIỆC", book.add_format({"bold": True, "font_size": 14}))
    for row, (name, text) in enumerate(lines, start=1):
        sheet.write_string(row, 0, name, label)
        sheet.merge_range(row, 2, row, 7, "", wrapped)
        sheet.write_string(row, 2, text, wrapped)
        sheet.set_row(row, LINE * height(text, 150))
    row = len(lines) + 1
    sheet.write_string(row, 0, MARK)
    sheet.write_string(row, 2, mark(about.code, unit.unit_id))
    return row + 2


def _table(book: Any, sheet: Any, top: int, tasks: list[Task]) -> None:
    head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 2, "bg_color": "#E8EEF4"})
    cell = {"text_wrap": True, "valign": "top", "border": 1, "border_color": "#C5CFD8"}
    locked, number = book.add_format(cell), book.add_format({**cell, "align": "center"})
    late = book.add_format({**cell, "font_color": "#B3261E", "bold": True})
    # As text: a spreadsheet would make a day of the document's number 15/3, and of a day what its own country reads.
    free = book.add_format({**cell, "locked": False, "bg_color": "#FFFBE6", "num_format": "@"})
    faint = book.add_format({**cell, "font_color": "#7A8793", "font_size": 9})
    sheet.set_row(top, 2 * LINE)
    for place, column in enumerate(COLUMNS):
        sheet.set_column(place, place, column.width)
        sheet.write_string(top, place, column.title, head)
    for row, task in enumerate(tasks, start=top + 1):
        one, texts = task.one, _texts(task)
        sheet.set_row(row, _row_height(texts))
        sheet.write_number(row, 0, one.number, number)
        for place, text in enumerate(texts, start=1):
            form = late if place == 4 and one.overdue else free if COLUMNS[place].open else locked
            sheet.write_string(row, place, text, form)
        sheet.write_string(row, len(COLUMNS) - 1, one.id, faint)
    if tasks:
        _validate(sheet, top + 1, top + len(tasks))
    # Without a password: it keeps a hand from slipping, and the reading back trusts nothing of it anyway.
    sheet.protect("", {"format_columns": True, "format_rows": True, "autofilter": True})
    sheet.freeze_panes(top + 1, 1)


def _texts(task: Task) -> list[str]:
    """The cells between number and id, in the order of the columns."""
    one, stands = task.one, task.stands
    asked = [f"- {source.body}" for source in one.questions]
    helping = [name for _id, name in one.cooperating]
    state = stands.state or one.state  # what the unit may not choose is shown all the same
    due = day_of(one.due) + (" (quá hạn)" if one.overdue else "")
    return [
        one.body, "\n".join(asked), "\n".join(helping), due, NAMES[State(state)], stands.text, stands.document, stands.day,
    ]  # fmt: skip


def _validate(sheet: Any, first: int, last: int) -> None:
    sheet.data_validation(first, 5, last, 5, {
        "validate": "list", "source": list(CHOICES), "error_title": "Chọn trong danh sách",
        "error_message": "Hãy chọn một tình trạng trong danh sách thả xuống.",
    })  # fmt: skip
    sheet.data_validation(first, 6, last, 6, {
        "validate": "length", "criteria": "<=", "value": LONGEST, "error_title": "Dài quá",
        "error_message": "Mỗi ô không quá 4.000 ký tự. Phần chi tiết xin gửi thành văn bản riêng.",
    })  # fmt: skip


def _row_height(texts: list[str]) -> int:
    lines = (height(text, column.width - 4) for text, column in zip(texts, COLUMNS[1:-1], strict=True))
    return min(LINE * max(ROOM, *lines), TALLEST)
