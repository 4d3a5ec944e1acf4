"""Where each question on the board came from: every wording that was merged into it, and by which way."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core.text import N_
from survey.dialogues import rehearsing
from survey.dialogues.models import Dialogue
from survey.exports.queries import SOURCES
from survey.exports.tables import Cell
from survey.exports.tables import Column
from survey.exports.tables import Report
from survey.exports.tables import Table
from survey.questions.models import Question
from survey.questions.state import BOARD
from survey.questions.state import State

TITLE = N_("Các cách hỏi đã gộp")
SAID = N_(
    "Mỗi dòng một cách hỏi đã gộp vào câu trên bảng; cách hỏi chưa từng lên bảng thì không có số. Xếp ngẫu nhiên."
)
COUNTED = N_("Lượt ủng hộ của câu chính tính mỗi phiếu một lần, nên không bằng tổng các cách hỏi.")
_COLUMNS = (
    Column("number", N_("Câu số"), "int", 8), Column("body", N_("Nội dung câu hỏi"), "text", 56),
    Column("supporters", N_("Lượt ủng hộ"), "int", 10), Column("wording_number", N_("Số của cách hỏi"), "int", 10),
    Column("wording", N_("Cách hỏi đã gộp"), "text", 56), Column("into", N_("Gộp vào câu số"), "int", 10),
    Column("source", N_("Nguồn"), "text", 18),
)  # fmt: skip


def report(session: Session, dialogue: Dialogue) -> Report:
    """The wordings of each question on the board, in board order."""
    below = _below(session, dialogue.id)
    rows: list[tuple[Cell, ...]] = []
    for leading in _leading(session, dialogue.id, below):
        waiting = [(leading, one) for one in below.get(leading.id, ())]
        while waiting:
            into, one = waiting.pop(0)
            rows.append((leading.number, leading.body, leading.supporters, one.number, one.body, into.number,
                         SOURCES[one.source]))  # fmt: skip
            waiting[:0] = [(one, deeper) for deeper in below.get(one.id, ())]
    table = Table("wordings", TITLE, _COLUMNS, tuple(rows), (SAID, COUNTED))
    return Report("wordings", TITLE, dialogue.code, rehearsing.marked(dialogue), (table,))


def _below(session: Session, dialogue_id: str) -> dict[str, list[Question]]:
    """Merged questions by what they were merged into, each lot by its random keys."""
    statement = (
        select(Question)
        .where(Question.dialogue_id == dialogue_id, Question.state == State.MERGED, Question.merged_into.is_not(None))
        .order_by(Question.tie)
    )
    found: dict[str, list[Question]] = {}
    for one in session.scalars(statement):
        found.setdefault(str(one.merged_into), []).append(one)
    return found


def _leading(session: Session, dialogue_id: str, below: dict[str, list[Question]]) -> list[Question]:
    """Those on the board that something was merged into, by support."""
    statement = (
        select(Question)
        .where(Question.dialogue_id == dialogue_id, Question.state.in_(BOARD), Question.number.is_not(None))
        .where(Question.wordings > 1)
        .order_by(Question.supporters.desc(), Question.tie)
    )
    return [one for one in session.scalars(statement) if one.id in below]
