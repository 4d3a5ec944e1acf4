"""Rows of a list that are no people: titles of sections, sums, signatures; and what a sheet's name says. Pure functions."""

from __future__ import annotations

import re

from survey.core.cells import Cells
from survey.core.sheets import Odd
from survey.core.sheets import Sheet
from survey.core.text import clean_line
from survey.core.text import fold
from survey.core.text import spelled
from survey.roll.importing.headings import Headings
from survey.roll.importing.values import path

_TOTAL = re.compile(  # with its marks: "Tống Công Minh" is somebody
    r"^(?:(?:tổng cộng|tổng số|tong so)\b|tong cong(?! ty)\b|(?:tổng|cộng|tong|cong|total|sum)\s*(?:[:.(\d]|$))"
)
_SIGNED = re.compile(
    r"^(?:nguoi lap|nguoi tong hop|ky ten|ky,|\(ky|xac nhan|thu truong|tm\.|t/m|kt\.|tl\.|bi thu$|pho bi thu$|noi nhan|"
    r"ghi chu ?:|luu y ?:|danh sach (?:nay|co|gom)|an dinh danh sach)|\bngay\b.*\bthang\b.*\bnam\b"
)
_MARK = re.compile(r"^(?:[IVXLC]+|[A-H]|\d{1,2})\s*[.)/:-]\s*(?=\S)")
_ROMAN = re.compile(r"[IVXLC]+\.?|[A-H]\.?")
_NUMBER_BEHIND = re.compile(
    r"\s*(?:[(\[]\s*(?:có\s+)?\d[^)\]]*[)\]]|[:–-]\s*\d+\s*(?:đ/c|đồng chí|đoàn viên|người|đv|thanh niên)?\.?)\s*$",
    re.I,
)
_UNIT = re.compile(
    r"^(?:chi doan|lien chi|phan doan|doan (?:co so|bo phan|xa|phuong|so|truong|khoi|thanh nien|tncs|cac|bo |huyen|khoa|"
    r"cong ty|benh vien|co quan|vien|ubnd|thi tran|dac khu|truc thuoc)|tinh doan|thanh doan|huyen doan|thi doan|"
    r"cd |dtn |khoi |phong |ban |so [a-z]|ubnd|uy ban|van phong|truong |trung tam|xa |phuong |thi tran|huyen |tinh |"
    r"thanh pho|cong an|quan su|bo chi huy|benh vien|chi cuc|cuc |toa an|vien kiem|kho bac|ngan hang|cong ty|bao |dai |"
    r"hoi |dang uy|dac khu|to \d|to chuc|ap |thon |khom )"
)
_PLAIN = re.compile(
    r"^(?:sheet|trang|trang tinh|bang|table|data|du lieu|ds|danh sach|ds dv|dsdv|danh sach doan vien|csv|tong hop|"
    r"chinh thuc|bo sung|dot)?[\s_-]*\d*$"
)
_LISTED = re.compile(r"^(?:ds|danh sách|danh sach)\s+(?:đv\s+|đoàn viên\s+)?", re.IGNORECASE)
_CUT = 31  # characters of a sheet's name, which a spreadsheet does not exceed


def section_of(row: Cells, filled: list[tuple[int, str]], at: Headings) -> str:
    """The unit that a row of its own announces ("II. Chi đoàn Sở Nội vụ (12 đồng chí)"); empty where it does not."""
    place, cell = filled[0]
    if len(filled) != 1 or (place in at.used and place not in at.names):
        return ""  # a lonely phone or code is somebody whose name is missing
    mark = row[at.number].strip() if at.number is not None and at.number < len(row) else ""
    title = clean_line(_NUMBER_BEHIND.sub("", _MARK.sub("", cell)))
    marked = bool(_MARK.match(cell) and not cell[:1].isdigit()) or bool(_ROMAN.fullmatch(mark))
    if not 0 < len(title) <= 120 or (place in at.names and _is_somebody(title, mark)):
        return ""
    return title if _UNIT.match(fold(title) + " ") or (marked and place not in at.names) else ""


def _is_somebody(title: str, mark: str) -> bool:
    """Whether "Đoàn Trường Giang" in the column of names is a person: Đoàn is a family's name too."""
    words = title.split()
    if fold(title).startswith("doan "):
        return mark.isdecimal() or len(words) <= 3 or (len(words) == 4 and title.istitle())
    return mark.isdecimal() and not fold(title).startswith(("chi doan", "lien chi", "phan doan"))


def is_end(row: Cells, filled: list[tuple[int, str]], at: Headings) -> bool:
    """Whether a row is a sum or a signature, and so are those below it."""
    if _TOTAL.match(clean_line(filled[0][1]).casefold()):
        return True
    return len(filled) <= 3 and any(is_signature(cell) for _at, cell in filled) and not _is_entry(row, filled, at)


def is_title(cell: str) -> bool:
    """Whether the column of numbers holds words: a title or a sum that is merged over the whole row."""
    return not isinstance(cell, Odd) and any(map(str.isalpha, cell)) and not _ROMAN.fullmatch(cell)


def is_signature(cell: str) -> bool:
    """Whether this stands below a list: who made it, where and when, in whose name."""
    return _SIGNED.search(fold(cell).strip()) is not None


def _is_entry(row: Cells, filled: list[tuple[int, str]], at: Headings) -> bool:
    """A name with a number, a unit, a code or a phone is somebody, although the last column says "Bí thư"."""
    named = any(place in at.names for place, _cell in filled)
    numbered = at.number is not None and at.number < len(row) and row[at.number].isdecimal()
    return named and (numbered or any(place in at.used and place not in at.names for place, _cell in filled))


def unit_of_sheet(sheet: Sheet, first: int, *, several: bool) -> tuple[str, ...]:
    """The unit that a sheet's name (or a file's, if that alone is there) stands for; the title above may have it in full."""
    name = _LISTED.sub("", clean_line(sheet.name.replace("_", " ")))
    folded = fold(name)
    if _PLAIN.match(folded) or not any(map(str.isalpha, name)):
        return ()
    if not (several or _UNIT.match(folded + " ")):
        return ()
    return path(_in_full(sheet, name, first))


def _in_full(sheet: Sheet, name: str, first: int) -> str:
    if len(sheet.name) < _CUT:
        return name
    for row in sheet.rows[:first]:
        for cell in row:
            at = spelled(cell).find(spelled(name))
            if at >= 0:
                words = clean_line(cell).split()
                return " ".join(words[len(spelled(cell)[:at].split()) :])
    return name
