"""The one table of the life cycle of a dialogue, and what each state allows."""

from __future__ import annotations

from enum import StrEnum

from survey.core.errors import NotNow
from survey.core.text import N_


class State(StrEnum):
    """Where a dialogue stands, from preparation to the last follow-up."""

    DRAFT = "draft"
    COLLECTING = "collecting"
    LIVE = "live"
    CLOSED = "closed"
    CONCLUDED = "concluded"
    FOLLOWING = "following"
    ARCHIVED = "archived"


# (from, to) -> permission
STEPS: dict[tuple[State, State], str] = {
    (State.DRAFT, State.COLLECTING): "manage",
    (State.DRAFT, State.LIVE): "manage",
    (State.COLLECTING, State.LIVE): "open",
    (State.LIVE, State.CLOSED): "open",
    (State.CLOSED, State.LIVE): "open",  # closed by mistake
    (State.CLOSED, State.CONCLUDED): "manage",
    (State.CONCLUDED, State.FOLLOWING): "manage",
    (State.FOLLOWING, State.ARCHIVED): "manage",
    (State.CONCLUDED, State.ARCHIVED): "manage",
}
ENTERABLE = frozenset({State.COLLECTING, State.LIVE})
ASKABLE = frozenset({State.COLLECTING, State.LIVE})
SUPPORTABLE = frozenset({State.COLLECTING, State.LIVE})
OVER = frozenset({State.CLOSED, State.CONCLUDED, State.FOLLOWING, State.ARCHIVED})
UNSEALING = frozenset(State) - {State.DRAFT, State.ARCHIVED}  # what was dropped in time is taken from the ballot box
PUBLIC = frozenset(State) - {State.DRAFT}


def check_step(before: str, after: str) -> str:
    """The permission that the step takes; raises `NotNow` where the table has no such step."""
    permission = STEPS.get((State(before), State(after)))
    if permission is None:
        raise NotNow(N_("Đối thoại không chuyển được sang bước này từ trạng thái hiện tại. Hãy tải lại trang."))
    return permission
