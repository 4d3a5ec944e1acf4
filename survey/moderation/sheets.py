"""A file that somebody uploads, as sheets of plain cells. Formulas are never evaluated, links never followed."""

from __future__ import annotations

import csv
import io
import unicodedata
import zipfile
from collections.abc import Iterable
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from survey.core.errors import Invalid
from survey.core.text import N_
from survey.moderation.columns import find_columns

MOST_ROWS = 20_000  # of one sheet that are looked at
MOST_COLUMNS = 60
MOST_SHEETS = 60
MOST_UNPACKED = 120 * 1024 * 1024  # bytes; a real table of questions is a hundredth of this
BROKEN = frozenset({"#REF!", "#N/A", "#NAME?", "#VALUE!", "#DIV/0!", "#NULL!", "#NUM!", "#GETTING_DATA"})

Cells = list[str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its name and its rows; a row's number on the screen is its place plus one."""

    name: str
    rows: list[Cells]


def sheets_of(data: bytes, file_name: str) -> list[Sheet]:
    """The sheets of an XLSX file or the one of a text file. Raises `Invalid` with a sentence for anything else."""
    if not data.strip(b"\0 \r\n\t"):
        raise refused(N_("Tệp này trống."))
    if data.startswith(b"PK\x03\x04"):
        return _workbook(data)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise refused(
            N_("Đây là tệp Excel đời cũ (.xls) hoặc có mật khẩu. Hãy mở ra, lưu lại thành .xlsx rồi gửi lên.")
        )
    if data.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"{\\rtf")):
        raise refused(N_("Tệp này không phải bảng tính. Hãy gửi tệp .xlsx hoặc .csv."))
    stem = file_name.replace("\\", "/").rsplit("/", 1)[-1].rsplit(".", 1)[0]
    return [Sheet(plain(stem)[:31] or "CSV", _table(_text(data)))]


def refused(message: str) -> Invalid:
    """A whole file that cannot be used, said at its field."""
    return Invalid(message, {"file": message})


def plain(value: Any) -> str:
    """A cell as text: NFC, whole numbers without ".0", no error values."""
    if value is None or value is False:
        return ""
    if value is True:
        return "x"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = unicodedata.normalize("NFC", str(value)).strip()
    return "" if text in BROKEN else text


def _workbook(data: bytes) -> list[Sheet]:
    _check_archive(data)
    from openpyxl import load_workbook  # noqa: PLC0415 - heavy, and needed by this alone

    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        shown = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        if len(shown) > MOST_SHEETS:
            raise refused(N_("Tệp có hơn 60 trang tính. Hãy chia thành nhiều tệp."))
        return [Sheet(plain(sheet.title), _rows(sheet)) for sheet in shown]
    except Invalid:
        raise
    except Exception as error:  # openpyxl meets damage with whatever comes up
        raise refused(N_("Không đọc được tệp này: tệp hỏng hoặc không phải .xlsx. Hãy mở ra và lưu lại.")) from error


def _check_archive(data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise refused(N_("Không đọc được tệp này: tệp hỏng hoặc không phải .xlsx. Hãy mở ra và lưu lại.")) from error
    if "xl/workbook.xml" not in {entry.filename for entry in entries}:
        raise refused(N_("Tệp này không phải bảng tính. Hãy gửi tệp .xlsx hoặc .csv."))
    if len(entries) > 2_000 or sum(entry.file_size for entry in entries) > MOST_UNPACKED:
        raise refused(N_("Tệp này phình ra quá lớn khi mở. Hãy chép riêng phần câu hỏi sang một tệp mới."))


def _rows(sheet: Any) -> list[Cells]:
    sheet.reset_dimensions()  # some programs write a wrong size and openpyxl would believe it
    values = sheet.iter_rows(max_col=MOST_COLUMNS, values_only=True)
    return _checked([plain(cell) for cell in row] for row in values)


def _checked(rows: Iterable[Cells]) -> list[Cells]:
    taken = list(islice(rows, MOST_ROWS + 1))
    if len(taken) > MOST_ROWS:
        raise refused(N_("Một trang tính có hơn 20.000 dòng. Hãy chép riêng phần câu hỏi sang một tệp mới."))
    return taken


def _text(data: bytes) -> str:
    """The text of a file in UTF-8, UTF-16 or Windows-1258 (what older Vietnamese Windows writes)."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    elif b"\0" in data[:2000]:
        encodings = ["utf-16-le" if data[1:2] == b"\0" else "utf-16-be"]
    else:
        encodings = ["utf-8-sig", "cp1258"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if sum(unicodedata.category(char) in {"Cc", "Cn", "Co"} for char in text[:4000] if char not in "\r\n\t\f") == 0:
            return unicodedata.normalize("NFC", text).removeprefix("\ufeff")
    raise refused(N_("Tệp này không phải bảng tính, hoặc bảng mã lạ. Hãy lưu lại thành .xlsx hay CSV UTF-8."))


def _table(text: str) -> list[Cells]:
    first, _, rest = text.partition("\n")
    if first.strip().casefold().startswith("sep=") and len(first.strip()) == 5:
        return _split("\n" + rest, first.strip()[4])  # Excel's own hint; an empty line keeps the row numbers
    best = max((_split(text, delimiter) for delimiter in ",;\t"), key=_shape)
    return best if any(_shape(best)[:2]) else _split(text, "\x1f")  # a comma within a sentence makes no table


def _split(text: str, delimiter: str) -> list[Cells]:
    csv.field_size_limit(1_000_000)
    try:
        return _checked([plain(cell) for cell in row[:MOST_COLUMNS]] for row in _lines(text, delimiter))
    except csv.Error as error:
        raise refused(N_("Không đọc được tệp này: tệp hỏng hoặc không phải .xlsx. Hãy mở ra và lưu lại.")) from error


def _lines(text: str, delimiter: str) -> Iterator[list[str]]:
    """Rows at the place of the line on which they begin, so that "dòng 14" is line 14 of the file."""
    reader, number = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), 0
    for row in reader:
        yield row
        for _ in range(reader.line_num - number - 1):
            yield []
        number = reader.line_num


def _shape(rows: list[Cells]) -> tuple[bool, int, int]:
    """How much a split looks like a table: headings that we know, then one width (over one) of nearly all lines."""
    columns = find_columns(rows)
    widths = [len(row) for row in rows[:60] if any(row)]
    best = max(set(widths), key=widths.count, default=0)
    even = best > 1 and widths.count(best) * 5 >= len(widths) * 4
    return columns is not None and columns.first > 0 and best > 1, widths.count(best) * even, best
