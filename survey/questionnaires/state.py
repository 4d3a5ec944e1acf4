"""Where a questionnaire stands, and when it takes responses."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

from survey.dialogues import entry
from survey.dialogues import state as dialogue_state


class Boxed(entry.Signed, Protocol):
    """A dialogue, with what is known of its ballot box."""

    box_opened: bool


class State(StrEnum):
    """Being built, taking responses, or over."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"


DIALOGUE_TAKES = frozenset({dialogue_state.State.COLLECTING, dialogue_state.State.LIVE})


def takes(questionnaire: str, dialogue: str) -> bool:
    """Whether responses are taken: the questionnaire is open and so is the dialogue."""
    return questionnaire == State.OPEN and dialogue in DIALOGUE_TAKES


def may_lie_sealed(questionnaire: str, dialogue: Boxed) -> bool:
    """Whether answers may lie in the ballot box, which no count knows before the opening has emptied it.

    It was open once, and that is all that may be said: a flag set by the first answer would tell the hour of it.
    """
    before = dialogue.state == dialogue_state.State.DRAFT or dialogue.box_opened
    return questionnaire != State.DRAFT and not before and entry.is_strong(dialogue)
