"""Tables as text: the encodings that are met here, and the delimiter that makes the best table."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Callable
from collections.abc import Iterator

from survey.core.cells import DAMAGED
from survey.core.cells import MOST_COLUMNS
from survey.core.cells import Cells
from survey.core.cells import few_enough
from survey.core.cells import plain
from survey.core.cells import refused
from survey.core.text import N_


def text_of(data: bytes) -> str:
    """The text of a file in UTF-8, UTF-16 or Windows-1258 (what older Vietnamese Windows writes). Raises `Invalid`."""
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


def table(text: str, knows: Callable[[list[Cells]], bool]) -> list[Cells]:
    """The rows of a text table; `knows` says whether rows have headings that mean something."""
    first, _, rest = text.partition("\n")
    if first.strip().casefold().startswith("sep=") and len(first.strip()) == 5:
        return _split("\n" + rest, first.strip()[4])  # Excel's own hint; an empty line keeps the row numbers
    best = max((_split(text, delimiter) for delimiter in ",;\t"), key=lambda rows: _shape(rows, knows))
    return best if any(_shape(best, knows)[:2]) else _split(text, "\x1f")  # a comma within a sentence makes no table


def _split(text: str, delimiter: str) -> list[Cells]:
    csv.field_size_limit(1_000_000)
    try:
        return few_enough([plain(cell) for cell in row[:MOST_COLUMNS]] for row in _lines(text, delimiter))
    except csv.Error as error:
        raise refused(DAMAGED) from error


def _lines(text: str, delimiter: str) -> Iterator[list[str]]:
    """Rows at the place of the line on which they begin, so that "dòng 14" is line 14 of the file."""
    reader, number = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), 0
    for row in reader:
        yield row
        for _ in range(reader.line_num - number - 1):
            yield []
        number = reader.line_num


def _shape(rows: list[Cells], knows: Callable[[list[Cells]], bool]) -> tuple[bool, int, int]:
    """How much a split looks like a table: headings that we know, then one width (over one) of nearly all lines."""
    widths = [len(row) for row in rows[:60] if any(row)]
    best = max(set(widths), key=widths.count, default=0)
    even = best > 1 and widths.count(best) * 5 >= len(widths) * 4
    return best > 1 and knows(rows), widths.count(best) * even, best
