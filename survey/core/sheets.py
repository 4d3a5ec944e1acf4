"""Tables as offices send them, as sheets of plain cells: XLSX, and text in the encodings that are met here.

Formulas are never evaluated, links never followed.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Callable
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from survey.core.cells import DAMAGED
from survey.core.cells import MOST_COLUMNS
from survey.core.cells import Cells
from survey.core.cells import few_enough
from survey.core.cells import plain
from survey.core.cells import refused
from survey.core.delimited import table
from survey.core.delimited import text_of
from survey.core.errors import Invalid
from survey.core.text import N_

MOST_SHEETS = 60
MOST_UNPACKED = 120 * 1024 * 1024  # bytes; a real table is a hundredth of this
_ENDED = re.compile(rb"<mergeCells.*?</mergeCells>", re.DOTALL)
_MERGED = re.compile(rb'ref="([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})"')

Area = tuple[int, int, int, int]  # first row, first column, last row, last column, counted from 0


class Odd(str):
    """A cell that is no plain text or number: `kind` is formula, error or date; the text is what stands there."""

    __slots__ = ("kind",)
    kind: str

    def __new__(cls, text: str, kind: str) -> Odd:
        """The text of the cell, with its kind."""
        made = super().__new__(cls, text)
        made.kind = kind
        return made


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its name and its rows; a row's number on the screen is its place plus one."""

    name: str
    rows: list[Cells]
    merged: tuple[Area, ...] = ()
    hidden: bool = False


def sheets_of(data: bytes, file_name: str, knows: Callable[[list[Cells]], bool], *, exact: bool = False) -> list[Sheet]:
    """The sheets of an XLSX file or the one of a text file. Raises `Invalid` with a sentence for anything else.

    `knows` says whether rows have headings that mean something: by that the delimiter of a text is found. `exact` gives
    formulas, errors and dates as `Odd` instead of a formula's last value, merged areas, and hidden sheets without rows.
    """
    if not data.strip(b"\0 \r\n\t"):
        raise refused(N_("Tệp này trống."))
    if data.startswith(b"PK\x03\x04"):
        return _workbook(data, exact=exact)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise refused(
            N_("Đây là tệp Excel đời cũ (.xls) hoặc có mật khẩu. Hãy mở ra, lưu lại thành .xlsx rồi gửi lên.")
        )
    if data.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"{\\rtf")):
        raise refused(N_("Tệp này không phải bảng tính. Hãy gửi tệp .xlsx hoặc .csv."))
    stem = file_name.replace("\\", "/").rsplit("/", 1)[-1].rsplit(".", 1)[0]
    return [Sheet(plain(stem)[:31] or "CSV", table(text_of(data), knows))]


def odd(cell: Any) -> str:
    """A cell of a workbook as text; what is no plain text or number says so."""
    value, kind = cell.value, cell.data_type
    if kind in {"f", "e"} and value is not None:
        return Odd(value if isinstance(value, str) else "=", "formula" if kind == "f" else "error")
    if isinstance(value, dt.date | dt.time | dt.timedelta):
        return Odd(f"{value.day}/{value.month}/{value.year}" if isinstance(value, dt.date) else str(value), "date")
    text = plain(value)
    shown = cell.number_format if text and kind == "n" else ""
    return text.zfill(len(shown)) if set(shown) == {"0"} else text  # shown as 007, kept as 7


def _workbook(data: bytes, *, exact: bool) -> list[Sheet]:
    _check_archive(data)
    from openpyxl import load_workbook  # noqa: PLC0415 - heavy, and needed by this alone

    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=not exact, keep_links=False)
        shown = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        if len(shown) > MOST_SHEETS:
            raise refused(N_("Tệp có hơn 60 trang tính. Hãy chia thành nhiều tệp."))
        if not exact:
            return [Sheet(plain(sheet.title), _rows(sheet)) for sheet in shown]
        hidden = [Sheet(plain(s.title), [], hidden=True) for s in book.worksheets if s.sheet_state != "visible"]
        return [Sheet(plain(s.title), _odd_rows(s), _merged(data, s)) for s in shown] + hidden
    except Invalid:
        raise
    except Exception as error:  # openpyxl meets damage with whatever comes up
        raise refused(DAMAGED) from error


def _check_archive(data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise refused(DAMAGED) from error
    if "xl/workbook.xml" not in {entry.filename for entry in entries}:
        raise refused(N_("Tệp này không phải bảng tính. Hãy gửi tệp .xlsx hoặc .csv."))
    if len(entries) > 2_000 or sum(entry.file_size for entry in entries) > MOST_UNPACKED:
        raise refused(N_("Tệp này phình ra quá lớn khi mở. Hãy chép riêng bảng cần lấy sang một tệp mới."))


def _rows(sheet: Any) -> list[Cells]:
    sheet.reset_dimensions()  # some programs write a wrong size and openpyxl would believe it
    values = sheet.iter_rows(max_col=MOST_COLUMNS, values_only=True)
    return few_enough([plain(cell) for cell in row] for row in values)


def _odd_rows(sheet: Any) -> list[Cells]:
    sheet.reset_dimensions()
    return few_enough(_shortened(row) for row in sheet.iter_rows(max_col=MOST_COLUMNS))


def _shortened(row: Sequence[Any]) -> Cells:
    """The cells as far as there are any."""
    cells = ["" if cell.value is None else odd(cell) for cell in row]
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _merged(data: bytes, sheet: Any) -> tuple[Area, ...]:
    """The merged areas, which openpyxl passes over when it reads row by row."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        found = _ENDED.search(archive.read(sheet._worksheet_path))
    areas = _MERGED.finditer(found[0]) if found else ()
    return tuple(
        (int(top) - 1, _column(left), int(end) - 1, _column(right)) for left, top, right, end in map(_parts, areas)
    )


def _parts(found: re.Match[bytes]) -> tuple[str, str, str, str]:
    left, top, right, end = (part.decode() for part in found.groups())
    return left, top, right, end


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1
