"""What the files hold: plain rows with a type for each column. No author, no tie, no time of sending ever gets here."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from dataclasses import field
from typing import Literal

Kind = Literal["text", "int", "share", "mean", "time", "date"]
Cell = str | int | float | dt.datetime | dt.date | None


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `key` for programs, `title` for people, `width` in characters of a spreadsheet."""

    key: str
    title: str
    kind: Kind
    width: int


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars, or lines, over the rows `first` to `last` (counted from 0, both included) of a table."""

    title: str
    labels: str  # key of the column that names the bars
    values: str
    first: int
    last: int
    kind: Literal["bar", "line"] = "bar"
    more: tuple[str, ...] = ()  # keys of further columns that are drawn beside `values`


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet of a file. `notes` are whole sentences that go with the figures wherever they are printed.

    They may speak of `%(count)s`, which is the number of `responses`, and of `%(people)s`, those that figures are made of.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = ()
    charts: tuple[Chart, ...] = field(default=())
    responses: int = 0
    people: int = 0

    def sentences(self) -> list[str]:
        """The notes with their figure, as files print them."""
        return [note % {"count": self.responses, "people": self.people} for note in self.notes]

    def position(self, key: str) -> int:
        """Where the column of this key stands."""
        return next(place for place, column in enumerate(self.columns) if column.key == key)

    def records(self) -> list[dict[str, Cell]]:
        """The rows by the keys of their columns."""
        keys = [column.key for column in self.columns]
        return [dict(zip(keys, row, strict=True)) for row in self.rows]


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that one export prints: what it is, of which dialogue, and its tables."""

    name: str
    title: str
    code: str
    theme: str
    tables: tuple[Table, ...]


SEPARATORS = "[]:*?/\\'"  # what a sheet's name may not hold
LONGEST_SHEET_NAME = 31


def sheet_name(title: str, taken: set[str]) -> str:
    """A name for the sheet that spreadsheets accept and that is not `taken` yet; adds it there."""
    plain = "".join(" " if char in SEPARATORS else char for char in title)
    base = " ".join(plain.split())[:LONGEST_SHEET_NAME].strip() or "Bảng"
    name, count = base, 1
    while name.casefold() in taken:
        count += 1
        tail = f" ({count})"
        name = base[: LONGEST_SHEET_NAME - len(tail)] + tail
    taken.add(name.casefold())
    return name
