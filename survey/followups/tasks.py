"""What a unit has to do and what it says of it, as plain frozen rows. Nothing here reads a table."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from dataclasses import field

from survey.core.ids import digest
from survey.followups.models_recommendations import Recommendation
from survey.followups.recommended import File
from survey.followups.recommended import Recommended
from survey.followups.steps import BY_UNIT
from survey.followups.steps import OPEN
from survey.followups.steps import REASONED
from survey.followups.steps import State

WAITING, APPROVED, RETURNED, REPLACED = "", "approved", "returned", "replaced"


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of one recommendation, as it was typed; `seen` marks what stood there when it was."""

    state: str = ""
    text: str = ""
    document: str = ""
    day: str = ""
    seen: str = ""

    @property
    def mark(self) -> str:
        """What stands for this on somebody's screen, so that nobody overwrites what they have not read."""
        return digest(f"{self.state}\x1f{self.text}\x1f{self.document}\x1f{self.day}").hex()[:8]


@dataclass(frozen=True, slots=True)
class Reported:
    """One report of a unit."""

    id: str
    recommendation_id: str
    unit_id: str
    unit: str
    state: str
    text: str
    document: str
    document_date: dt.date | None
    at: dt.datetime
    actor: str
    via: str
    decision: str
    remark: str
    files: tuple[File, ...]

    @property
    def said(self) -> Said:
        """As a form shows it."""
        return Said(self.state, self.text, self.document, day_of(self.document_date))


@dataclass(frozen=True, slots=True)
class Task:
    """A recommendation as its unit sees it; `report` is its latest, if that one waits or came back."""

    one: Recommended
    report: Reported | None

    @property
    def stands(self) -> Said:
        """What the boxes show before anybody types."""
        return self.report.said if self.report else standing(self.one)

    @property
    def is_new(self) -> bool:
        """Whether the unit has not said anything yet."""
        return self.report is None and self.one.state in {State.NEW, State.ASSIGNED}


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that a report changes: `before` and `after` as they are read, `what` a key of the page."""

    what: str  # state, text, reason, document, day
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """A report that the office decides on, beside what stands."""

    report: Reported
    one: Recommended
    changes: tuple[Change, ...]

    @property
    def moved(self) -> bool:
        """Whether another unit leads by now."""
        return self.one.unit_id != self.report.unit_id

    @property
    def stood(self) -> str:
        """The mark of what is shown beside it."""
        return stood(self.one)


@dataclass(slots=True)
class UnitTasks:
    """What one unit has to do, in figures and in full."""

    unit_id: str
    name: str
    linked: bool = False
    tasks: list[Task] = field(default_factory=list)

    @property
    def owed(self) -> int:
        """How many are still open."""
        return sum(task.one.state in OPEN for task in self.tasks)

    @property
    def overdue(self) -> int:
        """How many of them late."""
        return sum(task.one.overdue for task in self.tasks)

    @property
    def waiting(self) -> int:
        """How many reports wait for the office."""
        return sum(task.report is not None and task.report.decision == WAITING for task in self.tasks)


def day_of(day: dt.date | None) -> str:
    """A day as forms and sheets show it."""
    return f"{day.day}/{day.month}/{day.year}" if day else ""


def stood(one: Recommended | Recommendation) -> str:
    """What stands for a recommendation on the office's screen, so that no report is approved over what nobody read there."""
    parts = (one.unit_id or "", one.state, one.reason, one.answer, one.document, day_of(one.document_date))
    return digest("\x1f".join(parts)).hex()[:16]


def standing(one: Recommended) -> Said:
    """What the office has approved so far, as a form of the unit shows it."""
    state = one.state if one.state in BY_UNIT else ""
    text = one.reason if one.state in REASONED else one.answer
    return Said(state, text, one.document, day_of(one.document_date))


def changes(one: Recommended, report: Reported) -> tuple[Change, ...]:
    """What approving this report would change; empty where it says what stands."""
    text, before = ("reason", one.reason) if report.state in REASONED else ("text", one.answer)
    pairs = (
        Change("state", one.state, report.state), Change(text, before, report.text),
        Change("document", one.document, report.document),
        Change("day", day_of(one.document_date), day_of(report.document_date)),
    )  # fmt: skip
    # What a report leaves empty stays as it is.
    return tuple(it for it in pairs if it.after and it.before != it.after)
