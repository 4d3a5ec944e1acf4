"""What is erased is gone from threads as well: an idea with all that was written under it, or a name wherever it stands."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Collection
from contextlib import suppress

from sqlalchemy import delete
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core.bus import FORGET
from survey.core.db import announce
from survey.core.errors import NotFound
from survey.core.errors import NotNow
from survey.core.text import N_
from survey.dialogues.service import load
from survey.dialogues.service import touch
from survey.followups import recommendations
from survey.followups.ideas_state import GONE
from survey.followups.ideas_state import State
from survey.followups.models_ideas import Message
from survey.followups.models_ideas import Thread
from survey.followups.service import note

Change = Callable[[str], str]
BY_ITSELF = "auto"  # nobody of the office did it
_TEXTS = ("body", "name", "signing", "taken_text", "taken_note")


def rewrite(session: Session, question_ids: Collection[str], change: Change) -> None:
    """A question is erased or a name in it covered: the same happens to what was written after its answer."""
    threads = session.scalars(select(Thread).where(Thread.question_id.in_(list(question_ids)))).all()
    for thread in threads:
        _change(session, thread, change)
        if not change("."):
            _empty(session, thread, "")


def erase(session: Session, dialogue_id: str, thread_id: str, *, actor: str, reason: str) -> None:
    """Overwrite an idea and its messages; `reason` is a sentence its asker reads. The files are to be written anew.

    A recommendation that was made of it keeps its own text: the office wrote that. Erasing again changes nothing.
    Raises `NotFound`.
    """
    dialogue, thread = load(session, dialogue_id), session.get(Thread, thread_id)
    if thread is None or thread.dialogue_id != dialogue_id or thread.waits:
        raise NotFound(N_("Không còn ý tưởng này."))
    if thread.state == State.ERASED:
        return
    public = thread.taken
    _empty(session, thread, reason)
    note(session, dialogue_id, "idea_erase", actor=actor)
    dialogue.unscrubbed = True
    session.flush()
    announce(session, FORGET + dialogue_id)
    touch(session, dialogue_id, public=public)


def take_back(session: Session, thread: Thread) -> None:
    """Empty a thread that its asker took back. Nothing is taken back that was taken up before, see `ideas.withdraw`.

    So whatever was taken up or recommended of it came afterwards and gives way: everybody reads it no more. The office keeps
    the recommendation with its own words, and is told on the thread's page to look at it.
    """
    if thread.state in GONE:
        session.execute(delete(Message).where(Message.thread_id == thread.id, Message.body == ""))
        return
    public = thread.taken
    _empty(session, thread, "", State.WITHDRAWN)
    if thread.recommendation_id:
        with suppress(NotNow):  # put away with the dialogue
            recommendations.publish(session, thread.recommendation_id, False, actor=BY_ITSELF)
    if public:
        touch(session, thread.dialogue_id, public=True)


def _change(session: Session, thread: Thread, change: Change) -> None:
    for name in _TEXTS:
        text = getattr(thread, name)
        setattr(thread, name, change(text) if text else "")
    for message in session.scalars(select(Message).where(Message.thread_id == thread.id)):
        message.body = change(message.body)
    session.flush()


def _empty(session: Session, thread: Thread, reason: str, state: State = State.ERASED) -> None:
    for message in session.scalars(select(Message).where(Message.thread_id == thread.id)):
        message.body = ""  # overwritten before it goes
    for name in _TEXTS:
        setattr(thread, name, "")
    session.flush()
    session.execute(delete(Message).where(Message.thread_id == thread.id))
    thread.state, thread.reason, thread.taken = state, reason, False
    session.flush()
