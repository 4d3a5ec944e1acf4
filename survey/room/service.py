"""Entering the room. The room knows a ballot and never a person."""

from __future__ import annotations

from sqlalchemy import delete
from sqlalchemy import update
from sqlalchemy.orm import Session

from survey.core import blind
from survey.core import passes
from survey.core.errors import Conflict
from survey.core.errors import Invalid
from survey.core.errors import NotNow
from survey.core.ids import digest
from survey.core.ids import token_from
from survey.core.passes import Opened
from survey.core.text import N_
from survey.dialogues import entry
from survey.dialogues.entry import Entry
from survey.dialogues.models import Dialogue
from survey.dialogues.service import load
from survey.dialogues.service import touch
from survey.dialogues.state import OVER
from survey.dialogues.state import State
from survey.room import tickets
from survey.room.models import Ballot
from survey.room.models import SpentPass

ISSUING_OVER = N_("Việc phát phiếu đã khép lại. Không ai vào thêm được nữa; người đã vào vẫn ở trong phòng.")
FORMER = N_(
    "Ban tổ chức đã đổi khóa ký phiếu, nên phiếu nhận trước đó không dùng được nữa. Hãy mở lại đường dẫn cá nhân của bạn và "
    "nhận phiếu mới: vẫn mỗi người một phiếu."
)
NOT_OPEN = N_("Đối thoại chưa mở hoặc đã khép lại, nên chưa vào phòng được. Bạn vẫn xem được trang này.")


class Taken(Conflict):
    """This phone holds a ballot already, and not the one that is asked for."""


class FormerKey(Invalid):
    """A good credential of a key that the organisers have changed since; `secret` is of the ballot that it was."""

    token = "former_key"

    def __init__(self, secret: str) -> None:
        super().__init__(FORMER)
        self.secret = secret


def enter_open(session: Session, dialogue_id: str, secret: str) -> None:
    """Let a new ballot in by `open`: anybody with the code, one for each device. Raises `NotNow`."""
    dialogue = _enterable(session, dialogue_id)
    if dialogue.entry != Entry.OPEN:
        raise NotNow(N_("Đối thoại này vào bằng thẻ hoặc theo danh sách. Hãy hỏi ban tổ chức."))
    admit(session, dialogue_id, digest(secret))


def enter_by_card(session: Session, key: bytes, dialogue_id: str, code: str, secret: str) -> None:
    """Let a new ballot in by a card, once. `secret` is random and the phone's own; a card says nothing about it.

    Raises `NotNow` where cards are not used and while the room is not open, and what `tickets.spend` raises.
    """
    dialogue = load(session, dialogue_id)
    check_cards(dialogue)
    ballot = digest(secret)
    tickets.spend(session, key, dialogue_id, code, ballot)
    admit(session, dialogue_id, ballot)


def check_card(session: Session, key: bytes, dialogue: Dialogue, code: str, ballot: bytes | None = None) -> None:
    """Raise what `enter_by_card` would raise for this card and the phone of this ballot; nothing is used or written."""
    _check_way(dialogue)
    tickets.look(session, key, dialogue.id, code, ballot)
    check_cards(dialogue)


def check_cards(dialogue: Dialogue) -> None:
    """Raise `NotNow` where no card lets anybody in: in another way of entry, before the room opens, after it closed."""
    _check_way(dialogue)
    if not entry.takes_cards(dialogue):
        raise NotNow(N_("Phòng chưa mở. Thẻ của bạn còn nguyên: hãy giữ thẻ, và mở lại trang này khi phòng mở."))


def open_pass(key: bytes, dialogue: Dialogue, text: str, moment: int, held: bytes | None = None) -> Opened:
    """What a pass of the roll's side holds. `moment` is the server's clock in seconds, `held` the phone's own ballot.

    Raises `NotNow` where no pass lets anybody in, `Invalid` for one that does not hold, and `Taken` for one of another
    ballot than `held`.
    """
    _check_enterable(dialogue)
    if not entry.by_roll(dialogue) or entry.is_strong(dialogue):  # a pass of the weak mode would make second ballots
        raise NotNow(N_("Đối thoại này không vào theo danh sách. Hãy hỏi ban tổ chức."))
    opened = passes.unseal(key, dialogue.id, text, moment)
    if held is not None and held != digest(opened.secret):
        raise Taken(
            N_(
                "Máy này đang giữ một phiếu kín khác. Chưa có gì thay đổi: phiếu trên máy và lượt vào của bạn còn nguyên."
            )
        )
    return opened


