"""The roll of a dialogue: its settings, and freezing it so that it cannot be padded unseen."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy import update
from sqlalchemy.orm import Session

from survey.core.clock import coarse
from survey.core.clock import local
from survey.core.clock import now
from survey.core.errors import Conflict
from survey.core.errors import Invalid
from survey.core.errors import NotNow
from survey.core.ids import new_id
from survey.core.text import N_
from survey.roll import counts
from survey.roll.models import Issue
from survey.roll.models import Member
from survey.roll.models import Membership
from survey.roll.models import Roll
from survey.roll.models import RollLog
from survey.roll.models import UnitCount

AT_THE_DOOR = "door_"  # how the names of such acts begin in the log
SECONDS = ("", "phone", "word")  # what a link may ask for besides
USUAL_DAYS, MOST_DAYS = 90, 366  # a roll is kept after its dialogue
TEXT_LENGTH, NOTICE_LENGTH = 500, 2_000
GONE = N_("Danh sách của đối thoại này đã được xóa, chỉ còn các con số. Muốn làm lại, hãy mở kỳ mới.")
_MENDED = ("purpose", "notice", "delete_on", "second", "issue_from", "issue_until")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the organiser wants of a roll. `word` is the mark of a new word (`secrets.word_mark`), None for the old one."""

    purpose: str
    notice: str
    delete_on: dt.date | None
    second: str = ""
    word: bytes | None = None
    issue_from: dt.datetime | None = None
    issue_until: dt.datetime | None = None


def ensure(session: Session, dialogue_id: str) -> Roll:
    """The roll of this dialogue inside a write, made empty where there is none yet."""
    found = session.get(Roll, dialogue_id, with_for_update=True)
    if found is None:
        found = Roll(dialogue_id=dialogue_id)
        session.add(found)
        session.flush()
    return found


def change(session: Session, dialogue_id: str, wanted: Wanted, starts_at: dt.datetime | None, *, actor: str) -> None:
    """Set purpose, notice, times, what a link asks for, and the day of deletion; the log keeps what changed.

    Raises one `Invalid` that names every field that cannot be used, and `NotNow` once the roll is deleted.
    """
    roll = _kept(session, dialogue_id)
    wrong = _faults(roll, wanted, starts_at)
    if wrong:
        raise Invalid(next(iter(wrong.values())), wrong)
    changed = [name for name in _MENDED if getattr(roll, name) != getattr(wanted, name)]
    for name in changed:
        setattr(roll, name, getattr(wanted, name))
    if wanted.word is not None:
        roll.word = wanted.word
        changed.append("word")
    if roll.second != "word":
        roll.word = None
    if changed:
        log(session, dialogue_id, "settings", actor=actor, fields=changed)


def check_delete_on(day: dt.date | None, starts_at: dt.datetime | None, today: dt.date) -> None:
    """Raise `Invalid` for a day of deletion that is missing, past, before the dialogue or more than a year after it."""
    starts_on = local(starts_at).date() if starts_at else today
    if day is None:
        sentence = N_("Hãy ghi ngày xóa danh sách, ví dụ 26/4/2026. Danh sách nào cũng phải có ngày xóa.")
    elif day <= today:
        sentence = N_("Ngày xóa đã qua. Hãy ghi một ngày từ ngày mai trở đi; muốn xóa ngay, dùng nút xóa ở cuối trang.")
    elif day <= starts_on and starts_at:
        sentence = N_("Ngày xóa phải sau ngày đối thoại, nếu không danh sách bị xóa trước khi phát phiếu.")
    elif day > max(starts_on, today) + dt.timedelta(days=MOST_DAYS):
        sentence = N_("Danh sách không được giữ quá một năm sau đối thoại. Hãy ghi ngày sớm hơn.")
    else:
        return
    raise Invalid(sentence, {"delete_on": sentence})


def freeze(session: Session, dialogue_id: str, *, actor: str, at: dt.datetime | None = None) -> int:
    """Fix the roll and count it by unit; who comes later is counted apart. Return the total.

    A roll that is frozen already, or deleted, stays as it was. One that nobody gave a day of deletion gets one: a hall
    that opens must not be the reason for a list that stays for ever.
    """
    roll = ensure(session, dialogue_id)
    if roll.frozen_at is None and roll.purged_at is None:
        units = counts.by_unit(session, dialogue_id)
        session.add_all(UnitCount(dialogue_id=dialogue_id, unit_id=unit, members=n) for unit, n in units.items())
        roll.frozen_at, roll.frozen_total, roll.freezes = at or now(), sum(units.values()), roll.freezes + 1
        roll.delete_on = roll.delete_on or local(roll.frozen_at).date() + dt.timedelta(days=USUAL_DAYS)
        log(session, dialogue_id, "freeze", actor=actor, total=roll.frozen_total)
    return roll.frozen_total


