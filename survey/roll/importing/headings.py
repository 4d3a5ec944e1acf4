"""Which column of a list of people is what, by the words over it, in one row of headings or two."""

from __future__ import annotations

import re
from dataclasses import dataclass
from dataclasses import replace

from survey.core.cells import Cells
from survey.core.cells import title_of

LOOKED_AT = 25  # rows in which the headings may stand, below titles, dates and letterheads
CODE = ("ma doan vien", "ma dv", "ma the", "so the doan vien", "so the doan", "so the", "ma can bo", "ma cb", "ma cbcc",
        "ma cbccvc", "ma nhan vien", "ma nv", "ma sinh vien", "ma hoc sinh", "mssv", "mshs", "msv", "ma so can bo",
        "so hieu can bo", "so hieu", "ma dai bieu", "ma so", "ma", "member code", "code", "id")  # fmt: skip
NAME = ("ho va ten", "ho ten", "ho va ten doan vien", "ho ten doan vien", "ho va ten can bo", "ho ten can bo",
        "ho va ten khai sinh", "ho ten khai sinh", "ho va ten thanh nien", "ho ten thanh nien", "ho va ten dai bieu",
        "ho ten dai bieu", "ho va ten doan vien thanh nien", "ho chu dem va ten", "ho dem va ten", "ho dem ten",
        "ho ten dem", "ten doan vien", "ten can bo", "ten day du", "full name", "fullname", "name")  # fmt: skip
FAMILY = ("ho va ten dem", "ho ten dem", "ho va chu dem", "ho chu dem", "ho va dem", "ho dem", "ho va ten lot",
          "ho va lot", "ho lot", "ho", "last name", "surname", "family name")  # fmt: skip
GIVEN = ("ten", "ten goi", "first name", "given name")
SUPERIOR = ("don vi cap tren", "doan cap tren", "cap tren", "cap tren truc tiep", "don vi chu quan", "co quan chu quan",
            "don vi quan ly", "truc thuoc", "don vi truc thuoc", "doan co so", "doan truc thuoc", "huyen doan",
            "doan xa phuong", "superior", "parent unit", "parent")  # fmt: skip
UNIT = ("don vi", "ten don vi", "don vi cong tac", "don vi sinh hoat", "co quan don vi", "don vi co quan", "co quan",
        "co quan cong tac", "noi cong tac", "noi lam viec", "don vi chi doan", "chi doan don vi", "unit",
        "organisation", "organization", "department")  # fmt: skip
BRANCH = ("chi doan", "ten chi doan", "chi doan sinh hoat", "sinh hoat tai chi doan", "chi doan co so", "phan doan",
          "lop", "branch")  # fmt: skip
OFFICE = ("phong ban", "phong ban don vi", "phong ban cong tac", "phong", "ban", "khoa phong", "phong khoa", "khoa",
          "bo phan", "to", "office", "division", "team")  # fmt: skip
PHONE = ("so dien thoai", "sdt", "dien thoai", "so dt", "dt", "dien thoai di dong", "so dien thoai di dong", "di dong",
         "so di dong", "dtdd", "sdt di dong", "so dien thoai lien he", "dien thoai lien he", "sdt lien he", "so zalo",
         "sdt zalo", "zalo", "phone number", "phone", "mobile", "tel", "telephone")  # fmt: skip
EMAIL = ("email", "e mail", "dia chi email", "dia chi e mail", "thu dien tu", "dia chi thu dien tu", "email cong vu",
         "thu dien tu cong vu", "hop thu", "gmail", "mail", "email address")  # fmt: skip
NUMBER = ("stt", "tt", "so tt", "so thu tu", "no", "so")
NAMES = {
    "code": CODE, "name": NAME, "family": FAMILY, "given": GIVEN, "superior": SUPERIOR, "unit": UNIT, "branch": BRANCH,
    "office": OFFICE, "phone": PHONE, "email": EMAIL, "number": NUMBER,
}  # fmt: skip
_KNOWN = frozenset(name for names in NAMES.values() for name in names)
_STRONG = _KNOWN - {"ho", "ten", "to", "ban", "phong", "lop", "khoa", "so", "no", "ma", "id", "dt"}
_COUNTED = re.compile(r"\(?\d{1,2}\)?|\(?[A-Za-z]\)?|\[\d{1,2}\]")


