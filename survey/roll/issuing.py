"""Handing out ballots to members, one seat one ballot. Links are bound, not burnt.

Weak mode: the secret of a ballot is made from the key `weak` and the member, so the same member gets the same ballot on
whatever phone, and whoever holds that key while it lives could tell whose it is. The pages say so; the key dies when
issuing closes. Strong mode: the phone's own secret is signed without being seen (`core.blind`), so nobody can tell.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from enum import StrEnum

from sqlalchemy import delete
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core import blind
from survey.core.errors import Conflict
from survey.core.errors import Invalid
from survey.core.errors import NotNow
from survey.core.errors import TooMany
from survey.core.ids import digest
from survey.core.ids import token_from
from survey.core.text import N_
from survey.roll import people
from survey.roll import secrets
from survey.roll.models import Issue
from survey.roll.models import Member
from survey.roll.models import Roll
from survey.roll.phases import WHY_NOT
from survey.roll.phases import Phase
from survey.roll.phases import phase
from survey.roll.service import ensure
from survey.roll.service import log

MOST_TRIES = 8  # wrong answers to what a link asks for; then the door helps
_KEY_CHANGED = N_("Ban tổ chức vừa đổi khóa ký phiếu. Hãy tải lại trang này rồi bấm nhận phiếu.")
_TAKEN = N_("Chỗ của bạn đã được nhận ở nơi khác. Nếu không phải bạn nhận, hãy bấm báo ngay dưới đây.")
LOCKED = N_("Đã sai tám lần nên đường dẫn này tạm khóa. Hãy đến Bàn đón, hoặc gọi ban tổ chức để mở lại.")


class Mode(StrEnum):
    """How a place was taken."""

    WEAK = "weak"
    BLIND = "blind"  # signed without seeing it
    CARD = "card"
    CLOSED = "closed"  # somebody stands in


class Seat(StrEnum):
    """A member's place as seen from one phone: free, taken by this phone, by another one, or otherwise."""

    FREE = "free"
    FREED = "freed"  # it was taken, and the door freed it for another phone: the same ballot waits there
    HERE = "here"
    ELSEWHERE = "elsewhere"
    CARD = "card"
    CLOSED = "closed"


def by_link(session: Session, dialogue_id: str, token: str) -> Member | None:
    """The member whose personal link holds this secret."""
    found = select(Member).where(Member.dialogue_id == dialogue_id, Member.link == digest(token))
    return session.scalar(found.where(Member.removed.is_(False)))


def by_twin(session: Session, key: bytes, dialogue_id: str, typed: str) -> Member | None:
    """The member whose typed code this is."""
    found = select(Member).where(Member.dialogue_id == dialogue_id, Member.twin == secrets.twin_mark(key, typed))
    return session.scalar(found.where(Member.removed.is_(False)))


def seat(session: Session, dialogue_id: str, member_id: str, phone: str | None) -> Seat:
    """Whether the place is taken, and whether by the phone that keeps the secret `phone`."""
    issued = session.get(Issue, (dialogue_id, member_id))
    if issued is None:
        return Seat.FREE
    if issued.mode in {Mode.CARD, Mode.CLOSED}:
        return Seat(issued.mode)
    if issued.bound is None:
        return Seat.FREED
    return Seat.HERE if phone and issued.bound == _bound(phone, member_id) else Seat.ELSEWHERE


def answer_second(session: Session, key: bytes, dialogue_id: str, member_id: str, typed: str) -> bool:
    """Whether this is what the link asks for besides; a wrong answer is counted.

    Raises `TooMany` once `MOST_TRIES` were wrong. A roll that asks for nothing takes any answer.
    """
    roll, member = session.get_one(Roll, dialogue_id), people.load(session, dialogue_id, member_id)
    session.refresh(member, with_for_update=True)  # guesses sent all at once are counted one after the other
    if member.tries >= MOST_TRIES:
        raise TooMany(LOCKED, 3600)
    if roll.second == "word":
        right = hmac.compare_digest(roll.word or b"", secrets.word_mark(key, typed))
    else:
        right = not roll.second or (len(typed) == 4 and member.phone[-4:] == typed)
    member.tries += not right
    return right


def issue_weak(session: Session, key: bytes, dialogue_id: str, member_id: str, phone: str, moment: dt.datetime) -> str:
    """Bind the seat to this phone and return the secret of its ballot; the same phone may ask for ever.

    Raises `NotNow` for a free seat before the roll is frozen and outside the times of issuing, `Conflict` where another
    phone, a card or somebody who stands in has the seat. A place that the door freed gives the same ballot again.
    """
    session.get(Roll, dialogue_id, with_for_update={"read": True})  # no process undoes its freezing meanwhile
    people.load(session, dialogue_id, member_id, held=True)
    taken = seat(session, dialogue_id, member_id, phone)
    if taken not in {Seat.FREE, Seat.FREED, Seat.HERE}:
        raise Conflict(_TAKEN)
    if taken != Seat.HERE:
        check_times(session, dialogue_id, moment)
        _bind(session, dialogue_id, member_id, phone)
    return token_from(key, "ballot", dialogue_id, member_id)