def freeze_seen(session: Session, dialogue_id: str, seen: int, *, actor: str) -> int:
    """`freeze` by its own button, by somebody who saw a roll of `seen` people.

    Raises `NotNow` for a roll that is empty, deleted or says neither what it is for nor when it goes, and `Conflict`
    where it has changed since it was looked at.
    """
    roll = _kept(session, dialogue_id)
    total = sum(counts.by_unit(session, dialogue_id).values())
    if roll.frozen_at is None:
        if not total:
            raise NotNow(N_("Danh sách chưa có ai nên chưa chốt được. Hãy nhập danh sách trước."))
        if not roll.purpose or roll.delete_on is None:
            raise NotNow(N_("Trước khi chốt, hãy ghi mục đích và ngày xóa danh sách ở khung Cài đặt, rồi lưu lại."))
        if total != seen:
            raise Conflict(N_("Danh sách vừa thay đổi sau khi bạn mở trang này. Hãy xem lại số người rồi chốt."))
    return freeze(session, dialogue_id, actor=actor)


def unfreeze(session: Session, dialogue_id: str, *, actor: str) -> None:
    """Open the roll again: what was added meanwhile belongs to it, and the heads' links are worth nothing any more.

    Raises `NotNow` once somebody took a ballot or a card, or a head has confirmed: from then on it may be known by count.
    """
    roll = _kept(session, dialogue_id)
    if roll.frozen_at is None:
        return
    if roll.settled or _was_issued(session, dialogue_id):
        raise NotNow(N_("Đã có đơn vị xác nhận hoặc đã phát phiếu nên không bỏ chốt được nữa. Hãy bổ sung từng người."))
    here = Member.dialogue_id == dialogue_id
    gone = select(Member.id).where(here, Member.removed.is_(True))
    session.execute(delete(Membership).where(Membership.member_id.in_(gone)))
    session.execute(delete(Member).where(here, Member.removed.is_(True)))
    session.execute(update(Member).where(here).values(added="", reason=""))
    session.execute(delete(UnitCount).where(UnitCount.dialogue_id == dialogue_id))
    log(session, dialogue_id, "unfreeze", actor=actor, total=roll.frozen_total)
    roll.frozen_at, roll.frozen_total = None, 0
    session.flush()


def without_phone(session: Session, dialogue_id: str) -> list[Member]:
    """Who cannot answer a link that asks for the last four digits of the phone."""
    asked = select(Member).where(Member.dialogue_id == dialogue_id, Member.removed.is_(False))
    return list(session.scalars(asked.where(func.length(Member.phone) < 4).order_by(Member.sort, Member.id)))


def log(session: Session, dialogue_id: str, action: str, *, actor: str, **detail: Any) -> None:
    """One line on what staff did to the roll, in the same transaction. Never a name, never a secret.

    What is done for somebody who stands at the door is dated to five minutes: on a disk this line lies beside the row of
    what was issued, which has no time, and must not give it one (rule D1).
    """
    at = coarse() if action.startswith(AT_THE_DOOR) else now()
    session.add(RollLog(id=new_id(), dialogue_id=dialogue_id, at=at, actor=actor, action=action, detail=detail))
    session.flush()


def _was_issued(session: Session, dialogue_id: str) -> bool:
    """Whether anything was ever handed out, also a card that was taken back."""
    issued = select(Issue.member_id).where(Issue.dialogue_id == dialogue_id).limit(1)
    card = select(RollLog.id).where(RollLog.dialogue_id == dialogue_id, RollLog.action == "door_card").limit(1)
    return session.scalar(issued) is not None or session.scalar(card) is not None


def _kept(session: Session, dialogue_id: str) -> Roll:
    roll = ensure(session, dialogue_id)
    if roll.purged_at is not None:
        raise NotNow(GONE)
    return roll


def _faults(roll: Roll, wanted: Wanted, starts_at: dt.datetime | None) -> dict[str, str]:
    wrong: dict[str, str] = {}
    if not 1 <= len(wanted.purpose) <= TEXT_LENGTH:
        wrong["purpose"] = N_("Hãy ghi danh sách này dùng để làm gì, không quá 500 ký tự.")
    if len(wanted.notice) > NOTICE_LENGTH:
        wrong["notice"] = N_("Dài nhất 2.000 ký tự.")
    try:
        check_delete_on(wanted.delete_on, starts_at, local(now()).date())
    except Invalid as error:
        wrong.update(error.fields)
    if wanted.second not in SECONDS:
        wrong["second"] = N_("Hãy chọn một trong ba cách.")
    if wanted.second == "word" and wanted.word is None and roll.word is None:
        wrong["word"] = N_("Hãy ghi từ sẽ nói ở cửa, từ 4 đến 40 ký tự.")
    if wanted.issue_from and wanted.issue_until and wanted.issue_until <= wanted.issue_from:
        wrong["issue_until"] = N_("Giờ kết thúc nhận phiếu phải sau giờ bắt đầu.")
    return wrong
