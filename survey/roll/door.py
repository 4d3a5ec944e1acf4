"""The door: what three people side by side do for whoever stands before them. One wins, the other reads what happened.

Each act is one write with one line in the log: the act and who did it, never for whom. Whether a place is taken is all
that the door knows; what a ballot does afterwards is in the other database. What the door sees: `at_door`; who is not on
the roll: `additions`.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import delete
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core.clock import now
from survey.core.errors import Conflict
from survey.core.errors import NotNow
from survey.core.text import N_
from survey.roll import issuing
from survey.roll import people
from survey.roll import secrets
from survey.roll.issuing import Mode
from survey.roll.models import Issue
from survey.roll.models import Membership
from survey.roll.models import Roll
from survey.roll.models import RollLog
from survey.roll.service import log


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
    people.load(session, dialogue_id, member_id, held=True)
    issue = session.get(Issue, (dialogue_id, member_id))
    if issue is not None:
        raise why_not(issue.mode)
    issuing.hand_card(session, dialogue_id, member_id)
    log(session, dialogue_id, "door_card", actor=actor)


def take_card_back(session: Session, dialogue_id: str, member_id: str, *, actor: str) -> None:
    """The card lies in the box again, or went to somebody else: the place is free. Counted for the scrutineers.

    Raises `Conflict` where this member has no card.
    """
    people.load(session, dialogue_id, member_id, held=True)
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
    """The roll, which stays frozen until the commit; raises `NotNow` where it does not stand yet, or not any more."""
    roll = session.get(Roll, dialogue_id, with_for_update={"read": True})
    if roll is None or roll.frozen_at is None:
        raise NotNow(N_("Danh sách chưa chốt nên bàn đón chưa làm việc này được. Ban tổ chức sửa ở trang danh sách."))
    if roll.purged_at is not None:
        raise NotNow(N_("Danh sách đã được xóa, nên bàn đón không còn việc."))
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
