"""From the database to plain rows. Questions stand in board order, free texts in no order at all."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from collections.abc import Mapping

from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.accounts import queries as accounts
from survey.core.text import N_
from survey.dialogues import order
from survey.dialogues import rehearsing
from survey.dialogues.entry import Entry
from survey.dialogues.entry import by_roll
from survey.dialogues.entry import is_strong
from survey.dialogues.models import Dialogue
from survey.dialogues.state import State as Stage
from survey.exports import polls
from survey.exports import sites
from survey.exports.tables import Chart
from survey.exports.tables import Column
from survey.exports.tables import Report
from survey.exports.tables import Table
from survey.moderation.models import ModerationLog
from survey.questionnaires import queries as questionnaires
from survey.questionnaires.models import Questionnaire
from survey.questionnaires.results import ItemResult
from survey.questionnaires.results import Results
from survey.questions import queries as questions
from survey.questions.models import Question
from survey.questions.state import BOARD
from survey.questions.state import State

CHARTED = 10  # questions in the chart
STATES: Mapping[str, str] = {
    "pending": N_("Chờ duyệt"), "approved": N_("Chưa trả lời"), "held": N_("Giữ lại"), "rejected": N_("Không đưa lên"),
    "answering": N_("Đang trả lời"), "answered": N_("Đã trả lời"), "in_writing": N_("Trả lời bằng văn bản"),
    "merged": N_("Đã gộp"), "withdrawn": N_("Đã rút lại"), "erased": N_("Đã xóa"),
}  # fmt: skip
LOGGED: Mapping[str, str] = {**STATES, "approved": N_("Trên bảng")}
SOURCES: Mapping[str, str] = {
    "member": N_("Gửi từ điện thoại"), "spoken": N_("Phát biểu tại hội trường"), "paper": N_("Phiếu giấy"),
    "imported": N_("Nhập từ tệp"), "merged": N_("Ban tổ chức viết chung cho các câu đã gộp"),
    "survey": N_("Từ phiếu khảo sát"),
}  # fmt: skip
ACTS: Mapping[str, str] = {
    "approve": N_("Đưa lên"), "hold": N_("Giữ lại"), "reject": N_("Không đưa lên"), "reopen": N_("Đưa về hàng chờ"),
    "call": N_("Mời trả lời"), "answer": N_("Đánh dấu đã trả lời"), "put_back": N_("Đưa trở lại bảng"),
    "put_in_writing": N_("Chuyển trả lời bằng văn bản"), "bring_in": N_("Ghi vào bảng"),
    "note": N_("Ghi tóm tắt trả lời"), "merge": N_("Gộp vào câu khác"), "split": N_("Tách lại"),
    "write": N_("Viết câu chung để gộp"), "channel": N_("Chuyển đúng kênh"), "redact": N_("Che tên"),
    "ask_back": N_("Hỏi lại người hỏi"), "take_back": N_("Thôi hỏi lại"),
    "erase": N_("Xóa hẳn"), "mute": N_("Chặn phiếu của người hỏi"), "unmute": N_("Bỏ chặn phiếu của người hỏi"),
}  # fmt: skip
VOICES: Mapping[str, str] = {
    Entry.OPEN: N_("Lượt ủng hộ tính theo thiết bị: mỗi máy một phiếu."),
    Entry.TICKETS: N_("Lượt ủng hộ tính theo thẻ: mỗi thẻ rút từ hộp một phiếu."),
    Entry.ROLL: N_("Lượt ủng hộ tính theo danh sách: mỗi người trong danh sách một phiếu."),
    Entry.ROLL_AND_TICKETS: N_(
        "Lượt ủng hộ tính theo danh sách và thẻ: mỗi người trong danh sách một phiếu hoặc một thẻ, không ai có cả hai."
    ),
}
BLIND = N_(
    "Phiếu nhận bằng đường dẫn được ký mù: nơi cấp không thấy phiếu, nên không khóa nào nối được phiếu với người."
)
WEAK = N_(
    "Chế độ yếu: đến năm phút sau khi khép lại, ai giữ khóa của máy chủ còn nối được phiếu với người nhận bằng đường dẫn; "
    "sau đó khóa bị hủy."
)
CARRIED = N_("Câu ghi từ giấy hoặc nhập từ tệp có thể mang theo số lượt đã đếm trước đó.")
UNFINISHED = N_("Đối thoại chưa khép lại: số liệu còn thay đổi.")
COUNTED = N_("%(count)s phiếu trả lời; số liệu tính trên %(people)s phiếu, rút ngẫu nhiên nếu ít hơn.")
FEW = N_("Chưa đủ năm phiếu trả lời nên chưa có số liệu.")
STEPS = N_(
    "Để không lộ phiếu của một người: số liệu khảo sát chỉ đổi khi thêm ít nhất năm phiếu, mọi số người làm tròn xuống bội "
    "của 5 (0 là 0 đến 4 trong các phiếu được tính), và đôi khi một phiếu được tính thay cho một phiếu khác. Tỷ lệ và điểm "
    "trung bình tính từ các số ấy."
)
HELD_THEN = N_("Lúc lấy tệp này, điều hành đang giữ thứ tự để chủ trì đọc; lượt ủng hộ vẫn được tính.")
NAMELESS = N_("Tệp này không có tên người hỏi và giờ gửi, vì nơi lưu cũng không có.")

_QUESTIONS = (
    Column("number", N_("Câu số"), "int", 8),
    Column("body", N_("Nội dung câu hỏi"), "text", 64),
    Column("topic", N_("Nhóm vấn đề"), "text", 22),
    Column("supporters", N_("Lượt ủng hộ"), "int", 10),
    Column("state", N_("Trạng thái"), "text", 16),
    Column("source", N_("Nguồn"), "text", 16),
    Column("unit", N_("Đơn vị có ý kiến"), "text", 18),
    Column("note", N_("Nội dung trả lời, tiếp thu"), "text", 44),
    Column("wordings", N_("Các câu đã gộp vào"), "text", 44),
)
_RESULTS = (
    Column("item", N_("Mục"), "text", 50),
    Column("answered", N_("Số người trả lời"), "int", 12),
    Column("answer", N_("Câu trả lời"), "text", 60),
    Column("count", N_("Số phiếu"), "int", 10),
    Column("share", N_("Tỷ lệ"), "share", 10),
    Column("mean", N_("Điểm trung bình"), "mean", 11),
)
_LOG = (
    Column("about", N_("Lúc (làm tròn 5 phút)"), "time", 16),
    Column("number", N_("Câu số"), "int", 8),
    Column("body", N_("Nội dung câu hỏi"), "text", 60),
    Column("action", N_("Việc"), "text", 22),
    Column("before", N_("Từ"), "text", 18),
    Column("after", N_("Sang"), "text", 18),
    Column("reason", N_("Lý do"), "text", 40),
    Column("actor", N_("Người thực hiện"), "text", 24),
)


def questions_report(session: Session, dialogue: Dialogue) -> Report:
    """The board: each published question once, in the order that the hall sees."""
    board = questions.board(session, dialogue.id)
    columns, beside = sites.more(session, dialogue.id, board)
    rows = tuple(
        (q.number, q.body, q.topic, q.supporters, STATES[q.state], SOURCES[q.source], q.unit or None, q.note or None,
         "\n".join(q.others) or None, *cells)
        for q, cells in zip(board, beside, strict=True)
    )  # fmt: skip
    notes = [order.said(dialogue.rule, turns=dialogue.turns), *_entry_notes(dialogue), *_held_note(dialogue), NAMELESS]
    if said := order.by_site(dialogue):
        notes.insert(1, said)
    if any(q.source in {"paper", "imported"} and q.supporters for q in board):
        notes.insert(2, CARRIED)
    title = N_("Câu hỏi và lượt ủng hộ")
    charts = _question_chart(sum(q.supporters > 0 for q in board))
    table = Table("questions", title, (*_QUESTIONS, *columns), rows, tuple(notes), charts)
    return Report("questions", title, dialogue.code, rehearsing.marked(dialogue), (table,))


def _held_note(dialogue: Dialogue) -> tuple[str, ...]:
    """Said where the list was made while the order stood still."""
    return (HELD_THEN,) if order.held(dialogue) else ()


def results_report(session: Session, dialogue: Dialogue) -> Report:
    """One table for each questionnaire that is not a draft any more."""
    statement = (
        select(Questionnaire.id)
        .where(Questionnaire.dialogue_id == dialogue.id, Questionnaire.state != "draft")
        .where(Questionnaire.purpose == "survey")
        .order_by(Questionnaire.position)
    )
    found = [questionnaires.results(session, questionnaire_id) for questionnaire_id in session.scalars(statement)]
    tables = tuple(results_table(dialogue, results) for results in found)
    return Report("results", N_("Kết quả khảo sát"), dialogue.code, rehearsing.marked(dialogue), tables)


def log_report(session: Session, dialogue: Dialogue) -> Report:
    """Who decided what on which question. Within five minutes the order is random, as the times are."""
    statement = (
        select(ModerationLog, Question.number, Question.body, Question.state)
        .join(Question, Question.id == ModerationLog.question_id)
        .where(ModerationLog.dialogue_id == dialogue.id)
        .order_by(ModerationLog.at, ModerationLog.id)
    )
    found = session.execute(statement).all()
    names = accounts.names(session, {entry.actor for entry, *_ in found}) | {
        "cli": N_("lệnh trên máy chủ"),
        "auto": N_("tự động"),
    }
    rows = tuple(
        (
            entry.at, number, _readable(body, state), ACTS.get(entry.action, entry.action), LOGGED.get(entry.before),
            LOGGED.get(entry.after), entry.reason or None, names.get(entry.actor, entry.actor),
        )
        for entry, number, body, state in found
    )  # fmt: skip
    title = N_("Nhật ký điều hành")
    table = Table("log", title, _LOG, rows, (*_entry_notes(dialogue), NAMELESS))
    return Report("log", title, dialogue.code, rehearsing.marked(dialogue), (table,))


def weight(session: Session, dialogue: Dialogue, name: str) -> int:
    """About how many rows the report will have, counted by the database."""
    if name == "questions":
        statement = select(func.count()).where(Question.dialogue_id == dialogue.id, Question.state.in_(BOARD))
    elif name == "results":
        statement = select(func.coalesce(func.sum(Questionnaire.responses), 0)).where(
            Questionnaire.dialogue_id == dialogue.id
        )
    elif name in {"sites", "polls"}:
        return 0  # a few lines, whatever the dialogue holds
    else:
        statement = select(func.count()).where(ModerationLog.dialogue_id == dialogue.id)
    return int(session.scalar(statement) or 0)


def polls_report(session: Session, dialogue: Dialogue) -> Report:
    """The polls and votes of the hall, as far as the hall may see them."""
    return polls.report(session, dialogue, (*_entry_notes(dialogue), NAMELESS))


REPORTS: Mapping[str, Callable[[Session, Dialogue], Report]] = {
    "questions": questions_report,
    "results": results_report,
    "log": log_report,
    "sites": sites.report,
    "polls": polls_report,
}


def _entry_notes(dialogue: Dialogue) -> list[str]:
    notes = [rehearsing.SAID] if dialogue.rehearsal else []
    notes += [VOICES[dialogue.entry], *([BLIND if is_strong(dialogue) else WEAK] if by_roll(dialogue) else [])]
    if dialogue.state in {Stage.DRAFT, Stage.COLLECTING, Stage.LIVE}:
        notes.append(UNFINISHED)
    return notes


def _question_chart(supported: int) -> tuple[Chart, ...]:
    if not supported:
        return ()
    last = min(supported, CHARTED) - 1
    return (Chart(N_("Những câu được ủng hộ nhiều nhất (theo số câu)"), "number", "supporters", 0, last),)


def results_table(dialogue: Dialogue, results: Results) -> Table:
    rows: list[tuple[str | int | float | None, ...]] = []
    charts: list[Chart] = []
    for item in results.items:
        first = len(rows)
        rows += _item_rows(item)
        if item.rows and item.answered:
            charts.append(Chart(item.label, "answer", "count", first, first + len(item.rows) - 1))
    notes = (COUNTED if results.enough else FEW, STEPS, *_entry_notes(dialogue), NAMELESS)
    return Table(
        results.id, results.title, _RESULTS, tuple(rows), notes, tuple(charts), results.responses, results.people
    )


def _item_rows(item: ItemResult) -> list[tuple[str | int | float | None, ...]]:
    rows: list[tuple[str | int | float | None, ...]] = [
        (item.label, item.answered, row.label, row.count, row.share, item.mean if place == 0 else None)
        for place, row in enumerate(item.rows)
    ]
    for part in item.parts:
        rows += [
            (
                f"{item.label} – {part.label}",
                item.answered,
                row.label,
                row.count,
                row.share,
                part.mean if place == 0 else None,
            )
            for place, row in enumerate(part.rows)
        ]
    texts = list(item.texts)
    secrets.SystemRandom().shuffle(texts)  # the order in which they were sent must not be in a file
    rows += [(item.label, item.answered, text, None, None, None) for text in texts]
    return rows or [(item.label, item.answered, None, None, None, None)]


def _readable(body: str, state: str) -> str | None:
    return None if state in {State.WITHDRAWN, State.ERASED} else body  # what was taken back is not printed
