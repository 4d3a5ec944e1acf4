"""Personal links on their way out of the system: of one unit at a time, never as one list of everybody.

What a link asks for besides must not travel with it: no digit of a phone where it asks for the phone, and not the word
that is said at the door. Neither stands in a column, and what happens to contain it elsewhere is left out.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core.dates import write_moment
from survey.core.errors import NotFound
from survey.core.text import N_
from survey.core.text import fold
from survey.roll import secrets
from survey.roll.models import Member
from survey.roll.models import Roll
from survey.roll.models import RollLog
from survey.roll.service import log

WARNING = "Chỉ gửi riêng từng người, không đăng vào nhóm"
FORMS = ("xlsx", "csv", "txt", "cards")
LONGEST_WORD = 8  # words that what is said at the door may have
_DIGITS = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class Leaf:
    """What one person is given."""

    name: str
    code: str
    url: str
    twin: str
    email: str


@dataclass(frozen=True, slots=True)
class Parcel:
    """The links of one unit. `page` is where the twin is typed, `says` what a message tells besides the link."""

    unit: str
    theme: str
    page: str
    says: tuple[str, ...]
    leaves: tuple[Leaf, ...]


def of_unit(session: Session, key: bytes, dialogue_id: str, unit_id: str | None, page: str) -> tuple[Leaf, ...]:
    """The links of all whose main unit this is (None: who has none), in Vietnamese order. Raises `NotFound` for nobody.

    `page` is the address of the members' side, such as https://…/m/<code>.
    """
    here = select(Member).where(Member.dialogue_id == dialogue_id, Member.removed.is_(False), Member.unit_id == unit_id)
    members = list(session.scalars(here.order_by(Member.sort, Member.id)))
    if not members:
        raise NotFound(N_("Đơn vị này không có ai trong danh sách. Hãy tải lại trang."))
    roll = session.get(Roll, dialogue_id)
    return tuple(_leaf(key, member, page, roll is not None and roll.second == "phone") for member in members)


def says(roll: Roll | None, key: bytes) -> tuple[str, ...]:
    """What a message tells besides the link: what it is, when, what is asked for, what the list is for."""
    lines = [
        "Đường dẫn là của riêng bạn, để nhận một phiếu kín. Mở bao nhiêu lần cũng được; phiếu ở lại máy bấm nhận đầu tiên.",
        "Danh sách chỉ ghi bạn đã nhận phiếu hay chưa, không ghi bạn hỏi gì hay chọn gì. Xin đừng chuyển cho người khác.",
        _times(roll),
    ]
    if roll is not None and roll.second == "phone":
        lines.append("Khi nhận phiếu, trang hỏi thêm bốn số cuối điện thoại của bạn.")
    if roll is not None and roll.second == "word":
        lines.append("Khi nhận phiếu, trang hỏi thêm một từ mà ban tổ chức chỉ nói tại cửa.")
    if roll is not None and roll.purpose and not tells_word(roll, key, roll.purpose):
        lines.append(f"Danh sách dùng để: {roll.purpose}")
    return tuple(lines)


def tells_word(roll: Roll | None, key: bytes, text: str) -> bool:
    """Whether the word that is said at the door stands in a text."""
    if roll is None or roll.second != "word" or not roll.word:
        return False
    words = re.findall(r"\w+", fold(text))
    runs = (" ".join(words[at : at + length]) for at in range(len(words)) for length in range(1, LONGEST_WORD + 1))
    return any(secrets.word_mark(key, run) == roll.word for run in runs)


def sent(session: Session, dialogue_id: str, unit_id: str | None, form: str, number: int, *, actor: str) -> None:
    """Write down that the links of a unit left the system: who took them, which unit, in which form."""
    log(session, dialogue_id, "links", actor=actor, unit=unit_id or "", form=form, people=number)


def taken(session: Session, dialogue_id: str) -> dict[str, tuple[int, dt.datetime, str]]:
    """By unit ("" for none) how often its links were taken, when last, and by which actor."""
    rows = session.scalars(
        select(RollLog).where(RollLog.dialogue_id == dialogue_id, RollLog.action == "links").order_by(RollLog.at)
    )
    found: dict[str, tuple[int, dt.datetime, str]] = {}
    for row in rows:
        unit = str(row.detail.get("unit", ""))
        found[unit] = (found.get(unit, (0,))[0] + 1, row.at, row.actor)
    return found


def file_name(code: str, unit: str, form: str) -> str:
    """A name that says whose links it holds, in letters that every file system takes."""
    slug = re.sub(r"[^a-z0-9]+", "-", fold(unit)).strip("-")[:80] or "don-vi"
    return f"duong-dan-{code}-{slug}.{form}"


def _leaf(key: bytes, member: Member, page: str, phone_is_asked: bool) -> Leaf:
    own = secrets.personal(key, member)
    name, code, email = member.name, member.code, member.email
    if phone_is_asked:
        code, email = ("" if _tells(text, member.phone) else text for text in (code, email))
        name = _DIGITS.sub("", name) if _tells(name, member.phone) else name
    return Leaf(name, code, f"{page}#{own.token}", secrets.grouped(own.twin), email)


def _tells(text: str, phone: str) -> bool:
    """Whether the last four digits of the phone stand in a text, whatever stands between them."""
    return len(phone) >= 4 and phone[-4:] in "".join(_DIGITS.findall(text))


def _times(roll: Roll | None) -> str:
    start, end = (write_moment(roll.issue_from), write_moment(roll.issue_until)) if roll else ("", "")
    if start and end:
        return f"Nhận phiếu từ {start} đến {end}."
    if start:
        return f"Nhận phiếu từ {start} đến khi đối thoại khép lại."
    return f"Nhận phiếu đến {end}." if end else "Nhận phiếu được đến khi đối thoại khép lại."
