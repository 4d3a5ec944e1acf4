"""Every table that can be taken home, by the name that stands in its address."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import replace

from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core.text import N_
from survey.dialogues import rehearsing
from survey.dialogues.models import Dialogue
from survey.exports import over_time
from survey.exports import polls
from survey.exports import queries
from survey.exports import recommendations
from survey.exports import turnout
from survey.exports import wordings
from survey.exports.tables import Column
from survey.exports.tables import Report
from survey.exports.tables import Table
from survey.followups.models_recommendations import Recommendation
from survey.questions.models import Question
from survey.questions.models import SupportSample
from survey.questions.state import State

EVERYTHING = "all"
TITLE, CONTENTS = N_("Toàn bộ số liệu"), N_("Mục lục")
Told = Callable[[str], None]  # called with the title of each table before it is read
_CONTENTS = (
    Column("table", N_("Bảng"), "text", 40), Column("rows", N_("Số dòng"), "int", 10),
    Column("notes", N_("Cách tính"), "text", 90),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reading:
    """What a table is read from: the dialogues' database and, where it may be read, the roll's."""

    main: Session
    roll: Session | None = None


def _plain(make: Callable[[Session, Dialogue], Report]) -> Callable[[Reading, Dialogue], Report]:
    return lambda reading, dialogue: make(reading.main, dialogue)


REPORTS: Mapping[str, Callable[[Reading, Dialogue], Report]] = {
    **{name: _plain(make) for name, make in queries.REPORTS.items()},
    "wordings": _plain(wordings.report),
    "supporters": _plain(over_time.report),
    "turnout": lambda reading, dialogue: turnout.report(reading.main, reading.roll, dialogue),
    "recommendations": _plain(recommendations.report),
}
ORDER = (
    "questions", "wordings", "supporters", "polls", "results", "turnout", "sites", "recommendations", "log",
)  # fmt: skip
FILES: Mapping[str, str] = {
    "questions": "cau-hoi", "results": "ket-qua-khao-sat", "log": "nhat-ky", "sites": "diem-cau", "polls": "tham-do",
    "wordings": "cach-hoi", "supporters": "ung-ho-theo-gio", "turnout": "nhan-phieu", "recommendations": "kien-nghi",
    EVERYTHING: "toan-bo",
}  # fmt: skip
NAMES = (*ORDER, EVERYTHING)
TITLES: Mapping[str, str] = {
    EVERYTHING: TITLE, "questions": N_("Câu hỏi và lượt ủng hộ"), "wordings": wordings.TITLE, "supporters": over_time.TITLE,
    "polls": polls.TITLE, "results": N_("Kết quả khảo sát"), "turnout": turnout.TITLE, "sites": N_("Điểm cầu"),
    "recommendations": recommendations.TITLE, "log": N_("Nhật ký điều hành"),
}  # fmt: skip
SAID: Mapping[str, str] = {
    "questions": N_("Các câu trên bảng theo đúng thứ tự ở hội trường, trạng thái và nội dung trả lời."),
    "wordings": N_("Câu nào gộp từ những cách hỏi nào, gộp vào đâu."),
    "supporters": N_("Từng năm phút của hội trường, chỉ khi đã đổi ít nhất năm lượt; kèm biểu đồ."),
    "polls": N_("Các câu đã hỏi trong hội trường và kết quả; dòng biểu quyết để ghi vào biên bản."),
    "results": N_("Mỗi phiếu khảo sát một trang, có số phiếu, tỷ lệ, biểu đồ; ý kiến viết đã xáo trộn."),
    "turnout": N_("Bao nhiêu người đã nhận phiếu, tròn năm; đơn vị dưới năm người tính chung."),
    "sites": N_("Số phiếu và số câu theo điểm cầu, chỉ của nơi có từ mười phiếu."),
    "recommendations": N_("Đơn vị chủ trì, thời hạn, trạng thái, kết quả của từng kiến nghị."),
    "log": N_("Ai đã đưa lên, giữ lại hay không đưa lên câu nào, vì sao. Giờ làm tròn năm phút."),
}  # fmt: skip
PARTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (N_("Câu hỏi"), ("questions", "wordings", "supporters")),
    (N_("Khảo sát, thăm dò, người dự"), ("results", "polls", "turnout", "sites")),
    (N_("Việc sau đối thoại và nhật ký"), ("recommendations", "log")),
)  # fmt: skip
LARGE = 1_000  # rows from which a file is made as a job with a page of its own


def report(reading: Reading, dialogue: Dialogue, name: str, told: Told = lambda _title: None) -> Report:
    """The table of this name, which must be one of `NAMES`; `told` hears what is being read."""
    if name != EVERYTHING:
        told("")
        return REPORTS[name](reading, dialogue)
    tables = tuple(_all(reading, dialogue, told))
    contents = tuple((one.title, len(one.rows), "\n".join(one.sentences()) or None) for one in tables)
    first = Table("contents", CONTENTS, _CONTENTS, contents)
    return Report(EVERYTHING, TITLE, dialogue.code, rehearsing.marked(dialogue), (first, *tables))


def _all(reading: Reading, dialogue: Dialogue, told: Told) -> Iterator[Table]:
    """Every table; a chart says of which questionnaire it is."""
    for name in ORDER:
        made = REPORTS[name](reading, dialogue)
        told(made.title)
        for table in made.tables:
            charts = tuple(replace(one, title=f"{table.title}: {one.title}") for one in table.charts)
            yield replace(table, charts=charts) if name == "results" else table


def weight(session: Session, dialogue: Dialogue, name: str) -> int:
    """About how many rows the report will have, counted by the database."""
    if name == EVERYTHING:
        return sum(weight(session, dialogue, one) for one in ORDER)
    if name == "turnout":
        return 0
    here = Question.dialogue_id == dialogue.id
    if name == "wordings":
        statement = select(func.count()).where(here, Question.state == State.MERGED)
    elif name == "supporters":
        statement = (
            select(func.count(SupportSample.at)).join(Question, Question.id == SupportSample.question_id).where(here)
        )
    elif name == "recommendations":
        statement = select(func.count()).where(Recommendation.dialogue_id == dialogue.id)
    else:
        return queries.weight(session, dialogue, name)
    return int(session.scalar(statement) or 0)
