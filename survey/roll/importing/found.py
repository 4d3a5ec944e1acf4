"""What a file holds for us: people, doubts, and what was passed over."""

from __future__ import annotations

import time
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from typing import TypeVar

T = TypeVar("T")
BREATH = 100  # rows between two turns of everybody else, a few thousandths of a second
Path = tuple[str, ...]  # of a unit, from the top down


@dataclass(slots=True)
class Row:
    """Somebody as they stand in the file; `paths` are their units, the main one first."""

    sheet: str
    number: int
    name: str
    code: str = ""
    paths: list[Path] = field(default_factory=list)
    email: str = ""
    phone: str = ""


@dataclass(slots=True)
class Complaint:
    """What is wrong with a row. `lost` rows are left out, the others come in as the sentence says."""

    sheet: str
    row: int
    message: str
    value: str = ""
    lost: bool = True
    says: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Reading:
    """All that a file holds for us; `notes` are sentences about a whole sheet."""

    rows: list[Row] = field(default_factory=list)
    sheets: list[str] = field(default_factory=list)
    complaints: list[Complaint] = field(default_factory=list)
    notes: list[Complaint] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)  # headings of columns that are not taken
    passed: list[Complaint] = field(
        default_factory=list
    )  # rows that are no people: titles among them, sums, signatures
    coded: bool = False  # whether there is a column of codes at all
    rewritten: int = 0  # names whose capitals, accents or blanks were put in order

    def doubt(
        self, row: Row, message: str, value: str = "", says: dict[str, str] | None = None, *, lost: bool = False
    ) -> None:
        """Say something about a row."""
        self.complaints.append(Complaint(row.sheet, row.number, message, value[:80], lost, says or {}))

    def sorted(self, *, lost: bool) -> list[Complaint]:
        """What is left out, or what comes in with a doubt, as it stands in the file."""
        order = {name: place for place, name in enumerate(self.sheets)}
        return sorted((one for one in self.complaints if one.lost == lost), key=lambda one: (order[one.sheet], one.row))


def lots(rows: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """The rows, so many at a time."""
    return (rows[start : start + size] for start in range(0, len(rows), size))


def unhurried(rows: Iterable[T]) -> Iterator[T]:
    """The rows; in the serving process the streams have their turn in between."""
    for number, row in enumerate(rows):
        if number % BREATH == 0:
            time.sleep(0)
        yield row
