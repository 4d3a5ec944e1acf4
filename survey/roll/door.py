"""The door: what three people side by side do for whoever stands before them. One wins, the other reads what happened.

Each act is one write with one line in the log: the act and who did it, never for whom. Whether a place is taken is all
that the door knows; what a ballot does afterwards is in the other database. Who is not on the roll: `additions`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement
from sqlalchemy import delete
from sqlalchemy import func
from sqlalchemy import literal
from sqlalchemy import or_
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core.clock import now
from survey.core.errors import Conflict
from survey.core.errors import NotNow
from survey.core.text import N_
from survey.core.text import fold
from survey.roll import issuing
from survey.roll import people
from survey.roll import secrets
from survey.roll.issuing import Mode
from survey.roll.models import Issue
from survey.roll.models import Member
from survey.roll.models import Membership
from survey.roll.models import Roll
from survey.roll.models import RollLog
from survey.roll.service import log

SHOWN, MOST_WORDS, LEAST = 20, 8, 2  # rows; words and letters of a search


@dataclass(frozen=True, slots=True)
class Found:
    """What the door sees of a member. `taken` is a `Mode` or empty."""

    id: str
    name: str
    code: str
    unit_id: str | None
    phone_known: bool  # so that a link can ask for its last digits
    taken: str
    freed: bool  # taken, and waits for another phone
    added: str
    reason: str
    locked: bool
    claimed: bool


def find(
    session: Session, dialogue_id: str, typed: str, units: Mapping[str, str], limit: int = SHOWN
) -> tuple[list[Found], bool]:
    """Members who have every word that was typed: in name, code or unit, or at the end of the phone; and whether more do.

    `units` are the folded names of units by id. Who bears the last word as the given name comes first, then who has it
    as a whole word, each in Vietnamese order.
    """
    words = fold(typed).split()[:MOST_WORDS]
    if len("".join(words)) < LEAST:
        return [], False
    last, padded = f"% {words[-1]} ", literal(" ") + Member.folded + literal(" ")
    given, whole = padded.like(literal(last) + func.lower(Member.code) + literal(" ")), padded.like(f"{last}%")
    statement = (
        select(Member, Issue)
        .outerjoin(Issue, (Issue.member_id == Member.id) & (Issue.dialogue_id == Member.dialogue_id))
        .where(Member.dialogue_id == dialogue_id, Member.removed.is_(False), *(_has(word, units) for word in words))
        .order_by(given.desc(), whole.desc(), Member.sort, Member.id)
        .limit(limit + 1)
    )
    rows = [_found(member, issue) for member, issue in session.execute(statement)]
    return rows[:limit], len(rows) > limit


def _has(word: str, units: Mapping[str, str]) -> ColumnElement[bool]:
    ways: list[ColumnElement[bool]] = [Member.folded.contains(word, autoescape=True)]
    within = [unit_id for unit_id, name in units.items() if f" {word}" in f" {name}"]
    if within:
        ways.append(Member.unit_id.in_(within))
    if len(word) >= people.LEAST_DIGITS and word.isascii() and word.isdecimal():
        ways.append(Member.phone.endswith(word, autoescape=True))
    return or_(*ways)


def see(session: Session, dialogue_id: str, member_id: str) -> Found:
    """The member as the door sees one; raises `NotFound`."""
    member = people.load(session, dialogue_id, member_id)
    return _found(member, session.get(Issue, (dialogue_id, member_id)))


def _found(member: Member, issue: Issue | None) -> Found:
    return Found(
        id=member.id, name=member.name, code=member.code, unit_id=member.unit_id, phone_known=len(member.phone) >= 4,
        taken=issue.mode if issue else "", freed=issue is not None and issue.mode == Mode.WEAK and issue.bound is None,
        added=member.added, reason=member.reason, locked=member.tries >= issuing.MOST_TRIES, claimed=member.claimed,
    )  # fmt: skip


def show_link(session: Session, key: bytes, dialogue_id: str, member_id: str, *, actor: str) -> secrets.Personal:
    """Link and typed twin, to be held towards the person. Each showing is counted.

    Raises `Conflict` where a card was handed out or the seat is closed.
    """
    member = people.load(session, dialogue_id, member_id)
    issue = session.get(Issue, (dialogue_id, member_id))
    if issue is not None and issue.mode != Mode.WEAK:
        raise why_not(issue.mode)
    log(session, dialogue_id, "door_link", actor=actor)
    return secrets.personal(key, member)


def personal(session: Session, key: bytes, dialogue_id: str, member_id: str) -> secrets.Personal:
    """The same link once more, for the page that a plain form is sent on to; `show_link` has counted it."""
    return secrets.personal(key, people.load(session, dialogue_id, member_id))


def hand_card(
    session: Session, dialogue_id: str, member_id: str, *, actor: str, moment: dt.datetime | None = None
) -> None:
    """Count a card that is handed out instead of the link. Which one it is, nobody knows.

    Raises `NotNow` outside the times of issuing and `Conflict` where the place is taken.
    """
    _check_times(frozen(session, dialogue_id), moment or now())
    people.load(session, dialogue_id, member_id)
    issue = session.get(Issue, (dialogue_id, member_id))
    if issue is not None:
        raise why_not(issue.mode)
    issuing.hand_card(session, dialogue_id, member_id)
    log(session, dialogue_id, "door_card", actor=actor)


def take_card_back(session: Session, dialogue_id: str, member_id: str, *, actor: str) -> None:
    """The card lies in the box again, or went to somebody else: the place is free. Counted for the scrutineers.

    Raises `Conflict` where this member has no card.
    """
    people.load(session, dialogue_id, member_id)
    issue = session.get(Issue, (dialogue_id, member_id))
    if issue is None or issue.mode != Mode.CARD:
        raise Conflict(N_("Chỗ này không ghi là đã phát thẻ, nên không có gì để lấy lại."))
    session.delete(issue)
    session.flush()
    log(session, dialogue_id, "door_card_back", actor=actor)


def unlock(session: Session, dialogue_id: str, member_id: str, *, actor: str) -> None:
    """Let a link be tried again after too many wrong answers."""
    member = people.load(session, dialogue_id, member_id)
    if member.tries:
        member.tries = 0
        session.flush()
        log(session, dialogue_id, "door_unlock", actor=actor)


def move(session: Session, dialogue_id: str, member_id: str, *, actor: str) -> None:
    """Free the place for another phone, which gets the same ballot: a lost phone, a dead battery. Counted.

    Raises `Conflict` where no phone has the place, `NotNow` where ballots are issued in another way than the weak one.
    """
    if frozen(session, dialogue_id).mode != Mode.WEAK:
        raise NotNow(N_("Cách nhận phiếu này không chuyển máy được: máy chủ không giữ phiếu của ai. Hãy dùng máy cũ."))
    people.load(session, dialogue_id, member_id)
    issue = session.get(Issue, (dialogue_id, member_id), with_for_update=True)
    if issue is None:
        raise Conflict(N_("Chưa máy nào nhận chỗ này: cứ đưa mã QR cho máy mới, không phải chuyển."))
    if issue.mode != Mode.WEAK:
        raise why_not(issue.mode)
    if issue.bound is not None:
        issue.bound, issue.moved = None, issue.moved + 1
        session.flush()
        log(session, dialogue_id, "door_move", actor=actor)


def set_unit(session: Session, dialogue_id: str, member_id: str, unit_id: str | None, *, actor: str) -> None:
    """Put the main unit right. What was published when the roll was frozen stays as it was."""
    member = people.load(session, dialogue_id, member_id)
    if member.unit_id != unit_id:
        member.unit_id = unit_id
        session.execute(delete(Membership).where(Membership.member_id == member_id, Membership.unit_id == unit_id))
        session.flush()
        log(session, dialogue_id, "door_unit", actor=actor)


def acts(session: Session, dialogue_id: str) -> dict[str, int]:
    """How often each act of the door was done: bare counts for the scrutineers."""
    counted = select(RollLog.action, func.count()).where(
        RollLog.dialogue_id == dialogue_id, RollLog.action.like("door%")
    )
    found: dict[str, int] = dict(session.execute(counted.group_by(RollLog.action)).all())
    return found


def frozen(session: Session, dialogue_id: str) -> Roll:
    """The roll; raises `NotNow` where it does not stand yet, or not any more."""
    roll = session.get(Roll, dialogue_id)
    if roll is None or roll.frozen_at is None:
        raise NotNow(N_("Danh sách chưa chốt nên bàn đón chưa làm việc này được. Ban tổ chức sửa ở trang danh sách."))
    if roll.purged_at is not None:
        raise NotNow(N_("Danh sách đã được xóa theo hẹn, nên bàn đón không còn việc."))
    return roll


def why_not(mode: str) -> Conflict:
    """What whoever comes second reads: how the place was taken."""
    if mode == Mode.CARD:
        return Conflict(N_("Người này đã nhận thẻ rồi, có thể do bàn bên cạnh vừa phát. Không phát thêm gì nữa."))
    if mode == Mode.CLOSED:
        return Conflict(N_("Chỗ này đã có người đi thay nên đã đóng."))
    return Conflict(N_("Chỗ này đã nhận phiếu bằng đường dẫn, có thể vừa xong. Không phát thêm gì nữa."))


def _check_times(roll: Roll, moment: dt.datetime) -> None:
    if (roll.issue_from and moment < roll.issue_from) or (roll.issue_until and moment >= roll.issue_until):
        raise NotNow(N_("Ngoài giờ nhận phiếu mà ban tổ chức đã đặt, nên chưa phát thẻ được. Hãy báo ban tổ chức."))
