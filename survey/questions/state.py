"""The one table of question states: which act leads where, and which permission it takes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from survey.core.errors import NotNow
from survey.core.text import N_


class State(StrEnum):
    """Where a question stands."""

    PENDING = "pending"
    APPROVED = "approved"
    HELD = "held"
    REJECTED = "rejected"
    ANSWERING = "answering"
    ANSWERED = "answered"
    IN_WRITING = "in_writing"
    MERGED = "merged"
    WITHDRAWN = "withdrawn"
    ERASED = "erased"


BOARD = frozenset({State.APPROVED, State.ANSWERING, State.ANSWERED, State.IN_WRITING})
SUPPORTABLE = frozenset({State.APPROVED, State.ANSWERING})
MERGEABLE = frozenset({State.PENDING, State.HELD, State.APPROVED})
GONE = frozenset({State.WITHDRAWN, State.ERASED})
WRITTEN = "merged"  # source of a wording that staff wrote to lead a merge; undoing takes it off the board again
EDITABLE = frozenset({State.PENDING, State.HELD})


@dataclass(frozen=True, slots=True)
class Act:
    """A transition: from any of `sources` to `target`, by whoever holds `permission` ("own" is the asker)."""

    sources: frozenset[State]
    target: State
    permission: str


def _act(target: State, permission: str, *sources: State) -> Act:
    return Act(frozenset(sources), target, permission)


_S = State
ACTS: dict[str, Act] = {
    "approve": _act(_S.APPROVED, "moderate", _S.PENDING, _S.HELD, _S.REJECTED),
    "hold": _act(_S.HELD, "moderate", _S.PENDING, _S.APPROVED),
    "reject": _act(_S.REJECTED, "moderate", _S.PENDING, _S.HELD, _S.APPROVED),
    "channel": _act(_S.REJECTED, "moderate", _S.PENDING, _S.HELD, *sorted(BOARD)),
    "erase": _act(
        _S.ERASED, "erase", *(state for state in _S if state != _S.ERASED)
    ),  # only `moderation.erasing` does it
    "reopen": _act(_S.PENDING, "moderate", _S.APPROVED, _S.HELD, _S.REJECTED),
    "call": _act(_S.ANSWERING, "answer", _S.APPROVED, _S.ANSWERED, _S.IN_WRITING),
    "answer": _act(_S.ANSWERED, "answer", _S.APPROVED, _S.ANSWERING),
    "put_in_writing": _act(_S.IN_WRITING, "answer", _S.APPROVED, _S.ANSWERING),
    "put_back": _act(_S.APPROVED, "answer", _S.ANSWERING, _S.ANSWERED, _S.IN_WRITING),
    "withdraw": _act(_S.WITHDRAWN, "own", _S.PENDING, _S.HELD, _S.APPROVED, _S.MERGED),
}


def target(act: str, state: str) -> State:
    """The state to which `act` leads from `state`; raises `NotNow` where the table has no such step."""
    step = ACTS[act]
    if State(state) not in step.sources:
        raise NotNow(N_("Câu hỏi này vừa đổi trạng thái. Hãy xem lại rồi chọn tiếp."))
    return step.target