def enter_by_pass(session: Session, dialogue_id: str, opened: Opened) -> None:
    """Let the ballot in that an opened pass holds; a pass is good once. Raises `NotNow`, and `Conflict` for a used one."""
    _enterable(session, dialogue_id)
    if session.get(SpentPass, (dialogue_id, opened.use)) is not None:
        raise Conflict(N_("Lượt vào này đã dùng rồi. Hãy mở lại đường dẫn của bạn trên chính máy này để vào tiếp."))
    session.add(SpentPass(dialogue_id=dialogue_id, use=opened.use))
    admit(session, dialogue_id, digest(opened.secret))


def open_credential(dialogue: Dialogue, message: bytes, signature: bytes) -> str:
    """The secret of the ballot that a credential of this dialogue stands for: the same credential, the same ballot.

    Raises `NotNow` where no credential lets anybody in, `Invalid` for one that is forged, altered, or of another key, and
    `FormerKey` for one of the key before the last change.
    """
    if not entry.is_strong(dialogue) or dialogue.issue_key is None:
        raise NotNow(N_("Đối thoại này không vào bằng phiếu ký mù. Hãy hỏi ban tổ chức."))
    secret = token_from(message, "ballot", dialogue.id)
    if not blind.is_credential(dialogue.issue_key, message, signature):
        if dialogue.former_key and blind.is_credential(dialogue.former_key, message, signature):
            raise FormerKey(secret)
        raise Invalid(
            N_("Phiếu kín này không đúng cho đối thoại này. Hãy mở lại đường dẫn của bạn và nhận phiếu lần nữa.")
        )
    return secret


def enter_by_credential(session: Session, dialogue_id: str, secret: str) -> None:
    """Let the ballot of an opened credential in; in already, it changes nothing. Raises `NotNow` unless the hall is open."""
    dialogue = load(session, dialogue_id)
    if session.get(Ballot, (dialogue_id, digest(secret))) is not None:
        return
    if dialogue.state != State.LIVE:
        raise NotNow(NOT_OPEN if dialogue.state not in OVER else ISSUING_OVER)
    admit(session, dialogue_id, digest(secret))


def admit(session: Session, dialogue_id: str, ballot: bytes) -> None:
    """Write one ballot and count it; a ballot that is in already changes nothing. `entry.is_quiet` says who may notice."""
    if session.get(Ballot, (dialogue_id, ballot)) is not None:
        return
    session.add(Ballot(dialogue_id=dialogue_id, ballot=ballot))
    session.execute(update(Dialogue).where(Dialogue.id == dialogue_id).values(ballots=Dialogue.ballots + 1))
    session.flush()
    touch(session, dialogue_id, public=not entry.is_quiet(session.get_one(Dialogue, dialogue_id)))


def forget_passes(session: Session, dialogue_id: str) -> None:
    """Drop the marks of used passes: without their key no pass opens any more."""
    session.execute(delete(SpentPass).where(SpentPass.dialogue_id == dialogue_id))


def _enterable(session: Session, dialogue_id: str) -> Dialogue:
    dialogue = load(session, dialogue_id)
    _check_enterable(dialogue)
    return dialogue


def _check_enterable(dialogue: Dialogue) -> None:
    if not entry.is_enterable(dialogue):
        raise NotNow(NOT_OPEN)


def _check_way(dialogue: Dialogue) -> None:
    if not entry.by_tickets(dialogue):
        raise NotNow(N_("Đối thoại này không vào bằng thẻ. Hãy hỏi ban tổ chức."))
    if dialogue.state in OVER:
        raise NotNow(ISSUING_OVER)
