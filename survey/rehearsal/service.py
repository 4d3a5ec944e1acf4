"""A rehearsal: fill a dialogue with test ballots, questions and votes, and wipe all of it, whatever came on top.

It lets everybody in by the code alone, so no card is spent, no roll is frozen and no personal link is bound by it.
"""

from __future__ import annotations

from sqlalchemy import exists
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core.errors import Invalid
from survey.core.errors import NotNow
from survey.core.keys import KeyStore
from survey.core.stores import Stores
from survey.core.text import N_
from survey.dialogues import service as dialogues
from survey.dialogues.entry import Entry
from survey.dialogues.models import Dialogue
from survey.dialogues.state import State
from survey.rehearsal import filling
from survey.rehearsal import wiping
from survey.rehearsal.models import Rehearsal
from survey.roll.models import Issue

SIZES = (30, 100, 350)  # test ballots
BEFORE = frozenset({State.DRAFT, State.COLLECTING})


def start(stores: Stores, dialogue_id: str, people: int, *, actor: str) -> None:
    """Begin: so many test ballots, their questions and votes, in a hall that is open.

    Raises `NotNow` for a dialogue that has something real in it or was opened, `Invalid` for another size.
    """
    if people not in SIZES:
        message = N_("Hãy chọn số phiếu thử: 30, 100 hoặc 350.")
        raise Invalid(message, {"people": message})
    with stores.roll.reading() as session:
        if session.scalar(select(exists().where(Issue.dialogue_id == dialogue_id))):
            raise NotNow(
                N_("Đã có người nhận phiếu kín thật, nên không diễn tập ở đây được. Hãy mở kỳ mới để diễn tập.")
            )
    stores.db.write(begin, stores.keys, dialogue_id, people, actor=actor)


def begin(session: Session, keys: KeyStore, dialogue_id: str, people: int, *, actor: str) -> None:
    """`start` in the main database."""
    dialogue = dialogues.load(session, dialogue_id)
    _check(session, dialogue)
    session.add(Rehearsal(dialogue_id=dialogue_id, kept=wiping.kept(session, dialogue) | {"people": people}))
    dialogue.rehearsal, dialogue.entry = True, Entry.OPEN
    session.flush()
    dialogues.move(session, dialogue_id, State.LIVE, actor=actor)
    filling.fill(session, keys, dialogue_id, people)
    dialogues.touch(session, dialogue_id, public=True)


def more(session: Session, keys: KeyStore, dialogue_id: str) -> int:
    """Put some more test questions into the queue, as they come in a hall; their number. Raises `NotNow`."""
    _under_way(session, dialogue_id)
    number = filling.queue(session, keys, dialogue_id)
    dialogues.touch(session, dialogue_id, public=False)
    return number


def end(session: Session, dialogue_id: str) -> None:
    """Wipe everything that came since the beginning; settings, topics, staff and cards stay. Raises `NotNow`."""
    dialogue = _under_way(session, dialogue_id)
    wiping.wipe(session, dialogue, session.get_one(Rehearsal, dialogue_id).kept)
    dialogues.touch(session, dialogue_id, public=True)


def why_not(session: Session, dialogue: Dialogue) -> str | None:
    """Why no rehearsal can begin now, as a sentence; None where it can."""
    if dialogue.state not in BEFORE:
        return N_("Hội trường đã mở nên không diễn tập ở đối thoại này được nữa. Hãy mở kỳ mới để diễn tập.")
    if dialogue.ballots or wiping.filled(session, dialogue.id):
        return N_("Đã có phiếu kín hoặc câu hỏi thật nên không diễn tập ở đây được. Hãy mở kỳ mới để diễn tập.")
    return None


def _check(session: Session, dialogue: Dialogue) -> None:
    if dialogue.rehearsal:
        raise NotNow(N_("Đối thoại này đang diễn tập rồi. Hãy tải lại trang."))
    refusal = why_not(session, dialogue)
    if refusal:
        raise NotNow(refusal)


def _under_way(session: Session, dialogue_id: str) -> Dialogue:
    dialogue = dialogues.load(session, dialogue_id)
    if not dialogue.rehearsal:
        raise NotNow(N_("Diễn tập đã kết thúc. Hãy tải lại trang."))
    return dialogue
