"""Which column of a table is what, by the words over it, in Vietnamese and English; Google Forms and Slido too."""

from __future__ import annotations

import re
from dataclasses import dataclass
from dataclasses import field

from survey.core.cells import title_of

LOOKED_AT = 25  # rows in which the headings may stand, below titles, dates and letterheads
TEXT = ("noi dung", "noi dung cau hoi", "cau hoi", "noi dung y kien", "y kien", "kien nghi", "noi dung kien nghi",
        "y kien kien nghi", "noi dung y kien kien nghi", "cau hoi kien nghi", "noi dung cau hoi kien nghi",
        "tam tu nguyen vong", "de xuat", "de xuat kien nghi", "noi dung de xuat", "noi dung phan anh", "hien ke",
        "question", "questions", "question text", "text", "body", "content", "opinion", "idea", "message")  # fmt: skip
TOPIC = ("chu de", "nhom", "nhom van de", "linh vuc", "van de", "nhom chu de", "topic", "topics", "category", "label",
         "labels", "tag", "tags")  # fmt: skip
UNIT = ("don vi", "chi doan", "don vi chi doan", "don vi co y kien", "don vi chi doan co y kien", "chi doan co y kien",
        "doan co so", "co quan", "co quan don vi", "phong ban", "noi cong tac", "don vi cong tac", "don vi gui", "unit",
        "branch", "department", "organisation", "organization")  # fmt: skip
COUNT = ("luot ung ho", "so luot ung ho", "ung ho", "nguoi ung ho", "so nguoi ung ho", "so luot", "luot thich",
         "so phieu", "luot binh chon", "upvotes", "votes", "supporters", "likes", "number of upvotes", "vote count",
         "count", "score")  # fmt: skip
ANSWERED = ("da tra loi", "trang thai", "tinh trang", "tinh trang tra loi", "da giai dap", "answered", "is answered",
            "status", "state")  # fmt: skip
NOTE = ("noi dung tra loi", "tra loi", "noi dung tra loi tiep thu", "tiep thu giai trinh", "giai trinh", "y chinh",
        "ghi chu tra loi", "cau tra loi", "answer", "answer note", "note")  # fmt: skip
TIME = ("timestamp", "dau thoi gian", "thoi gian", "ngay gio", "submission time", "created at", "date", "time")
PERSON = ("ho ten", "ho va ten", "ten", "email", "dia chi email", "email address", "so dien thoai", "dien thoai", "name",
          "author", "username", "phone", "nguoi gui", "nguoi hoi", "chuc vu")  # fmt: skip
_ASKS = re.compile(r"\b(hoi|kien nghi|y kien|de xuat|gop y|mong muon|nguyen vong|question|ask|suggest|idea|opinion)\b")


@dataclass(frozen=True, slots=True)
class Columns:
    """Where what stands. Several `text` columns (a form with several questions) give a question each."""

    first: int  # the first row below the headings
    text: tuple[int, ...]
    topic: int | None = None
    unit: int | None = None
    count: int | None = None
    answered: int | None = None
    note: int | None = None
    left_out: tuple[str, ...] = field(default=())

    @staticmethod
    def cell(row: list[str], at: int | None) -> str:
        """The cell, empty where the row is shorter or there is no such column."""
        return row[at] if at is not None and at < len(row) else ""


def find_columns(rows: list[list[str]]) -> Columns | None:
    """The columns of a table: by its headings, as a form's export, or as one column of nothing but questions."""
    weak: Columns | None = None
    for at, row in enumerate(rows[:LOOKED_AT]):
        titles = [title_of(cell) for cell in row]
        text = _one_of(titles, TEXT)
        if text is None and titles and titles[0] in TIME and sum(map(bool, titles)) > 1:
            return _form(rows, at, titles)
        if text is not None and _headings(titles) > 1:
            return _named(row, at, titles, text)
        if text is not None and sum(map(bool, titles)) == 1:  # "Questions" alone may be a title over the table
            weak = weak or _named(row, at, titles, text)
    return weak or _bare(rows)


def _one_of(titles: list[str], names: tuple[str, ...]) -> int | None:
    """The column with the best of these names; their order is their rank."""
    return next((titles.index(name) for name in names if name in titles), None)


def _headings(titles: list[str]) -> int:
    """How many cells of a row are headings that we know."""
    known = {*TEXT, *TOPIC, *UNIT, *COUNT, *ANSWERED, *NOTE, *TIME, *PERSON, "tt", "stt", "so", "id", "no"}
    return sum(title in known for title in titles)


def _named(row: list[str], at: int, titles: list[str], text: int) -> Columns:
    places = {
        "topic": _one_of(titles, TOPIC), "unit": _one_of(titles, UNIT), "count": _one_of(titles, COUNT),
        "answered": _one_of(titles, ANSWERED), "note": _one_of(titles, NOTE),
    }  # fmt: skip
    taken = {text, *places.values()}
    rest = tuple(cell for place, cell in enumerate(row) if cell and place not in taken)
    return Columns(at + 1, (text,), left_out=rest, **places)


def _form(rows: list[list[str]], at: int, titles: list[str]) -> Columns | None:
    """An export of Google Forms: the first column is the time, the headings are the form's own questions."""
    below = rows[at + 1 :]
    topic = next((i for i, t in enumerate(titles) if t in TOPIC or re.search(r"\b(chu de|linh vuc|topic)\b", t)), None)
    unit = next((i for i, t in enumerate(titles) if t in UNIT or re.search(r"\b(don vi|chi doan|co quan)\b", t)), None)
    free = [i for i, title in enumerate(titles) if i and title and i not in {topic, unit} and not _personal(title)]
    text = [i for i in free if _asks(titles[i], [Columns.cell(row, i) for row in below])]
    if not text and free:
        text = [max(free, key=lambda i: sum(len(Columns.cell(row, i)) for row in below))]
    if not text:
        return None
    taken = {topic, unit, *text}
    rest = tuple(cell for place, cell in enumerate(rows[at]) if cell and place not in taken)
    return Columns(at + 1, tuple(text), topic=topic, unit=unit, left_out=rest)


def _personal(title: str) -> bool:
    return (
        title in PERSON or re.search(r"\b(email|ho va ten|ho ten|dien thoai|phone|tuoi|gioi tinh)\b", title) is not None
    )


def _asks(title: str, cells: list[str]) -> bool:
    """Whether a form's column holds what people wrote: long answers, or a heading that asks for them."""
    filled = [cell for cell in cells if cell]
    if not filled:
        return False
    average = sum(map(len, filled)) / len(filled)
    chosen = len(filled) > 5 and len(set(filled)) <= len(filled) // 3  # a few answers again and again: a choice
    return not chosen and (average >= 40 or (average >= 12 and _ASKS.search(title) is not None))


def _bare(rows: list[list[str]]) -> Columns | None:
    """A table of one column without a heading: every row is a question."""
    filled = [[i for i, cell in enumerate(row) if cell] for row in rows if any(row)]
    if filled and all(len(places) == 1 and places == filled[0] for places in filled):
        return Columns(0, (filled[0][0],))
    return None
