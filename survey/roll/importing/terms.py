"""What a list of people is for, what they were told, and when it goes: said before anybody is brought in."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from survey.core.clock import local
from survey.core.clock import now
from survey.core.errors import NotNow
from survey.core.text import N_
from survey.roll import service
from survey.roll.models import Roll

PURPOSE = N_("Cấp phiếu kín cho người có tên trong danh sách để dự đối thoại này. Không dùng vào việc khác.")
NOTICE = N_(
    "Ban tổ chức giữ họ tên, đơn vị và số điện thoại hoặc thư điện tử của bạn để gửi đường dẫn nhận phiếu. "
    "Thấy ghi sai, hoặc muốn rút tên, hãy báo ngay ở trang nhận phiếu hoặc với chi đoàn."
)


def usual_day(starts_at: dt.datetime | None) -> dt.date:
    """The day of deletion that is offered: ninety days after the dialogue, or after today where it has no day yet."""
    today = local(now()).date()
    start = max(local(starts_at).date(), today) if starts_at else today
    return start + dt.timedelta(days=service.USUAL_DAYS)


def agree(
    session: Session,
    dialogue_id: str,
    terms: tuple[str, str, dt.date | None],
    starts_at: dt.datetime | None,
    *,
    actor: str,
) -> None:
    """Keep purpose, notice and day of deletion; everything else about the roll stays. Raises as `service.change`."""
    purpose, notice, delete_on = terms
    roll = service.ensure(session, dialogue_id)
    wanted = service.Wanted(
        purpose, notice, delete_on, second=roll.second, issue_from=roll.issue_from, issue_until=roll.issue_until
    )
    service.change(session, dialogue_id, wanted, starts_at, actor=actor)


def check(roll: Roll | None) -> Roll:
    """The roll, if people may be brought in now; raises `NotNow` for one that is deleted or has no day of deletion."""
    if roll is not None and roll.purged_at is not None:
        raise NotNow(service.GONE)
    if roll is None or roll.delete_on is None or not roll.purpose:
        raise NotNow(N_("Trước khi đưa ai vào danh sách, hãy ghi mục đích và ngày xóa danh sách, rồi lưu lại."))
    return roll
