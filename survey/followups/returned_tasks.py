"""A *Phiếu giao việc* that came back, as plain rows: what can be told without looking at the dialogue."""

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
from survey.core.text import clean_line
from survey.followups import form
from survey.followups import form_tasks
from survey.followups.returned import LOOKED_AT
from survey.followups.returned import Fault
from survey.followups.returned import mark_of
from survey.followups.state import LONGEST

NO_MARK = N_(
    "Tệp này không phải phiếu giao việc tải từ đây, hoặc dòng “Mã phiếu” đã bị xóa. Hãy tải lại phiếu của đơn vị, chép nội "
    "dung vào rồi gửi lên."
)
PREPARED = N_("Đây là phiếu chuẩn bị trả lời trước buổi đối thoại, không phải phiếu giao việc. Hãy gửi đúng phiếu.")
DATED = N_("Ô số văn bản đã bị đổi thành ngày. Hãy định dạng ô là chữ (Text) rồi ghi lại số văn bản.")
FORMULA = N_("Ô “%(name)s” là công thức. Hãy ghi thành chữ.")


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the table."""

    row: int
    id: str
    number: str
    body: str
    state: str
    text: str
    document: str
    day: str

    @property
    def is_empty(self) -> bool:
        """Whether nothing is reported in it."""
        return not (self.text or self.document or self.day)


@dataclass(slots=True)
class Returned:
    """What the file holds. With a fault nothing of it may come in."""

    code: str
    unit_id: str
    lines: list[Line] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    remarks: list[Fault] = field(default_factory=list)


def read(data: bytes, file_name: str) -> Returned:
    """Read a file. Raises `Invalid` with a sentence for one that is no sheet of ours at all."""
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


def _read(sheet: Sheet, found: Returned) -> Returned:
    top = next((at for at, row in enumerate(sheet.rows[:LOOKED_AT]) if _is_head(row)), None)
    if top is None:
        prepared = any(title_of(cell) == title_of(form.ID.title) for row in sheet.rows[:LOOKED_AT] for cell in row)
        message = N_("Không thấy dòng tên cột, tức là dòng có “Kiến nghị số” và “Mã kiến nghị”. Hãy tải lại phiếu.")
        found.faults.append(Fault(0, PREPARED if prepared else message))
        return found
    titles = [form_tasks.TITLES.get(title_of(cell), "") for cell in sheet.rows[top]]
    missing = [column.title for column in form_tasks.NEEDED if column.key not in titles]
    twice = [column.title for column in form_tasks.NEEDED if titles.count(column.key) > 1]
    if missing or twice:
        message = N_("Thiếu cột “%(names)s”.") if missing else N_("Có hai cột “%(names)s”.")
        found.faults.append(Fault(0, message, {"names": "”, “".join(missing or twice)}))
        return found
    if [key for key in titles if key] != [column.key for column in form_tasks.COLUMNS if column.key in titles]:
        found.remarks.append(Fault(0, N_("Các cột đã bị đổi chỗ; vẫn đọc được theo tên cột.")))
    places = {key: titles.index(key) for key in titles if key}
    for at, row in enumerate(sheet.rows[top + 1 :], start=top + 2):
        _line(at, row, places, found)
    _refuse_doubles(found)
    return found


def _line(at: int, row: Cells, places: dict[str, int], found: Returned) -> None:
    cells = {key: row[place] if place < len(row) else "" for key, place in places.items()}
    if not any(cells.values()):
        return
    if fault := _odd(cells):
        found.faults.append(Fault(at, *fault))
        return
    line = Line(
        at, cells["id"].strip().lower(), cells["number"].strip(), clean(str(cells["body"])), clean_line(str(cells["state"])),
        clean(str(cells["text"])), clean_line(str(cells["document"])), clean_line(str(cells["day"])),
    )  # fmt: skip
    if len(line.text) > LONGEST:
        found.faults.append(
            Fault(at, N_("Kết quả dài quá 4.000 ký tự. Hãy rút gọn; phần chi tiết gửi thành văn bản riêng."))
        )
    elif line.id:
        found.lines.append(line)
    elif line.state or not line.is_empty:
        message = N_("Có nội dung nhưng không có mã kiến nghị: dòng này được thêm vào hoặc mã đã bị xóa.")
        found.faults.append(Fault(at, message))


def _odd(cells: dict[str, str]) -> tuple[str, dict[str, str]] | None:
    """What is wrong with a cell that is no text."""
    for column in form_tasks.COLUMNS:
        cell = cells.get(column.key, "")
        if column.open and isinstance(cell, Odd) and cell.kind in {"formula", "error"}:
            return FORMULA, {"name": column.title}
    document = cells["document"]
    return (DATED, {}) if isinstance(document, Odd) and document.kind == "date" else None


def _refuse_doubles(found: Returned) -> None:
    seen: dict[str, int] = {}
    for line in found.lines:
        if line.id in seen:
            message = N_("Mã kiến nghị trùng với dòng %(other)s. Hãy tải lại phiếu rồi chép nội dung vào đúng dòng.")
            found.faults.append(Fault(line.row, message, {"other": seen[line.id]}))
        seen.setdefault(line.id, line.row)


def _is_head(row: Cells) -> bool:
    return sum(title_of(cell) in form_tasks.TITLES for cell in row) > 3


def _knows(rows: list[Cells]) -> bool:
    return any(_is_head(row) for row in rows[:LOOKED_AT])
