"""Lists of members as offices keep them, made for tests: workbooks, text tables, and one with sixty known faults."""

from __future__ import annotations

import csv
import io
import itertools
import unicodedata
from collections.abc import Callable
from collections.abc import Iterable
from dataclasses import dataclass
from dataclasses import field
from typing import Any

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

FAMILIES = (
    "Nguyễn",
    "Trần",
    "Lê",
    "Phạm",
    "Hoàng",
    "Huỳnh",
    "Phan",
    "Vũ",
    "Võ",
    "Đặng",
    "Bùi",
    "Đỗ",
    "Hồ",
    "Ngô",
    "Dương",
    "Lý",
)
MIDDLES = ("Văn", "Thị", "Hữu", "Minh", "Thanh", "Ngọc", "Quốc", "Thùy", "Hoài", "Đức", "Như", "Khánh", "Tuấn")
GIVENS = ("An", "Bình", "Chi", "Dũng", "Em", "Giang", "Hạnh", "Hòa", "Khoa", "Lan", "Mai", "Nam", "Oanh", "Phúc", "Quyên", "Sơn",
          "Tâm", "Uyên", "Vinh", "Xuân", "Yến", "Đạt", "Ánh")  # fmt: skip
HEAD = ["STT", "Mã ĐV", "Họ và tên", "Ngày sinh", "SĐT", "Email", "Ghi chú"]
FIRST = 6  # the first row below the headings of `office`
Rows = list[list[Any]]


def people(number: int) -> list[str]:
    """So many names, no two alike."""
    every = (f"{a} {b} {c} {d}" for d in GIVENS for b in MIDDLES for c in MIDDLES for a in FAMILIES if b != c)
    return list(itertools.islice(every, number))


def book(*sheets: Any, titles: Iterable[str] = (), change: Callable[[Worksheet], None] | None = None) -> bytes:
    """An XLSX file with these tables, a sheet each."""
    made, names = Workbook(), list(titles)
    made.remove(made.worksheets[0])
    for place, rows in enumerate(sheets):
        sheet = made.create_sheet(names[place] if place < len(names) else f"Sheet{place + 1}")
        for row in rows:
            sheet.append(row)
        if change:
            change(sheet)
    content = io.BytesIO()
    made.save(content)
    return content.getvalue()


