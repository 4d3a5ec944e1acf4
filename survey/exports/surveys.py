"""One questionnaire as a file: its figures, what people wrote, the code book, and the rows where they were announced.

Here everything is read that the file needs; `survey_file` makes it, in a process of its own where it is large, which knows
no database.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from survey.core.errors import NotFound
from survey.core.text import N_
from survey.dialogues import rehearsing
from survey.dialogues.models import Dialogue
from survey.dialogues.state import State as Stage
from survey.exports import queries
from survey.exports.survey_file import Item
from survey.exports.survey_file import Job
from survey.questionnaires import queries as questionnaires
from survey.questionnaires.kinds import KINDS
from survey.questionnaires.queries import Row
from survey.questionnaires.rows import FEW
from survey.questionnaires.small import STEP
from survey.questionnaires.state import State

FINAL = frozenset({Stage.CONCLUDED, Stage.FOLLOWING, Stage.ARCHIVED})
UNTOLD = N_(
    "Phiếu này không có tệp từng phiếu: điều ấy phải nói với đoàn viên trước khi mở. Bảng tổng hợp và phụ lục mã vẫn có."
)
EARLY = N_("Tệp từng phiếu có sau khi kết luận đối thoại, vì từ lúc ấy không số nào còn thay đổi.")


def job(session: Session, dialogue: Dialogue, questionnaire_id: str) -> Job:
    """What the file of this questionnaire is made of; drafts are not there. Raises `NotFound`."""
    row = _row(session, dialogue, questionnaire_id)
    results = questionnaires.results(session, row.id, texts=False)
    items = [
        Item(item.id, item.kind, item.label, dict(item.settings), item.identifying, dict(item.shown_if))
        for item in row.items if KINDS[item.kind].asks
    ]  # fmt: skip
    return Job(
        row.title, dialogue.code, rehearsing.marked(dialogue), queries.results_table(dialogue, results), items,
        questionnaires.packed(session, row.id), why_not(dialogue, row), queries.NAMELESS,
    )  # fmt: skip


def refusal(session: Session, dialogue: Dialogue, questionnaire_id: str) -> str:
    """Why there can be no file of rows; empty where one may be made. Raises `NotFound` for drafts."""
    row = _row(session, dialogue, questionnaire_id)
    return why_not(dialogue, row) or (FEW if row.shown < STEP else "")


def why_not(dialogue: Dialogue, row: Row) -> str:
    """Why there is no file of rows (yet); empty where there may be one."""
    if not row.rows_announced:
        return UNTOLD
    return "" if dialogue.state in FINAL else EARLY


def _row(session: Session, dialogue: Dialogue, questionnaire_id: str) -> Row:
    row = questionnaires.one(session, dialogue.id, questionnaire_id)
    if row.state == State.DRAFT:
        raise NotFound(questionnaires.GONE)
    return row
