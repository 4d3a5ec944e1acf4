"""A sheet that came back, as plain rows: what can be told without looking at the dialogue."""

from __future__ import annotations

from dataclasses import asdict
from dataclasses import dataclass
from dataclasses import field
from typing import Any

from survey.core.cells import Cells
from survey.core.cells import refused
from survey.core.cells import title_of
from survey.core.sheets import Odd
from survey.core.sheets import Sheet
from survey.core.sheets import sheets_of
from survey.core.text import N_
from survey.core.text import clean
from survey.followups import form
from survey.followups.state import LONGEST

LOOKED_AT = 30  # rows in which mark and headings may stand
NO_MARK = N_(
    "Tệp này không phải phiếu chuẩn bị tải từ đây, hoặc dòng “Mã phiếu” đã bị xóa. Hãy tải lại tệp của đơn vị, chép nội "
    "dung vào rồi gửi lên."
)


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a file is not taken, or a row of it; the number of the row as the spreadsheet shows it, 0 for the whole."""

    row: int
    message: str
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the table."""

    row: int
    id: str
    number: str
    body: str
    answer: str


@dataclass(slots=True)
class Returned:
    """What the file holds. With a fault nothing of it may come in."""

    code: str
    unit_id: str
    lines: list[Line] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    remarks: list[Fault] = field(default_factory=list)


def read(data: bytes, file_name: str) -> Returned:
    """Read a file. Raises `Invalid` with a sentence for one that is no list of ours at all."""
    sheets = [sheet for sheet in sheets_of(data, file_name, _knows, exact=True) if not sheet.hidden]
    for sheet in sheets:
        code, unit_id = form.unmark(mark_of(sheet))
        if code and unit_id:
            return _read(sheet, Returned(code, unit_id))
    raise refused(NO_MARK)


def packed(found: Returned) -> dict[str, Any]:
    """As JSON carries it from one process to another."""
    return asdict(found)


def unpacked(data: dict[str, Any]) -> Returned:
    """The same again."""
    return Returned(
        data["code"], data["unit_id"], [Line(**line) for line in data["lines"]],
        [Fault(**fault) for fault in data["faults"]], [Fault(**fault) for fault in data["remarks"]],
    )  # fmt: skip


def mark_of(sheet: Sheet) -> str:
    """The mark of a sheet; empty where it has none."""
    for row in sheet.rows[:LOOKED_AT]:
        filled = [cell for cell in row if cell]
        if len(filled) > 1 and title_of(filled[0]) == form.MARK_TITLE:
            return filled[1]
    return ""


def _read(sheet: Sheet, found: Returned) -> Returned:
    top = next((at for at, row in enumerate(sheet.rows[:LOOKED_AT]) if _is_head(row)), None)
    if top is None:
        found.faults.append(
            Fault(0, N_("Không thấy dòng tên cột, tức là dòng có “Câu số” và “Mã câu”. Hãy tải lại tệp."))
        )
        return found
    titles = [form.TITLES.get(title_of(cell), "") for cell in sheet.rows[top]]
    missing = [column.title for column in form.NEEDED if column.key not in titles]
    twice = [column.title for column in form.NEEDED if titles.count(column.key) > 1]
    if missing or twice:
        names = "”, “".join(missing or twice)
        message = N_("Thiếu cột “%(names)s”.") if missing else N_("Có hai cột “%(names)s”.")
        found.faults.append(Fault(0, message, {"names": names}))
        return found
    if [key for key in titles if key] != [column.key for column in form.COLUMNS if column.key in titles]:
        found.remarks.append(Fault(0, N_("Các cột đã bị đổi chỗ; vẫn đọc được theo tên cột.")))
    places = {key: titles.index(key) for key in titles if key}
    for at, row in enumerate(sheet.rows[top + 1 :], start=top + 2):
        _line(at, row, places, found)
    _refuse_doubles(found)
    return found


def _line(at: int, row: Cells, places: dict[str, int], found: Returned) -> None:
    cells = {key: row[place] if place < len(row) else "" for key, place in places.items()}
    answer = cells["answer"]
    if not any(cells.values()):
        return
    if isinstance(answer, Odd) and answer.kind in {"formula", "error"}:
        found.faults.append(Fault(at, N_("Ô nội dung chuẩn bị là công thức. Hãy ghi thành chữ.")))
        return
    text = clean(str(answer))
    if len(text) > LONGEST:
        found.faults.append(Fault(at, N_("Nội dung chuẩn bị dài quá 4.000 ký tự. Hãy rút gọn.")))
    if not cells["id"].strip():
        if text:
            message = N_("Có nội dung nhưng không có mã câu: dòng này được thêm vào hoặc mã đã bị xóa.")
            found.faults.append(Fault(at, message))
        return
    found.lines.append(Line(at, cells["id"].strip().lower(), cells["number"].strip(), clean(str(cells["body"])), text))


def _refuse_doubles(found: Returned) -> None:
    seen: dict[str, int] = {}
    for line in found.lines:
        if line.id in seen:
            message = N_("Mã câu trùng với dòng %(other)s. Hãy tải lại tệp rồi chép nội dung vào đúng dòng.")
            found.faults.append(Fault(line.row, message, {"other": seen[line.id]}))
        seen.setdefault(line.id, line.row)


def _is_head(row: Cells) -> bool:
    return sum(title_of(cell) in form.TITLES for cell in row) > 2


def _knows(rows: list[Cells]) -> bool:
    return any(_is_head(row) for row in rows[:LOOKED_AT])
