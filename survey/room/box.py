"""The ballot box of the room: who may drop, and what an emptying admits. What is dropped is not the room's business.

Until the opening nobody enters by a credential. What members do before goes sealed into the box and comes out with that of
others, in no order; at the opening the phones that enter then come out of it too. See `gate` for who comes later.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from collections.abc import Mapping
from typing import Any

from sqlalchemy import insert
from sqlalchemy import select
from sqlalchemy import update
from sqlalchemy.orm import Session

from survey.core.boxes import Boxes
from survey.core.errors import NotNow
from survey.core.text import N_
from survey.dialogues import entry
from survey.dialogues.models import Dialogue
from survey.dialogues.service import touch
from survey.dialogues.state import OVER
from survey.dialogues.state import State
from survey.room import filling
from survey.room.models import Ballot
from survey.room.models import Filling
from survey.room.service import ISSUING_OVER

_AT_ONCE = 400  # ballots in one statement
_OPENED = N_("Phòng đã mở nên hòm phiếu đã khép. Hãy vào phòng rồi gửi ở đó; những gì bạn viết vẫn còn đây.")


def drop(box: Boxes, dialogue: Dialogue, ballot: str, content: Mapping[str, Any]) -> None:
    """Keep what a ballot drops, durably and sealed, in the place of what it dropped before.

    Raises `NotNow` once the room is open, `TooLarge` for what no envelope holds.
    """
    check(dialogue)
    box.put(dialogue.id, ballot, {"content": content, "epoch": dialogue.key_epoch})


def check_in_time(box: Boxes, dialogue: Dialogue, ballot: str) -> None:
    """To be asked after `drop`, with the dialogue as it is then: raise `NotNow` where the opening was quicker.

    The envelope is taken out again, so that nobody is told of one that lies where only the gate looks; one that went
    along with the opening's filling stays in it, and the phone that keeps its draft sends nothing twice.
    """
    poured = dialogue.box_opened or box.fillings(dialogue.id, "shut", "done")
    if dialogue.state != State.COLLECTING and poured:
        box.take_out(dialogue.id, ballot)
        raise NotNow(ISSUING_OVER if dialogue.state in OVER else _OPENED)


def look(box: Boxes, dialogue: Dialogue, ballot: str) -> Mapping[str, Any] | None:
    """What a ballot dropped and may still change; None where there is nothing, or the box was emptied since."""
    found = box.look(dialogue.id, ballot)
    return found.get("content") if found else None


def check(dialogue: Dialogue) -> None:
    """Raise `NotNow` where the box of this dialogue takes nothing: it has none, the room is open, or all is over."""
    if not entry.is_strong(dialogue):
        raise NotNow(N_("Đối thoại này không có hòm phiếu. Hãy vào phòng rồi gửi ở đó."))
    if not takes(dialogue):
        raise NotNow(ISSUING_OVER if dialogue.state in OVER else _OPENED)


def takes(dialogue: Dialogue) -> bool:
    """Whether the box takes drops now: while early voices are collected, and until the opening has emptied it."""
    return dialogue.state == State.COLLECTING or (dialogue.state == State.LIVE and not dialogue.box_opened)


def opens_at(dialogue: Dialogue, moment: dt.datetime) -> dt.datetime | None:
    """When the box is emptied next if there is enough in it; None for the opening, whenever that is."""
    return filling.coming(dialogue.box_times, moment) if dialogue.state == State.COLLECTING else None


def fresh(session: Session, dialogue_id: str, ballots: Collection[str]) -> list[str]:
    """Those of these ballots that are not in the room."""
    wanted = [bytes.fromhex(ballot) for ballot in dict.fromkeys(ballots)]
    known: set[bytes] = set()
    for start in range(0, len(wanted), _AT_ONCE):
        some = Ballot.ballot.in_(wanted[start : start + _AT_ONCE])
        found = session.scalars(select(Ballot.ballot).where(Ballot.dialogue_id == dialogue_id, some))
        known |= {bytes(ballot) for ballot in found}
    return [ballot.hex() for ballot in wanted if ballot not in known]


def admit(session: Session, dialogue_id: str, ballots: Collection[str]) -> None:
    """Let these ballots in at once; those that are in already change nothing."""
    new = [{"dialogue_id": dialogue_id, "ballot": bytes.fromhex(one)} for one in fresh(session, dialogue_id, ballots)]
    if not new:
        return
    session.execute(insert(Ballot), new)
    counted = Dialogue.ballots + len(new)
    session.execute(update(Dialogue).where(Dialogue.id == dialogue_id).values(ballots=counted))
    session.expire_all()
    touch(session, dialogue_id, public=not entry.is_quiet(session.get_one(Dialogue, dialogue_id)))


def is_poured(session: Session, dialogue_id: str, filling_id: str) -> bool:
    """Whether this filling is in the room as a whole: then nothing of it is written again."""
    return session.get(Filling, (dialogue_id, filling_id)) is not None


def poured(session: Session, dialogue_id: str, filling_id: str, at: dt.datetime | None, drops: int | None) -> None:
    """Remember that a filling is in the room as a whole. `at` is the announced time, `drops` what everybody may know."""
    if not is_poured(session, dialogue_id, filling_id):
        session.add(Filling(dialogue_id=dialogue_id, filling=filling_id, at=at, drops=drops))


def was_emptied(session: Session, dialogue_id: str) -> bool:
    """Whether any filling came into the room: from then on the key that let it in is the one for good."""
    return session.scalar(select(Filling.filling).where(Filling.dialogue_id == dialogue_id).limit(1)) is not None


def emptyings(session: Session, dialogue_id: str) -> list[tuple[dt.datetime, int]]:
    """When the box was emptied at an announced time, and of how many drops; the latest first."""
    known = select(Filling.at, Filling.drops).where(Filling.dialogue_id == dialogue_id)
    found = session.execute(known.where(Filling.at.is_not(None), Filling.drops.is_not(None)))
    return sorted(((row.at, row.drops) for row in found), reverse=True)
