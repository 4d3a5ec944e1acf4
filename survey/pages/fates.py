"""What became of questions, for the phones that asked them or stood behind them: only what everybody may read."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Session

from survey.dialogues.models import Dialogue
from survey.dialogues.state import OVER
from survey.followups import recommended
from survey.followups.recommended import Recommended


def of(session: Session, dialogue: Dialogue) -> Mapping[str, list[Recommended]]:
    """The published recommendations by the question behind them; none before the hall is over, and of a rehearsal."""
    found: dict[str, list[Recommended]] = {}
    if dialogue.state in OVER and not dialogue.rehearsal:
        for one in recommended.of_dialogue(session, dialogue.id, published=True):
            for source in one.questions:
                found.setdefault(source.id, []).append(one)
    return found
