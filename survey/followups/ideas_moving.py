"""Letting go on what waits in the box of ideas, at announced times and never at once, and ending the box.

At noon and at eight in the evening goes what has come if that is of three threads or more; on Monday noon, and when the box
ends, whatever there is. So nobody who watches the desk learns more of anything than the half day, and mostly the week. A
name goes a lot after what it signs: together, they would come beside what the same phone wrote and did not sign.
"""

from __future__ import annotations

import datetime as dt
import logging
import secrets
from typing import TypeVar

from sqlalchemy import ColumnElement
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core.bus import FORGET
from survey.core.db import Database
from survey.core.db import announce
from survey.dialogues.models import Dialogue
from survey.dialogues.service import load
from survey.dialogues.service import touch
from survey.dialogues.state import OVER
from survey.followups import ideas
from survey.followups import ideas_erasing
from survey.followups import ideas_state as rules
from survey.followups.models_ideas import IdeaBox
from survey.followups.models_ideas import Message
from survey.followups.models_ideas import Thread
from survey.room.filling import latest

T = TypeVar("T")
log = logging.getLogger(__name__)


def sweep(db: Database, moment: dt.datetime) -> list[str]:
    """Let everything go on that is due in any dialogue; ids of those whose box is over, so that its key may die.

    What goes wrong with one box holds up no other, nor the death of its key.
    """
    with db.reading() as session:
        open_ = session.scalars(select(IdeaBox.dialogue_id).where(IdeaBox.shut.is_(False))).all()
        due = [one for one in open_ if _is_due(session, one, moment)]
    for dialogue_id in due:
        try:
            db.write(look, dialogue_id, moment)
        except Exception as error:  # noqa: BLE001 -- it is due the next time, too; and a text may stand in it
            log.error("ideas: %s", type(error).__name__)
    with db.reading() as session:
        return list(session.scalars(select(IdeaBox.dialogue_id).where(IdeaBox.shut)))


def look(session: Session, dialogue_id: str, moment: dt.datetime) -> int:
    """Let go on what is due; of how many threads that was. Looking again at the same time changes nothing."""
    dialogue, box = load(session, dialogue_id), session.get(IdeaBox, dialogue_id)
    if box is None or box.shut:
        return 0
    if _is_over(dialogue, box, moment):
        box.shut = dialogue.unshuffled = True  # the files tell no more in which order anything came
        return release(session, dialogue)
    at = latest(rules.TIMES, moment)
    if dialogue.state not in OVER or at is None or box.seen >= at:
        return 0
    weekly, box.seen = rules.is_weekly(box.seen, moment), at
    session.flush()
    return release(session, dialogue) if weekly or ideas.count(session, dialogue_id) >= rules.LEAST else 0


def release(session: Session, dialogue: Dialogue) -> int:
    """What waits goes on, in random order, names after what they sign; of how many threads anything went.

    When the box is shut names go too: no later lot comes.
    """
    last = session.get_one(IdeaBox, dialogue.id).shut
    here = Thread.dialogue_id == dialogue.id
    replies = _shuffled(session, Message, Message.waits.is_(True), Message.thread_id.in_(select(Thread.id).where(here)))
    for thread_id in dict.fromkeys(one.thread_id for one in replies):
        _place(session, thread_id)
    for one in replies:
        thread = session.get_one(Thread, one.thread_id)
        if one.body == rules.TAKEN_BACK:
            ideas_erasing.take_back(session, thread)
            dialogue.unscrubbed = True  # no file keeps what was taken back
            announce(session, FORGET + dialogue.id)
        elif thread.state == rules.State.ASIDE:  # written before it was set aside: somebody is to read it
            thread.state, thread.reason = rules.State.OPEN, ""
    threads = _shuffled(session, Thread, here, Thread.waits | (Thread.signing != ""))
    gone = {one.thread_id for one in replies} | {one.id for one in threads if one.waits and one.question_id is None}
    named = [one for one in threads if one.signing and (last or one.id not in gone)]
    for thread in threads:
        thread.waits = False
    for thread in named:
        thread.name, thread.signing = "" if thread.signing == rules.NAMELESS else thread.signing, ""
    session.flush()
    if replies or threads:
        touch(session, dialogue.id, public=False)
    return len(gone.union(one.id for one in named))


def _place(session: Session, thread_id: str) -> None:
    """What waited comes behind all that is there: not even the place among the answers says when it was written."""
    messages = list(session.scalars(select(Message).where(Message.thread_id == thread_id).order_by(Message.place)))
    place = max((one.place for one in messages if not one.waits), default=0)
    for one in messages:
        if one.waits:
            place += 1
            one.place, one.waits = place, False
    session.flush()


def _is_due(session: Session, dialogue_id: str, moment: dt.datetime) -> bool:
    dialogue, box = session.get_one(Dialogue, dialogue_id), session.get_one(IdeaBox, dialogue_id)
    at = latest(rules.TIMES, moment)
    return _is_over(dialogue, box, moment) or (at is not None and box.seen < at)


def _is_over(dialogue: Dialogue, box: IdeaBox, moment: dt.datetime) -> bool:
    past = ideas.today(moment) > rules.last_day(box.until, dialogue.keys_until)
    return dialogue.state in OVER - rules.TAKING or (past and dialogue.state in OVER)


def _shuffled(session: Session, model: type[T], *wanted: ColumnElement[bool]) -> list[T]:
    found = list(session.scalars(select(model).where(*wanted)))
    secrets.SystemRandom().shuffle(found)
    return found
