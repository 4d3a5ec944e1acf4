"""Entering by a credential once the room is open: with the opening's filling, then at the gate with at least five.

A phone that may not be in yet drops an empty envelope into the box, and asks again with the very same request until it is
in. Nothing is counted before that, and whoever waits reads the room meanwhile.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import update
from sqlalchemy.orm import Session

from survey.core.errors import NotNow
from survey.core.ids import digest
from survey.core.stores import Stores
from survey.core.text import N_
from survey.dialogues import queries as dialogues
from survey.dialogues.models import Dialogue
from survey.dialogues.service import touch
from survey.dialogues.state import OVER
from survey.dialogues.state import State
from survey.room import box
from survey.room import queries
from survey.room import service
from survey.room.filling import WINDOW

PATIENCE = 10  # minutes, after which somebody may choose to go in though few wait
RETRY, SPREAD = 10, 5  # seconds: phones that wait ask again, and not all at once
EARLY = N_("Phòng chưa mở. Phiếu kín của bạn nằm trên máy này; khi phòng mở, máy tự đưa bạn vào.")

Empty = Callable[[str], None]  # what empties the box of a dialogue if that is due; it stands above the room


@dataclass(frozen=True, slots=True)
class Answer:
    """In, or how to go on: how many wait at the gate, in how many seconds to ask again, whether to go in alone is offered.

    `waiting` is None while the opening is under way: then nobody is kept waiting for others.
    """

    entered: bool
    waiting: int | None = None
    retry: int = 0
    may_go: bool = False


def knock(
    stores: Stores, dialogue: Dialogue, secret: str, moment: dt.datetime, empty: Empty, *, alone: bool = False
) -> Answer:
    """Let the ballot of an opened credential in as soon as it may be; asking again changes nothing.

    `alone`: the member chose, in words and after ten minutes, to go in with fewer than are wanted. Raises `NotNow` before
    the opening and, for who is not in, once it is over.
    """
    ballot = digest(secret).hex()
    if dialogue.state == State.COLLECTING:
        raise NotNow(EARLY)
    if _is_in(stores, dialogue.id, secret):
        _tidy(stores, dialogue.id, ballot)
        return Answer(entered=True)
    if dialogue.state in OVER:
        raise NotNow(service.ISSUING_OVER)
    since, window = _drop(stores, dialogue.id, ballot, moment), _left(stores, dialogue, moment)
    may_go = dialogue.box_opened and _minute(moment) - since >= PATIENCE
    if alone and may_go:
        _go_in(stores, dialogue.id, secret, ballot)
        return Answer(entered=True)
    if window <= 0:
        empty(dialogue.id)
        if _is_in(stores, dialogue.id, secret):
            _tidy(stores, dialogue.id, ballot)
            return Answer(entered=True)
    return _wait(stores, dialogue, window, may_go=may_go)


def opening(stores: Stores, dialogue_id: str) -> dt.datetime:
    """When the room was opened, the first time."""
    with stores.db.reading() as session:
        return dialogues.opened_at(session, dialogue_id)


def _left(stores: Stores, dialogue: Dialogue, moment: dt.datetime) -> float:
    """Seconds until the filling of the opening is due; none once it is emptied."""
    return 0 if dialogue.box_opened else (opening(stores, dialogue.id) + WINDOW - moment).total_seconds()


def _drop(stores: Stores, dialogue_id: str, ballot: str, moment: dt.datetime) -> int:
    """An empty envelope, unless one lies there, perhaps with content; since which minute it has lain there."""
    known = stores.box.look(dialogue_id, ballot)
    if known is None:
        stores.box.put(dialogue_id, ballot, {"since": _minute(moment)}, replace=False)
    return int((known or {}).get("since", _minute(moment)))


def _tidy(stores: Stores, dialogue_id: str, ballot: str) -> None:
    """No empty envelope of who is in stays in the box, as a knock leaves one that came while its filling was poured."""
    known = stores.box.look(dialogue_id, ballot)
    if known is not None and "content" not in known:
        stores.box.take_out(dialogue_id, ballot)


def _go_in(stores: Stores, dialogue_id: str, secret: str, ballot: str) -> None:
    """First in, then out of the box: who is cut off between the two is in, and the envelope says nothing new."""
    stores.db.write(_alone, dialogue_id, secret)
    stores.box.take_out(dialogue_id, ballot)


def _alone(session: Session, dialogue_id: str, secret: str) -> None:
    if queries.ballot_of(session, dialogue_id, secret) is not None:
        return
    service.enter_by_credential(session, dialogue_id, secret)
    session.execute(update(Dialogue).where(Dialogue.id == dialogue_id).values(alone=Dialogue.alone + 1))
    session.expire_all()
    touch(session, dialogue_id, public=True)


def _wait(stores: Stores, dialogue: Dialogue, window: float, *, may_go: bool) -> Answer:
    if not dialogue.box_opened:
        return Answer(entered=False, retry=max(1, int(window)) + 1 + secrets.randbelow(SPREAD))
    later = RETRY + secrets.randbelow(SPREAD)
    return Answer(entered=False, waiting=_others(stores, dialogue.id), retry=later, may_go=may_go)


def _others(stores: Stores, dialogue_id: str) -> int:
    """How many wait at the gate; an envelope whose ballot came in meanwhile is nobody who waits."""
    waiting = [record["whose"] for record in stores.box.waiting(dialogue_id)]
    with stores.db.reading() as session:
        return len(box.fresh(session, dialogue_id, waiting))


def _is_in(stores: Stores, dialogue_id: str, secret: str) -> bool:
    with stores.db.reading() as session:
        return queries.ballot_of(session, dialogue_id, secret) is not None


def _minute(moment: dt.datetime) -> int:
    return int(moment.timestamp()) // 60
