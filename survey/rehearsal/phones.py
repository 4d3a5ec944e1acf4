"""How many phones were tried in a rehearsal. A rehearsal leaves nothing behind it, so afterwards this is known in memory only."""

from __future__ import annotations

from sqlalchemy.orm import Session

from survey.core.common import COMMON
from survey.core.common import Table
from survey.dialogues.models import Dialogue
from survey.rehearsal.models import Rehearsal

_last: Table[int] = Table(COMMON, "rehearsed", most=200)  # dialogue -> phones of the rehearsal that ended last


def here(session: Session, dialogue: Dialogue) -> int | None:
    """Ballots beside the test ballots; of the last rehearsal where none is under way. None: none is known."""
    if not dialogue.rehearsal:
        return _last.agree(dialogue.id, lambda known: known)
    found = session.get(Rehearsal, dialogue.id)
    return max(dialogue.ballots - int(found.kept.get("people", 0)), 0) if found else None


def keep(session: Session, dialogue: Dialogue) -> None:
    """Remember the number; call it before a rehearsal ends."""
    number = here(session, dialogue)
    if number is not None:
        _last.agree(dialogue.id, lambda _before: number)


def real_entry(session: Session, dialogue: Dialogue) -> str:
    """How people get in on the day, also while a rehearsal lets them in by the code."""
    found = session.get(Rehearsal, dialogue.id) if dialogue.rehearsal else None
    return str(found.kept["dialogue"]["entry"]) if found else dialogue.entry
