"""Entering the room. The room knows a ballot and never a person."""

from __future__ import annotations

from sqlalchemy import update
from sqlalchemy.orm import Session

from survey.core.errors import NotNow
from survey.core.ids import digest
from survey.core.text import N_
from survey.dialogues.models import Dialogue
from survey.dialogues.service import load
from survey.dialogues.service import touch
from survey.dialogues.state import ENTERABLE
from survey.room.models import Ballot


def enter_open(session: Session, dialogue_id: str, secret: str) -> None:
    """Let a new ballot in by `open`: anybody with the code, one for each device. Raises `NotNow`."""
    dialogue = load(session, dialogue_id)
    if dialogue.state not in ENTERABLE:
        raise NotNow(N_("Đối thoại chưa mở hoặc đã khép lại, nên chưa vào phòng được. Bạn vẫn xem được trang này."))
    if dialogue.entry != "open":
        raise NotNow(N_("Đối thoại này vào bằng thẻ hoặc theo danh sách. Hãy hỏi ban tổ chức."))
    admit(session, dialogue_id, digest(secret))


def admit(session: Session, dialogue_id: str, ballot: bytes) -> None:
    """Write one ballot and count it; a ballot that is in already changes nothing."""
    if session.get(Ballot, (dialogue_id, ballot)) is not None:
        return
    session.add(Ballot(dialogue_id=dialogue_id, ballot=ballot))
    session.execute(update(Dialogue).where(Dialogue.id == dialogue_id).values(ballots=Dialogue.ballots + 1))
    session.flush()
    touch(session, dialogue_id, public=True)