def issue_blind(
    session: Session, private: bytes, dialogue_id: str, member_id: str, phone: str, blinded: bytes, moment: dt.datetime,
    epoch: int = 0,
) -> bytes:  # fmt: skip
    """Sign what this member's phone made unreadable, and bind the seat to this very request.

    The same request gets the same answer, from wherever it comes and for ever; another one for the same member is
    `Conflict`. Raises what `issue_weak` raises, `Invalid` for what is no request under this key, and `NotNow` where
    `private`, the key of this `epoch`, was changed meanwhile.
    """
    roll = session.get(Roll, dialogue_id, with_for_update={"read": True})  # no process undoes its freezing meanwhile
    people.load(session, dialogue_id, member_id, held=True)
    issued = session.get(Issue, (dialogue_id, member_id), with_for_update=True, populate_existing=True)
    asked = hashlib.sha256(blinded).digest()[:16]
    if roll is not None and roll.key_epoch != epoch:
        raise NotNow(_KEY_CHANGED)
    if issued is not None and issued.request != asked:
        raise Conflict(_TAKEN)
    if issued is None:
        _check_phase(roll, moment)
    try:
        answer = blind.sign(private, blinded)
    except ValueError:
        raise Invalid(N_("Yêu cầu nhận phiếu không đúng. Hãy tải lại trang rồi bấm nhận phiếu lần nữa.")) from None
    if issued is None:
        row = Issue(dialogue_id=dialogue_id, member_id=member_id, mode=Mode.BLIND, request=asked)
        row.bound = _bound(phone, member_id)
        session.add(row)
        session.flush()
    return answer


def renew(session: Session, dialogue_id: str, epoch: int, *, actor: str) -> None:
    """The key was changed for the `epoch`-th time: what was signed under the one before lets nobody in, so all places of
    those who have it are free again, once. Cards that were handed out stay."""
    roll = ensure(session, dialogue_id)
    if roll.key_epoch >= epoch:
        return
    here = Issue.dialogue_id == dialogue_id, Issue.mode == Mode.BLIND
    given = session.scalar(select(func.count()).select_from(Issue).where(*here)) or 0
    session.execute(delete(Issue).where(*here))
    roll.key_epoch = epoch
    log(session, dialogue_id, "key", actor=actor, total=given)


def _bind(session: Session, dialogue_id: str, member_id: str, phone: str) -> None:
    freed = session.get(Issue, (dialogue_id, member_id), with_for_update=True, populate_existing=True)
    if freed is not None and (freed.bound is not None or freed.mode != Mode.WEAK):
        raise Conflict(_TAKEN)  # another process was quicker since we looked
    issue = freed or Issue(dialogue_id=dialogue_id, member_id=member_id, mode=Mode.WEAK)
    issue.bound = _bound(phone, member_id)
    session.add(issue)
    session.flush()


def _bound(phone: str, member_id: str) -> bytes:
    """What is kept of a phone, other for each member: two who share a phone must not show as such in the table."""
    return digest(f"{phone} {member_id}")


def slot(phone: str, member_id: str, epoch: int = 0) -> str:
    """Under what a phone keeps this member's request, or what came of it: two who share a phone must not share a ballot,
    and under another key it is another one."""
    return _bound(phone, f"{member_id} {epoch}" if epoch else member_id).hex()


def hand_card(session: Session, dialogue_id: str, member_id: str) -> None:
    """Count a card that was handed out instead of a ballot by link; which card it was, nobody knows.

    Raises `Conflict` where the seat is taken.
    """
    people.load(session, dialogue_id, member_id)
    if session.get(Issue, (dialogue_id, member_id)) is not None:
        raise Conflict(N_("Người này đã nhận phiếu rồi nên không phát thẻ nữa."))
    session.add(Issue(dialogue_id=dialogue_id, member_id=member_id, mode=Mode.CARD, bound=None))
    session.flush()


def claim(session: Session, dialogue_id: str, member_id: str, phone: str | None) -> int:
    """Note that the member found the place taken and did not take it; return how many have said so, which is public.

    Said twice it counts once. Raises `Conflict` where there is nothing to claim: the place is free, or taken from here.
    """
    member = people.load(session, dialogue_id, member_id)
    if seat(session, dialogue_id, member_id, phone) in {Seat.FREE, Seat.FREED, Seat.HERE}:
        raise Conflict(
            N_("Chỗ của bạn không bị ai khác nhận, nên không có gì để báo. Bạn nhận phiếu được ở trang này.")
        )
    member.claimed = True
    session.flush()
    return claims(session, dialogue_id)


def claims(session: Session, dialogue_id: str) -> int:
    """How many members said that somebody else took their place."""
    said = select(func.count()).select_from(Member).where(Member.dialogue_id == dialogue_id, Member.claimed.is_(True))
    return session.scalar(said) or 0


def check_times(session: Session, dialogue_id: str, moment: dt.datetime) -> None:
    """Raise `NotNow` where no ballot may be issued at this moment."""
    _check_phase(session.get(Roll, dialogue_id), moment)


def _check_phase(roll: Roll | None, moment: dt.datetime) -> None:
    found = phase(roll, moment)
    if found != Phase.OPEN:
        raise NotNow(WHY_NOT[found])


def refuse_unknown() -> Invalid:
    """The one answer to a link or code that nobody has, whatever is wrong with it."""
    message = N_("Đường dẫn hoặc mã này không đúng hoặc không còn dùng được. Hãy kiểm tra từng chữ, hoặc đến Bàn đón.")
    return Invalid(message, {"twin": message})
