"""Who has taken a ballot, by unit: in whole fives, small units together; the rule is the roll's own."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core.text import N_
from survey.dialogues import rehearsing
from survey.dialogues.entry import by_roll
from survey.dialogues.models import Dialogue
from survey.exports.tables import Cell
from survey.exports.tables import Column
from survey.exports.tables import Report
from survey.exports.tables import Table
from survey.organisations.models import Unit

TITLE = N_("Nhận phiếu theo đơn vị")
STEPS = N_(
    "Số người đã nhận phiếu tròn xuống bội của 5. Đơn vị dưới năm người tính chung; nếu gộp lại vẫn lộ thì tính chung thêm "
    "đơn vị khác. Nhận phiếu không phải là trả lời hay hỏi: hai điều ấy không tính theo đơn vị."
)
NO_ROLL = N_("Đối thoại này không phát phiếu theo danh sách, nên không có số theo đơn vị.")
PURGED = N_("Danh sách đã xóa vào ngày đã hẹn, nên không còn số theo đơn vị.")
OTHERS = N_("Các đơn vị nhỏ, tính chung")
_COLUMNS = (
    Column("unit", N_("Đơn vị"), "text", 44), Column("members", N_("Trong danh sách"), "int", 12),
    Column("taken", N_("Đã nhận phiếu, ít nhất"), "int", 14), Column("share", N_("Tỷ lệ, ít nhất"), "share", 12),
)  # fmt: skip


def report(session: Session, roll: Session | None, dialogue: Dialogue) -> Report:
    """Turnout by unit; without a roll, or once it is gone, a table that says why it is empty."""
    from survey.tally import turnout  # noqa: PLC0415 -- it brings the whole life cycle: only who asks pays for it

    lines = turnout(roll, dialogue.id) if roll is not None and by_roll(dialogue) else []
    named = select(Unit.id, Unit.name).where(Unit.organisation_id == dialogue.organisation_id)
    units = dict(session.execute(named).all()) if lines else {}
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (units.get(unit_id, OTHERS), members, taken, taken / members if members else None)
        for unit_id, members, taken in lines
    )
    notes = (STEPS,) if rows else (STEPS, PURGED if by_roll(dialogue) else NO_ROLL)
    table = Table("turnout", TITLE, _COLUMNS, rows, notes)
    return Report("turnout", TITLE, dialogue.code, rehearsing.marked(dialogue), (table,))
