"""Recommendations as rows: what was asked for, of whom, until when, and what came of it."""

from __future__ import annotations

from sqlalchemy.orm import Session

from survey.core.clock import local
from survey.core.text import N_
from survey.dialogues import rehearsing
from survey.dialogues.models import Dialogue
from survey.exports.tables import Cell
from survey.exports.tables import Column
from survey.exports.tables import Report
from survey.exports.tables import Table
from survey.followups import recommended
from survey.followups.recommended import Recommended
from survey.followups.steps import NAMES
from survey.followups.steps import State

TITLE = N_("Kiến nghị")
OVERDUE = N_("Quá hạn")
SAID = N_("Quá hạn tính đến ngày lấy tệp: đã qua thời hạn mà chưa trả lời, chưa giải quyết.")
_COLUMNS = (
    Column("number", N_("TT"), "int", 6), Column("body", N_("Kiến nghị"), "text", 60),
    Column("topic", N_("Nhóm vấn đề"), "text", 22), Column("questions", N_("Nguồn (câu hỏi số)"), "text", 14),
    Column("unit", N_("Đơn vị chủ trì"), "text", 28), Column("cooperating", N_("Đơn vị phối hợp"), "text", 28),
    Column("due", N_("Thời hạn"), "date", 12), Column("state", N_("Trạng thái"), "text", 16),
    Column("overdue", N_("Quá hạn"), "text", 10), Column("reason", N_("Lý do"), "text", 30),
    Column("answer", N_("Kết quả, trả lời"), "text", 50), Column("document", N_("Văn bản trả lời"), "text", 18),
    Column("document_date", N_("Ngày văn bản"), "date", 12), Column("done", N_("Ngày xong"), "date", 12),
    Column("published", N_("Công bố"), "text", 10), Column("files", N_("Tệp kèm"), "text", 28),
)  # fmt: skip
YES = N_("Đã công bố")


def report(session: Session, dialogue: Dialogue) -> Report:
    """Every recommendation, published or not, in the order of numbers."""
    rows = tuple(_row(one) for one in recommended.of_dialogue(session, dialogue.id))
    table = Table("recommendations", TITLE, _COLUMNS, rows, (SAID,))
    return Report("recommendations", TITLE, dialogue.code, rehearsing.marked(dialogue), (table,))


def _row(one: Recommended) -> tuple[Cell, ...]:
    numbers = ", ".join(str(source.number) for source in one.questions if source.number is not None)
    return (
        one.number, one.body, one.topic or None, numbers or None, one.unit or None,
        "\n".join(name for _id, name in one.cooperating) or None, one.due, NAMES[State(one.state)],
        OVERDUE if one.overdue else None, one.reason or None, one.answer or None, one.document or None,
        one.document_date, local(one.done_at).date() if one.done_at else None, YES if one.published else None,
        "\n".join(file.name for file in one.files) or None,
    )  # fmt: skip
