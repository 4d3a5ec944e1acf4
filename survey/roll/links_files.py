"""The links of one unit as files: a workbook for mail merge, the same as CSV, and messages ready to be sent one by one."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from collections.abc import Iterator

from survey.core.disarm import disarm
from survey.roll.links import WARNING
from survey.roll.links import Leaf
from survey.roll.links import Parcel

COLUMNS = (("Họ tên", 26), ("Mã", 16), ("Đường dẫn", 64), ("Mã gõ tay", 14), ("E-mail", 30))
TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
}


def heading(parcel: Parcel) -> str:
    """The first row of every file."""
    return f"{WARNING} · {parcel.unit} · {len(parcel.leaves)} người"


def as_xlsx(parcel: Parcel) -> bytes:
    """A workbook whose list carries a name, so that a mail merge finds it below the warning; then the words for a message.

    Texts stay texts whatever they look like: no formula, no link, no number is guessed from them.
    """
    import xlsxwriter  # noqa: PLC0415 - loaded when the first workbook is made

    out = io.BytesIO()
    safe = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, safe) as book:
        bold = book.add_format({"bold": True})
        sheet = book.add_worksheet("Đường dẫn")
        sheet.write_string(0, 0, heading(parcel), bold)
        for place, (title, width) in enumerate(COLUMNS):
            sheet.set_column(place, place, width)
            sheet.write_string(1, place, title, bold)
        for number, leaf in enumerate(parcel.leaves, start=2):
            for place, cell in enumerate(_cells(leaf)):
                if cell:
                    sheet.write_string(number, place, cell)
        sheet.freeze_panes(2, 0)
        book.define_name("Duong_dan", f"='Đường dẫn'!$A$2:$E${len(parcel.leaves) + 2}")
        words = book.add_worksheet("Lời nhắn mẫu")
        words.set_column(0, 0, 100, book.add_format({"text_wrap": True}))
        for number, line in enumerate(message(parcel, Leaf("«Họ tên»", "", "«Đường dẫn»", "«Mã gõ tay»", ""))):
            words.write_string(number, 0, line)
    return out.getvalue()


def as_csv(parcel: Parcel) -> bytes:
    """The same list, every cell quoted and disarmed."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow([disarm(heading(parcel))])
    writer.writerow([title for title, _width in COLUMNS])
    writer.writerows([disarm(cell) for cell in _cells(leaf)] for leaf in parcel.leaves)
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def as_txt(parcel: Parcel) -> bytes:
    """One message a person, each below a line that says whose it is."""
    lines = [heading(parcel)]
    for number, leaf in enumerate(parcel.leaves, start=1):
        who = " · ".join(part for part in (leaf.name, leaf.code) if part)
        lines += ["", f"──── {number}/{len(parcel.leaves)} · gửi riêng: {who} ────", "", *message(parcel, leaf)]
    return b"\xef\xbb\xbf" + ("\r\n".join(lines) + "\r\n").encode()


WRITERS: dict[str, Callable[[Parcel], bytes]] = {"xlsx": as_xlsx, "csv": as_csv, "txt": as_txt}


def message(parcel: Parcel, leaf: Leaf) -> Iterator[str]:
    """What one person is told, line by line."""
    yield f"Chào {leaf.name},"
    yield f"Đây là đường dẫn riêng của bạn cho đối thoại “{parcel.theme}”:"
    yield leaf.url
    yield f"Nếu không mở được, hãy vào {parcel.page} và gõ mã {leaf.twin}"
    yield from parcel.says


def _cells(leaf: Leaf) -> tuple[str, ...]:
    return leaf.name, leaf.code, leaf.url, leaf.twin, leaf.email
