"""What was read from a file: items with the row where each stands, and a sentence for each thing that is not as it was."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from typing import Any


@dataclass(frozen=True, slots=True)
class Complaint:
    """One row and what is wrong with it. `lost`: what stands there does not come in; else it comes in otherwise."""

    sheet: str
    row: int
    message: str
    value: str = ""
    lost: bool = False
    says: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Draft:
    """An item as the file says it. `names`: the file's names of its options, rows or parts, and their ids."""

    sheet: str
    row: int
    id: str
    kind: str
    label: str
    help: str = ""
    required: bool = False
    settings: dict[str, Any] = field(default_factory=dict)
    shown_if: dict[str, Any] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    asked_if: list[str] = field(default_factory=list)  # expressions that all must hold, its groups' first
    identifying: bool = False


@dataclass(slots=True)
class Reading:
    """A file that was read."""

    title: str = ""
    intro: str = ""
    editable: bool = True
    results_shown: bool = False
    rows_announced: bool = False
    opens_at: dt.datetime | None = None
    closes_at: dt.datetime | None = None
    items: list[Draft] = field(default_factory=list)
    complaints: list[Complaint] = field(default_factory=list)

    def lose(self, sheet: str, row: int, message: str, value: str = "", **says: Any) -> None:
        """Something does not come in."""
        self._say(Complaint(sheet, row, message, value[:200], lost=True, says=says))

    def doubt(self, sheet: str, row: int, message: str, value: str = "", **says: Any) -> None:
        """Something comes in otherwise than it stood there."""
        self._say(Complaint(sheet, row, message, value[:200], says=says))

    def _say(self, complaint: Complaint) -> None:
        if complaint not in self.complaints[-20:]:
            self.complaints.append(complaint)
