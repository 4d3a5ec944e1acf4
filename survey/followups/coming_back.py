"""A list that came back, held against the dialogue: what would change, and why a file or a row is not taken."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.core.text import N_
from survey.core.text import fold
from survey.dialogues.models import Dialogue
from survey.followups import queries
from survey.followups.queries import Overview
from survey.followups.queries import seen_of
from survey.followups.returned import Fault
from survey.followups.returned import Line
from survey.followups.returned import Returned
from survey.followups.state import SENT
from survey.organisations.models import Unit
from survey.questions.models import Question
from survey.questions.state import State


@dataclass(frozen=True, slots=True)
class Change:
    """One answer that the file brings; `before` is empty where there was none."""

    question_id: str
    number: int | None
    body: str
    before: str
    after: str

    @property
    def seen(self) -> str:
        """What stands for the text that it replaces."""
        return seen_of(self.before)


@dataclass(slots=True)
class Preview:
    """What one file would do. With a fault it does nothing."""

    file_name: str
    unit_id: str = ""
    unit: str = ""
    changes: list[Change] = field(default_factory=list)
    same: int = 0  # answers that stand as the file has them
    empty: int = 0  # cells without an answer, which change nothing
    faults: list[Fault] = field(default_factory=list)
    remarks: list[Fault] = field(default_factory=list)


def check(session: Session, dialogue: Dialogue, found: Returned, file_name: str, *, unit_id: str = "") -> Preview:
    """Hold what was read against the dialogue (and, where one is expected, a unit). Changes nothing."""
    preview = Preview(file_name, found.unit_id, faults=list(found.faults), remarks=list(found.remarks))
    unit = session.get(Unit, found.unit_id)
    if found.code != dialogue.code:
        preview.faults = [Fault(0, N_("Phiếu này thuộc đối thoại khác, mã %(code)s."), {"code": found.code[:20]})]
        return preview
    if unit is None or unit.organisation_id != dialogue.organisation_id:
        preview.faults = [Fault(0, N_("Mã phiếu đã bị sửa: không có đơn vị này. Hãy tải lại tệp của đơn vị."))]
        return preview
    preview.unit = unit.name
    if unit_id and unit_id != unit.id:
        message = N_("Phiếu này của %(unit)s, không phải của đơn vị đang mở.")
        preview.faults = [Fault(0, message, {"unit": unit.name})]
        return preview
    _Check(session, dialogue.id, preview).lines(found.lines)
    return preview


class _Check:
    """The rows of one file against the questions of the dialogue."""

    def __init__(self, session: Session, dialogue_id: str, preview: Preview) -> None:
        rows = session.scalars(select(Question).where(Question.dialogue_id == dialogue_id)).all()
        self._questions = {question.id: question for question in rows}
        self._by_text = {fold(question.body): question for question in rows}
        self._all: Overview = queries.overview(session, dialogue_id)
        self._answers = queries.prepared(session, dialogue_id)
        self._preview = preview

    def lines(self, lines: list[Line]) -> None:
        """Sort every row into changes, remarks and faults."""
        for line in lines:
            question = self._questions.get(line.id)
            if question is None:
                message = N_("Mã câu “%(id)s” không có trong đối thoại này: mã đã bị sửa. Hãy tải lại tệp.")
                self._preview.faults.append(Fault(line.row, message, {"id": line.id[:20]}))
            elif not self._is_its_row(line, question):
                message = N_("Mã câu là của câu %(number)s nhưng số câu hoặc nội dung là của câu khác. Có lẽ bảng đã bị "
                             "sắp xếp lại một phần. Hãy tải lại tệp.")  # fmt: skip
                self._preview.faults.append(Fault(line.row, message, {"number": question.number or "–"}))
            elif not line.answer:
                self._preview.empty += 1
            else:
                self._answer(line, question)

    def _is_its_row(self, line: Line, question: Question) -> bool:
        """Whether number and text beside the id are this question's; a text that was mended since is no other one's."""
        if line.number and question.number and line.number != str(question.number):
            return False
        other = self._by_text.get(fold(line.body))
        return not line.body or other is None or fold(question.body) == fold(line.body)

    def _answer(self, line: Line, question: Question) -> None:
        leading = self._leading(question)
        if leading is None:
            message = N_("Câu %(number)s không còn trên bảng (đã rút lại hoặc không đưa lên), nên không lấy dòng này.")
            self._preview.remarks.append(Fault(line.row, message, {"number": question.number or "–"}))
            return
        holder = next((one for one in self._all.lists if any(w.id == leading.id for w in one.wanted)), None)
        if holder is None or holder.unit_id != self._preview.unit_id:
            message = N_("Câu %(number)s nay giao %(unit)s, nên không lấy dòng này.") if holder else N_(
                "Câu %(number)s nay không giao đơn vị nào, nên không lấy dòng này.")  # fmt: skip
            params = {"number": question.number or "–", "unit": holder.name if holder else ""}
            self._preview.remarks.append(Fault(line.row, message, params))
            return
        answers = self._answers.get(leading.id, ())
        before = next((one.body for one in answers if one.unit_id == self._preview.unit_id), "")
        known = next((one for one in self._preview.changes if one.question_id == leading.id), None)
        if before == line.answer:
            self._preview.same += 1
        elif known is not None:  # two questions that were merged since
            self._preview.changes.remove(known)
            self._preview.changes.append(replace(known, after=f"{known.after}\n\n{line.answer}"))
        else:
            self._preview.changes.append(Change(leading.id, leading.number, leading.body, before, line.answer))

    def _leading(self, question: Question) -> Question | None:
        """The question that speaks for this one now, if it is on the board."""
        found: Question | None = question
        while found is not None and found.merged_into and found.state == State.MERGED:
            found = self._questions.get(found.merged_into)
        return found if found is not None and found.state in SENT else None