@dataclass(frozen=True, slots=True)
class Headings:
    """Where what stands; `names` are one column or two, `units` go from the superior one down."""

    first: int  # the first row below the headings
    names: tuple[int, ...]
    units: tuple[int, ...] = ()
    code: int | None = None
    phone: int | None = None
    email: int | None = None
    number: int | None = None
    titles: tuple[str, ...] = ()  # folded, to know the headings again further down
    left_out: tuple[str, ...] = ()

    @property
    def used(self) -> tuple[int, ...]:
        """The columns that are read, apart from the row's number."""
        return (*self.names, *self.units, *(at for at in (self.code, self.phone, self.email) if at is not None))


def find_headings(rows: list[Cells]) -> Headings | None:
    """The columns of a list of people; None where no row names a column for names."""
    for at, row in enumerate(rows[:LOOKED_AT]):
        titles = [title_of(cell) for cell in row]
        if not _is_heading(titles):
            continue
        below = [title_of(cell) for cell in rows[at + 1]] if at + 1 < len(rows) else []
        two = _is_second(titles, below)
        cells = _joined(row, rows[at + 1]) if two else list(row)
        return _beside(_named(cells, at + 1 + two), rows)
    return None


def knows(rows: list[Cells]) -> bool:
    """Whether these rows have headings of a list of people."""
    return find_headings(rows) is not None


def _is_heading(titles: list[str]) -> bool:
    known = sum(title in _KNOWN for title in titles)
    named = _place(titles, NAME) is not None
    split = _place(titles, GIVEN) is not None and (known > 2 or _place(titles, FAMILY) is not None)
    return (named and (known > 1 or sum(map(bool, titles)) == 1)) or split


def _is_second(titles: list[str], below: list[str]) -> bool:
    """Whether the next row splits these headings further: "Họ và tên" into "Họ đệm" and "Tên"."""
    pairs = [(titles[at] if at < len(titles) else "", title) for at, title in enumerate(below) if title]
    finer = [title for above, title in pairs if title in _KNOWN and title != above]
    rest = [title for above, title in pairs if title not in _KNOWN and title != above and not title.isdecimal()]
    return bool(finer) and len(rest) <= len(finer) and (len(finer) > 1 or finer[0] in _STRONG)


def _joined(above: Cells, below: Cells) -> Cells:
    width = max(len(above), len(below))
    top, low = ([*row, *[""] * (width - len(row))] for row in (above, below))
    return [second or first for first, second in zip(top, low, strict=True)]


def _named(cells: Cells, first: int) -> Headings:
    titles = [title_of(cell) for cell in cells]
    at = {kind: _place(titles, names) for kind, names in NAMES.items()}
    pair = [at["family"], at["given"]]
    names = pair if None not in pair and pair[0] != pair[1] else [at["name"] if at["name"] is not None else at["given"]]
    lowest = at["branch"] if at["branch"] is not None else at["office"]
    units = [place for place in (at["superior"], at["unit"], lowest) if place is not None]
    single = {kind: at[kind] for kind in ("code", "phone", "email", "number")}
    taken = {*names, *units, *single.values()}
    left = tuple(" ".join(cell.split())[:60] for place, cell in enumerate(cells) if cell and place not in taken)
    whole = tuple(place for place in names if place is not None)
    return Headings(first, whole, tuple(units), titles=tuple(titles), left_out=left, **single)


def _place(titles: list[str], names: tuple[str, ...]) -> int | None:
    """The column with the best of these names; their order is their rank."""
    return next((titles.index(name) for name in names if name in titles), None)


def _beside(found: Headings, rows: list[Cells]) -> Headings:
    """One heading over two columns: the given name stands in the next one, which has no heading of its own."""
    if len(found.names) == 1:
        at = found.names[0]
        unnamed = at + 1 >= len(found.titles) or not found.titles[at + 1]
        below = [row for row in rows[found.first : found.first + 200] if at < len(row) and row[at]]
        short = [row[at + 1] for row in below if at + 1 < len(row) and _is_given(row[at + 1])]
        if unnamed and below and len(short) * 10 >= len(below) * 6:
            found = replace(found, names=(at, at + 1))
    return replace(found, first=found.first + _counted(found, rows))


def _is_given(cell: str) -> bool:
    return 0 < len(cell) <= 20 and len(cell.split()) <= 2 and all(word.isalpha() for word in cell.split())


def _counted(found: Headings, rows: list[Cells]) -> int:
    """1 where the row below the headings only numbers the columns: (1) (2) (3), or A B 1 2."""
    filled = [cell for cell in rows[found.first] if cell] if found.first < len(rows) else []
    return int(len(filled) > 2 and all(_COUNTED.fullmatch(cell) for cell in filled))
