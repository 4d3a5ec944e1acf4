"""The one table of a recommendation's states: what leads where, and what the public is told. Overdue is never stored.

States: docs of dialogues count received, answered on the spot, handed on; between them stands whoever works on it.
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from survey.core.errors import NotNow
from survey.core.text import N_


class State(StrEnum):
    """Where a recommendation stands."""

    NEW = "new"  # Mới
    RECEIVED = "received"  # Đã tiếp nhận
    ASSIGNED = "assigned"  # Đã giao
    WORKING = "working"  # Đang giải quyết
    ANSWERED = "answered"  # Đã trả lời
    SOLVED = "solved"  # Đã giải quyết
    PASSED_UP = "passed_up"  # Chuyển cấp trên, with a reason
    REFUSED = "refused"  # Không chấp nhận, with a reason


NAMES = {
    State.NEW: N_("Mới"),
    State.RECEIVED: N_("Đã tiếp nhận"),
    State.ASSIGNED: N_("Đã giao"),
    State.WORKING: N_("Đang giải quyết"),
    State.ANSWERED: N_("Đã trả lời"),
    State.SOLVED: N_("Đã giải quyết"),
    State.PASSED_UP: N_("Chuyển cấp trên"),
    State.REFUSED: N_("Không chấp nhận"),
}
OPEN = frozenset({State.NEW, State.RECEIVED, State.ASSIGNED, State.WORKING})
DONE = frozenset(State) - OPEN  # nothing is owed any more
REASONED = frozenset({State.PASSED_UP, State.REFUSED})  # the public reads why
ANSWERING = frozenset({State.ANSWERED, State.SOLVED})  # the public reads the answer
BY_UNIT = frozenset({State.RECEIVED, State.WORKING, *DONE})  # what a unit may report of itself
_WORK = {State.RECEIVED, State.ASSIGNED, State.WORKING, *DONE}
# Back to an earlier one is a correction and stands in the history like every other step.
STEPS: dict[State, frozenset[State]] = {state: frozenset(_WORK - {state}) for state in State}


def check_step(before: str, after: str) -> None:
    """Raise `NotNow` where the table has no such step; staying where one is, is none."""
    if before != after and State(after) not in STEPS[State(before)]:
        raise NotNow(N_("Kiến nghị không chuyển được sang trạng thái này. Hãy tải lại trang."))


def is_overdue(state: str, due: dt.date | None, today: dt.date) -> bool:
    """Whether the day has passed and something is still owed (*Quá hạn*)."""
    return due is not None and due < today and State(state) in OPEN
