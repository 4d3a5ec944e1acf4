"""The sites in a file: only those that may be told, in steps, and everywhere else together without a number."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core.text import N_
from survey.dialogues import rehearsing
from survey.dialogues.models import Dialogue
from survey.exports.tables import Column
from survey.exports.tables import Report
from survey.exports.tables import Table
from survey.organisations.models import Unit
from survey.questions import queries as questions
from survey.questions.models import Question
from survey.questions.queries import Row
from survey.room import hands
from survey.room import places

SITE, HANDS = Column("site", N_("Điểm cầu"), "text", 24), Column("hands", N_("Giơ tay (không cộng)"), "int", 10)
ANSWERER = Column("answerer", N_("Người trả lời"), "text", 24)
HANDED = Column("handed_to", N_("Đơn vị trả lời bằng văn bản"), "text", 26)
TOGETHER = Column("together", N_("Trả lời chung với câu"), "text", 14)
JUDGED = Column("judged", N_("Người cho ý kiến về câu trả lời"), "int", 12)
SATISFIED = Column("satisfied", N_("Trong đó thấy thỏa đáng"), "int", 12)
FIVE = 5  # judgements from which there is a figure
_SITES = (
    Column("number", N_("Số điểm cầu"), "int", 12), Column("site", N_("Điểm cầu"), "text", 40),
    Column("ballots", N_("Số phiếu, ít nhất"), "int", 12), Column("questions", N_("Số câu trên bảng"), "int", 12),
)  # fmt: skip
STEPS = N_("Số phiếu theo điểm cầu chuyển từng bước năm, từ mười phiếu trở lên. Điểm cầu ít hơn được tính chung.")
WHEN = N_("Một câu chỉ mang tên điểm cầu nếu lúc gửi ở đó đã có từ mười phiếu.")


def report(session: Session, dialogue: Dialogue) -> Report:
    """Ballots and questions by site."""
    asked = Counter(row.site_number for row in questions.board(session, dialogue.id))
    rows = tuple(
        (number, name, ballots, asked[number]) for number, name, ballots in places.figures(session, dialogue.id)
    )
    title = N_("Điểm cầu")
    table = Table("sites", title, _SITES, rows, (STEPS, WHEN))
    return Report("sites", title, dialogue.code, rehearsing.marked(dialogue), (table,))


def more(
    session: Session, dialogue_id: str, board: list[Row]
) -> tuple[tuple[Column, ...], list[tuple[str | int | None, ...]]]:
    """Columns that stand beside the questions where there is something in them, with their cells row by row."""
    judged = [row.judged >= FIVE for row in board]
    handed, together = _handed(session, dialogue_id), _together(board)
    raised = hands.of(session, dialogue_id, [row.id for row in board])
    sides: list[tuple[Column, list[str | int | None]]] = []
    if any(row.site for row in board):
        sides.append((SITE, [row.site or None for row in board]))
    if any(row.answerer for row in board):
        sides.append((ANSWERER, [row.answerer or None for row in board]))
    if handed:
        sides.append((HANDED, [handed.get(row.id) for row in board]))
    if any(together):
        sides.append((TOGETHER, list(together)))
    if any(judged):
        shown = list(zip(board, judged, strict=True))
        sides.append((JUDGED, [row.judged if enough else None for row, enough in shown]))
        sides.append((SATISFIED, [row.satisfied if enough else None for row, enough in shown]))
    if raised:
        sides.append((HANDS, [raised.get(row.id) for row in board]))
    return tuple(column for column, _cells in sides), [
        tuple(cells[at] for _c, cells in sides) for at in range(len(board))
    ]


def _handed(session: Session, dialogue_id: str) -> dict[str, str]:
    """Which unit answers what in writing, by the question's id."""
    statement = (
        select(Question.id, Unit.name)
        .join(Unit, Unit.id == Question.handed_to)
        .where(Question.dialogue_id == dialogue_id)
    )
    return dict(session.execute(statement).all())


def _together(board: list[Row]) -> list[str | None]:
    """For each question the numbers of those that share its answer."""
    shared: dict[str, list[int]] = {}
    for row in board:
        if row.grouped and row.number is not None:
            shared.setdefault(row.grouped, []).append(row.number)
    beside = [[one for one in shared.get(row.grouped or "", ()) if one != row.number] for row in board]
    return [", ".join(map(str, sorted(numbers))) or None for numbers in beside]
