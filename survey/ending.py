"""*Kết thúc*: one act that ends the hall for everybody, and five minutes in which it can be taken back whole.

Until they are over the dialogue stays `live` in its own table of states; members find it closed (`Dialogue.phase`). The
closing itself, and with it the death of the keys that let people in, is `lifecycle`'s, when nothing can be undone any more;
it is dated to the moment of the act. What lies in the ballot box by then was taken in time, and is counted all the same.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core.clock import now
from survey.core.errors import NotNow
from survey.core.ids import new_id
from survey.core.text import N_
from survey.dialogues.models import Dialogue
from survey.dialogues.models import DialogueLog
from survey.dialogues.service import load
from survey.dialogues.service import touch
from survey.dialogues.state import State
from survey.moderation import together

UNDO = dt.timedelta(minutes=5)
ENDING = "ending"  # in the log of steps; no state of a dialogue


def end(session: Session, dialogue_id: str, *, actor: str, moment: dt.datetime | None = None) -> int:
    """Freeze the hall, put what is left in writing, show the closing page; how many questions that were.

    Ending it again changes nothing. Raises `NotNow` unless the hall is open.
    """
    dialogue = load(session, dialogue_id)
    if dialogue.state != State.LIVE:
        raise NotNow(N_("Đối thoại không còn đang diễn ra nên không kết thúc được nữa. Hãy tải lại trang."))
    if dialogue.ending_at is not None:
        return 0
    count = together.put_rest_in_writing(session, dialogue_id, actor=actor)
    dialogue.ending_at, dialogue.ending_by = moment or now(), actor
    dialogue.ending_screen, dialogue.screen = dialogue.screen, "closing"
    _log(session, dialogue, actor, State.LIVE, ENDING, dialogue.ending_at - dt.timedelta(microseconds=1))
    touch(session, dialogue_id, public=True)
    return count


def undo(session: Session, dialogue_id: str, *, actor: str, moment: dt.datetime | None = None) -> int:
    """Everything as it was when the hall was ended; how many questions wait again.

    Undoing what was undone changes nothing. Raises `NotNow` once it is closed, or the five minutes are over.
    """
    dialogue = load(session, dialogue_id)
    ended = dialogue.ending_at
    if dialogue.state != State.LIVE or (ended is not None and is_due(dialogue, moment or now())):
        raise NotNow(N_("Đã quá năm phút nên đối thoại đã khép lại. Ban tổ chức mở lại được ở trang Tổng quan."))
    if ended is None:
        return 0
    count = together.take_rest_back(session, dialogue_id, actor=actor)
    if dialogue.screen == "closing":  # another one was somebody's choice since
        dialogue.screen = dialogue.ending_screen
    _clear(dialogue)
    _log(session, dialogue, actor, ENDING, State.LIVE, moment or now())
    touch(session, dialogue_id, public=True)
    return count


def is_due(dialogue: Dialogue, moment: dt.datetime) -> bool:
    """Whether the hall was ended and that can be undone no more."""
    return dialogue.state == State.LIVE and dialogue.ending_at is not None and dialogue.ending_at + UNDO <= moment


def due(session: Session, moment: dt.datetime) -> list[str]:
    """Ids of the dialogues that are to be closed by now."""
    ended = Dialogue.state == State.LIVE, Dialogue.ending_at <= moment - UNDO
    return list(session.scalars(select(Dialogue.id).where(*ended)))


def settle(session: Session, dialogue_id: str) -> None:
    """The dialogue is closed: its end is a fact, and nothing is kept to take it back."""
    together.forget_rest(session, dialogue_id)
    _clear(load(session, dialogue_id))
    session.flush()


def _clear(dialogue: Dialogue) -> None:
    dialogue.ending_at, dialogue.ending_by, dialogue.ending_screen = None, "", ""


def _log(session: Session, dialogue: Dialogue, actor: str, before: str, after: str, at: dt.datetime) -> None:
    session.add(DialogueLog(id=new_id(), dialogue_id=dialogue.id, at=at, actor=actor, before=before, after=after))
    session.flush()
