"""Where a questionnaire stands, and when it takes responses."""

from __future__ import annotations

from enum import StrEnum

from survey.dialogues import state as dialogue_state


class State(StrEnum):
    """Being built, taking responses, or over."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"


DIALOGUE_TAKES = frozenset({dialogue_state.State.COLLECTING, dialogue_state.State.LIVE})


def takes(questionnaire: str, dialogue: str) -> bool:
    """Whether responses are taken: the questionnaire is open and so is the dialogue."""
    return questionnaire == State.OPEN and dialogue in DIALOGUE_TAKES
