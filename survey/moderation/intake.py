"""From sheets or pasted text to questions: which column is what, which rows are none, and a sentence for each doubt.

Pure functions over plain cells; nothing is written here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from typing import Any

from survey.core.cells import refused
from survey.core.errors import Invalid
from survey.core.sheets import Sheet
from survey.core.text import N_
from survey.core.text import clean
from survey.core.text import clean_line
from survey.core.text import fold
from survey.moderation.columns import Columns
from survey.moderation.columns import find_columns
from survey.moderation.sheets import sheets_of

LONGEST = 10_000  # characters, as `questions.service.LONGEST_BROUGHT_IN`; without its tables, to start quickly
MOST_QUESTIONS = 2_000
_YES = frozenset({"x", "v", "1", "co", "roi", "xong", "true", "yes", "y", "✓", "✔", "done", "closed", "completed"})
_NO = frozenset({"", "0", "chua", "khong", "false", "no", "n", "-"})
_TOTAL = re.compile(r"^(tong|tong cong|tong so|cong|total)\b")
_SECTION = re.compile(r"^(?:[IVXLC]+|[A-H]|[0-9]{1,2})\s*[.)/:-]\s*(?=\S)")


@dataclass(frozen=True, slots=True)
class Found:
    """A question as it stood in the file; `row` is its number there."""

    text: str
    topic: str = ""
    unit: str = ""
    count: int = 0
    answered: bool = False
    note: str = ""
    sheet: str = ""
    row: int = 0
    twin: bool = False  # the same text stood further up


@dataclass(frozen=True, slots=True)
class Complaint:
    """What could not be taken as it stood. `lost` rows are left out, the others come in as the sentence says."""

    sheet: str
    row: int
    message: str
    value: str = ""
    lost: bool = True


@dataclass(slots=True)
class Reading:
    """All that a file holds for us."""

    rows: list[Found] = field(default_factory=list)
    complaints: list[Complaint] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)  # headings of columns that are not taken: names, addresses, times

    @property
    def sheets(self) -> list[str]:
        """Names of the sheets that gave questions."""
        return list(dict.fromkeys(row.sheet for row in self.rows))


def read_paste(text: str) -> Reading:
    """Pasted text, one question a paragraph; list marks ("1.", "-", "•") go. Raises `Invalid` when there is none."""
    reading = Reading()
    blocks = clean(text).split("\n\n")
    parts = [line for block in blocks for line in block.split("\n")] if len(blocks) == 1 else blocks
    for position, part in enumerate((part for part in parts if part.strip()), start=1):
        body = re.sub(r"^\s*(?:\d{1,3}\s*[.)/]\s+|[-–•*+]\s+|câu\s+\d{1,3}\s*[.:)]\s*)", "", part, flags=re.I)
        _take(reading, Found(text=clean(body), row=position))
    return _finished(reading, N_("Chưa có câu nào để đưa vào. Hãy dán mỗi câu thành một đoạn."), "text")


def read_file(data: bytes, file_name: str) -> Reading:
    """An uploaded spreadsheet or text table. Raises `Invalid` for a file that holds no question at all."""
    reading = Reading()
    for sheet in sheets_of(data, file_name):
        _read_sheet(reading, sheet)
    return _finished(
        reading, N_("Không thấy câu hỏi nào trong tệp. Cần một cột tên là “Nội dung” hoặc “Câu hỏi”."), "file"
    )


def _finished(reading: Reading, nothing: str, name: str) -> Reading:
    if not reading.rows:
        raise Invalid(nothing, {name: nothing})
    if len(reading.rows) > MOST_QUESTIONS:
        raise refused(N_("Tệp có hơn 2.000 câu. Hãy chia thành nhiều tệp."))
    return reading


def _read_sheet(reading: Reading, sheet: Sheet) -> None:
    if not any(map(any, sheet.rows)):
        return
    columns = find_columns(sheet.rows)
    if columns is None:
        message = N_("Không thấy cột nội dung câu hỏi, nên không lấy gì từ trang tính này.")
        reading.complaints.append(Complaint(sheet.name, 1, message))
        return
    reading.left_out += [title for title in columns.left_out if title not in reading.left_out]
    section = ""
    for number, row in enumerate(sheet.rows[columns.first :], start=columns.first + 1):
        heading = _section(row, columns)
        if heading:
            section = heading
        elif not _is_total(row, columns):
            _read_row(reading, sheet.name, number, row, columns, section)


def _read_row(reading: Reading, sheet: str, number: int, row: list[str], columns: Columns, section: str) -> None:
    texts = [clean(text) for at in columns.text if (text := columns.cell(row, at))]
    if not texts:
        if any(row):
            message = N_("Dòng này không có nội dung câu hỏi.")
            reading.complaints.append(Complaint(sheet, number, message))
        return
    count, odd = _count(columns.cell(row, columns.count))
    if odd:
        message = N_("Không đọc được số người ủng hộ “%(value)s”; câu này tính là 0.")
        reading.complaints.append(Complaint(sheet, number, message, odd[:40], lost=False))
    note = clean(columns.cell(row, columns.note))[:5_000]
    answered = _answered(columns.cell(row, columns.answered)) if columns.answered is not None else bool(note)
    for text in texts:
        topic = clean_line(columns.cell(row, columns.topic)) or section
        unit = clean_line(columns.cell(row, columns.unit))
        _take(reading, Found(text, topic, unit, count, answered, note, sheet, number))


def _take(reading: Reading, found: Found) -> None:
    if len(found.text) > LONGEST:
        message = N_("Câu này dài quá 10.000 ký tự. Hãy chia thành nhiều câu.")
        reading.complaints.append(Complaint(found.sheet, found.row, message))
    elif sum(map(str.isalpha, found.text)) < 2:
        message = N_("“%(value)s” không thành câu hỏi.")
        reading.complaints.append(Complaint(found.sheet, found.row, message, found.text[:40]))
    else:
        reading.rows.append(found)


def mark_twins(rows: Iterable[Found], known: Iterable[str] = ()) -> list[Found]:
    """The rows, each marked as a twin if its text (folded) stood further up or is `known` already."""
    seen, marked = set(known), []
    for row in rows:
        folded = fold(row.text)
        marked.append(replace(row, twin=folded in seen))
        seen.add(folded)
    return marked


def packed(reading: Reading) -> dict[str, Any]:
    """The reading as plain values, for another process or a form."""
    return asdict(reading)


def unpacked(data: dict[str, Any]) -> Reading:
    """What `packed` made."""
    return Reading(
        [Found(**row) for row in data["rows"]], [Complaint(**line) for line in data["complaints"]], data["left_out"]
    )


def _section(row: list[str], columns: Columns) -> str:
    """The topic that a row announces ("II. Việc làm", alone in its row, often merged over all columns), if it does."""
    filled = [(at, cell) for at, cell in enumerate(row) if cell]
    if columns.topic is not None or not filled or len(filled) > 2:
        return ""
    if len(filled) == 2:  # "II" in the column of numbers, the topic beside it
        (first, mark), (second, title) = filled
        alone = second in columns.text and first == 0 and re.fullmatch(r"[IVXLC]+\.?", mark) is not None
        return clean_line(title) if alone else ""
    at, title = filled[0]
    if at in columns.text or not _SECTION.match(title) or len(title) > 120:
        return ""
    return clean_line(_SECTION.sub("", title))


def _is_total(row: list[str], columns: Columns) -> bool:
    filled = [cell for cell in row if cell]
    return (
        bool(filled)
        and not any(columns.cell(row, at) for at in columns.text if at > 0)
        and bool(_TOTAL.match(fold(filled[0])))
    )


def _count(cell: str) -> tuple[int, str]:
    """(supporters, what could not be read): "1.234", "12 lượt", "12,0" are numbers, "nhiều" is none."""
    match = re.match(r"^\s*\+?(\d{1,3}(?:[.,\s]\d{3})+|\d+)(?:[.,]0+)?\s*(?:\D.*)?$", cell)
    if not cell or match:
        return (int(re.sub(r"\D", "", match[1])) if match else 0), ""
    return 0, cell


def _answered(cell: str) -> bool:
    word = fold(cell).strip(" .!")
    if word in _NO or word.startswith(("chua", "khong", "dang", "cho ", "not ", "un")):
        return False
    return word in _YES or word.startswith(("da ", "answered"))