def text(rows: Rows, encoding: str = "utf-8-sig", delimiter: str = ",") -> bytes:
    """A text table as Excel saves it; in Windows-1258 the tones are letters of their own."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    written = out.getvalue()
    return ("".join(map(_cp1258, written)) if encoding == "cp1258" else written).encode(encoding)


def _cp1258(char: str) -> str:
    try:
        char.encode("cp1258")
    except UnicodeEncodeError:
        base = unicodedata.normalize("NFD", char)
        tone = next(mark for mark in base if mark in "\u0300\u0301\u0303\u0309\u0323")
        return unicodedata.normalize("NFC", base.replace(tone, "")) + tone
    return char


_SMALL_TCVN3 = "¸µ¶·¹¨¾»¼½Æ©ÊÇÈÉËÐÌÎÏÑªÕÒÓÔÖÝ×ØÜÞãßáâä«èåæçé¬íêëìîóïñòô\xadøõö÷ùýúûüþ®"
_UNICODE = "áàảãạăắằẳẵặâấầẩẫậéèẻẽẹêếềểễệíìỉĩịóòỏõọôốồổỗộơớờởỡợúùủũụưứừửữựýỳỷỹỵđ"
_CAPITALS = dict(zip("ĂÂÊÔƠƯĐ", "¡¢£¤¥¦§", strict=True))
TCVN3 = {**dict(zip(_UNICODE, _SMALL_TCVN3, strict=True)), **_CAPITALS}
_VNI_MARKS = dict(zip("\u0301\u0300\u0309\u0303\u0323", "ùøûõï", strict=True))
_VNI_ROUND = {
    "ă": dict(zip(["", *"\u0301\u0300\u0309\u0303\u0323"], "êéèúüë", strict=True)),
    "â": dict(zip(["", *"\u0301\u0300\u0309\u0303\u0323"], "âáàåãä", strict=True)),
}


def tcvn3(written: str) -> str:
    """The text as a font .VnTime has it: Vietnamese letters in the places of western ones."""
    return "".join(TCVN3.get(char, TCVN3.get(char.lower(), char)) for char in written)


def vni(written: str) -> str:
    """The text as a VNI font has it: a letter and its marks in two places."""
    return "".join(_vni(char) for char in unicodedata.normalize("NFC", written))


def _vni(char: str) -> str:
    small = char.lower()
    if small == "đ":
        return "ñ" if char == "đ" else "Ñ"
    parts = unicodedata.normalize("NFD", small)
    tone = next((mark for mark in parts if mark in _VNI_MARKS), "")
    base = unicodedata.normalize("NFC", parts.replace(tone, "") if tone else parts)
    if base in "âêô":
        made = {"â": "a", "ê": "e", "ô": "o"}[base] + _VNI_ROUND["â"][tone]
    elif base == "ă":
        made = "a" + _VNI_ROUND["ă"][tone]
    elif base in "ơư":
        made = {"ơ": "ô", "ư": "ö"}[base] + _VNI_MARKS.get(tone, "")
    else:
        made = base + _VNI_MARKS.get(tone, "")
    return made if char == small else made[0].upper() + made[1:]


@dataclass
class Office:
    """A workbook of an office with faults that are known: (sheet, row) -> what was planted there."""

    lost: dict[tuple[str, int], str] = field(default_factory=dict)
    doubts: dict[tuple[str, int], str] = field(default_factory=dict)
    good: int = 0
    data: bytes = b""


def office(rows: int = 5_000, sheets: int = 14) -> Office:
    """`rows` people in `sheets` sheets, with titles, sums and signatures, and sixty planted faults: 40 lost, 20 doubts."""
    made, names = Office(), people(rows + 100)
    spare = iter(names[rows:])
    titles = [f"Chi đoàn Sở {name}" for name in names[:sheets]]
    tables: list[Rows] = []
    each = -(-rows // sheets)
    for place, title in enumerate(titles):
        here = names[place * each : min((place + 1) * each, rows)]
        table = [_person(place * each + at, name) for at, name in enumerate(here)]
        tables.append(_around(title, table))
    _plant(made, titles, tables, spare)
    made.good = rows - len(made.lost)
    made.data = book(*tables, titles=titles, change=lambda sheet: sheet.merge_cells("A1:G1"))
    return made


def _person(at: int, name: str) -> list[Any]:
    capital = name.upper() if at % 7 == 3 else unicodedata.normalize("NFD", name) if at % 11 == 5 else name
    phones = [912_000_000.0 + at, f"0912{at:06}", f"+84 913 {at:06}", f"0914.{at:06}", None]
    return [at + 1, f"DV{at:05}", f" {capital} ", "1/2/1999", phones[at % 5], f"nguoi{at}@camau.gov.vn", None]


def _around(title: str, table: Rows) -> Rows:
    above: Rows = [["DANH SÁCH ĐOÀN VIÊN"], [title.upper()], [], ["(Kèm theo Công văn số 12-CV/ĐTN)"], HEAD]
    below: Rows = [
        [None, None, f"Tổng cộng: {len(table)} đồng chí"], [None, None, None, None, "Cà Mau, ngày 12 tháng 3 năm 2026"],
        [None, None, "NGƯỜI LẬP", None, "TM. BAN CHẤP HÀNH"], [None, None, "Trần Thị Lập"],
    ]  # fmt: skip
    return [*above, *table, *below]


def _plant(made: Office, titles: list[str], tables: list[Rows], spare: Iterable[str]) -> None:
    """Faults in rows that are far apart; each kind in several sheets."""
    lost: list[tuple[str, Callable[[list[Any], list[Any]], None]]] = [
        ("no name", lambda row, _: row.__setitem__(2, None)),
        ("formula in the name", lambda row, _: row.__setitem__(2, '=PROPER("nguyễn văn an")')),
        ("error in the name", lambda row, _: row.__setitem__(2, "#N/A")),
        ("digits in the name", lambda row, _: row.__setitem__(2, "Nguyễn Văn 12")),
        ("lossy name", lambda row, _: row.__setitem__(2, "Nguy?n V?n An")),
        ("TCVN3 name", lambda row, _: row.__setitem__(2, tcvn3("Nguyễn Văn Được"))),
        ("name too long", lambda row, _: row.__setitem__(2, "Nguyễn " * 20)),
        ("formula in the code", lambda row, _: row.__setitem__(1, '="DV"&A9')),
        ("code too long", lambda row, _: row.__setitem__(1, "DV" * 30)),
        ("code of somebody else", lambda row, before: row.__setitem__(1, before[1])),
    ]  # fmt: skip
    doubts: list[tuple[str, Callable[[list[Any], list[Any]], None]]] = [
        ("phone too short", lambda row, _: row.__setitem__(4, "09123")),
        ("phone by formula", lambda row, _: row.__setitem__(4, "=E7")),
        ("bad address", lambda row, _: row.__setitem__(5, "an.camau.gov.vn")),
        ("no code", lambda row, _: row.__setitem__(1, None)),
        ("one word", lambda row, _: row.__setitem__(2, "An")),
    ]
    plans = [(kind, act, made.lost) for kind, act in lost * 4] + [(kind, act, made.doubts) for kind, act in doubts * 4]
    for number, (kind, act, where) in enumerate(plans):
        place = number % len(tables)
        at = FIRST + 4 + 11 * (number // len(tables))
        act(tables[place][at - 1], tables[place][at - 2])
        where[titles[place], at] = kind
