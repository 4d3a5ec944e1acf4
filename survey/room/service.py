"""Entering the room. The room knows a ballot and never a person."""

from __future__ import annotations

from sqlalchemy import delete
from sqlalchemy import update
from sqlalchemy.orm import Session

from survey.core import passes
from survey.core.errors import Conflict
from survey.core.errors import NotNow
from survey.core.ids import digest
from survey.core.text import N_
from survey.dialogues import entry
from survey.dialogues.entry import Entry
from survey.dialogues.models import Dialogue
from survey.dialogues.service import load
from survey.dialogues.service import touch
from survey.room import tickets
from survey.room.models import Ballot
from survey.room.models import SpentPass

NOT_OPEN = N_("Đối thoại chưa mở hoặc đã khép lại, nên chưa vào phòng được. Bạn vẫn xem được trang này.")


def enter_open(session: Session, dialogue_id: str, secret: str) -> None:
    """Let a new ballot in by `open`: anybody with the code, one for each device. Raises `NotNow`."""
    dialogue = _enterable(session, dialogue_id)
    if dialogue.entry != Entry.OPEN:
        raise NotNow(N_("Đối thoại này vào bằng thẻ hoặc theo danh sách. Hãy hỏi ban tổ chức."))
    admit(session, dialogue_id, digest(secret))


def enter_by_card(session: Session, key: bytes, dialogue_id: str, code: str, secret: str) -> None:
    """Let a new ballot in by a card, once. `secret` is random and the phone's own; a card says nothing about it.

    Raises `NotNow` while the room is not open, and what `tickets.spend` raises.
    """
    dialogue = load(session, dialogue_id)
    if not entry.by_tickets(dialogue):
        raise NotNow(N_("Đối thoại này không vào bằng thẻ. Hãy hỏi ban tổ chức."))
    if not entry.takes_cards(dialogue):
        raise NotNow(N_("Thẻ dùng được khi phòng đã mở. Hãy giữ thẻ; khi màn hình báo mở phòng, mở lại trang này."))
    ballot = digest(secret)
    tickets.spend(session, key, dialogue_id, code, ballot)
    admit(session, dialogue_id, ballot)


def enter_by_pass(session: Session, key: bytes, dialogue_id: str, text: str, moment: int) -> str:
    """Let the ballot in that a pass of the roll's side holds, and return its secret; a pass is good once.

    `moment` is the server's clock in seconds. Raises `NotNow`, `Invalid` for a pass that does not hold and `Conflict` for
    one that was used.
    """
    dialogue = _enterable(session, dialogue_id)
    if not entry.by_roll(dialogue):
        raise NotNow(N_("Đối thoại này không vào theo danh sách. Hãy hỏi ban tổ chức."))
    opened = passes.unseal(key, dialogue_id, text, moment)
    if session.get(SpentPass, (dialogue_id, opened.use)) is not None:
        raise Conflict(N_("Lượt vào này đã dùng rồi. Hãy mở lại đường dẫn của bạn trên chính máy này để vào tiếp."))
    session.add(SpentPass(dialogue_id=dialogue_id, use=opened.use))
    admit(session, dialogue_id, digest(opened.secret))
    return opened.secret


def admit(session: Session, dialogue_id: str, ballot: bytes) -> None:
    """Write one ballot and count it; a ballot that is in already changes nothing."""
    if session.get(Ballot, (dialogue_id, ballot)) is not None:
        return
    session.add(Ballot(dialogue_id=dialogue_id, ballot=ballot))
    session.execute(update(Dialogue).where(Dialogue.id == dialogue_id).values(ballots=Dialogue.ballots + 1))
    session.flush()
    touch(session, dialogue_id, public=True)


def forget_passes(session: Session, dialogue_id: str) -> None:
    """Drop the marks of used passes: without their key no pass opens any more."""
    session.execute(delete(SpentPass).where(SpentPass.dialogue_id == dialogue_id))


def _enterable(session: Session, dialogue_id: str) -> Dialogue:
    dialogue = load(session, dialogue_id)
    if not entry.is_enterable(dialogue):
        raise NotNow(NOT_OPEN)
    return dialogue
