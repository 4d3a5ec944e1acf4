"""A *Phiếu giao việc* that came back, held against the dialogue: what it would change, and why a row is not taken."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace

from sqlalchemy.orm import Session

from survey.core.errors import Invalid
from survey.core.text import N_
from survey.core.text import fold
from survey.dialogues.models import Dialogue
from survey.followups import form_tasks
from survey.followups import recommended
from survey.followups import reported
from survey.followups.recommended import Recommended
from survey.followups.returned import Fault
from survey.followups.returned_tasks import Line
from survey.followups.returned_tasks import Returned
from survey.followups.said import check_said
from survey.followups.steps import BY_UNIT
from survey.followups.tasks import Said
from survey.followups.tasks import day_of
from survey.organisations.models import Unit


@dataclass(frozen=True, slots=True)
class Change:
    """One row that says something new: what stands (`before`, with the unit's own waiting report), and what would."""

    recommendation_id: str
    number: int
    body: str
    before: Said
    after: Said


@dataclass(slots=True)
class Preview:
    """What one file would do. With a fault it does nothing."""

    file_name: str
    unit_id: str = ""
    unit: str = ""
    changes: list[Change] = field(default_factory=list)
    same: int = 0  # rows that say what stands
    empty: int = 0  # rows in which nothing is reported
    faults: list[Fault] = field(default_factory=list)
    remarks: list[Fault] = field(default_factory=list)


def check(session: Session, dialogue: Dialogue, found: Returned, file_name: str, *, unit_id: str = "") -> Preview:
    """Hold what was read against the dialogue (and, where one is expected, a unit). Changes nothing."""
    preview = Preview(file_name, found.unit_id, faults=list(found.faults), remarks=list(found.remarks))
    unit = session.get(Unit, found.unit_id)
    if found.code != dialogue.code:
        return _refused(preview, N_("Phiếu này thuộc đối thoại khác, mã %(code)s."), code=found.code[:20])
    if unit is None or unit.organisation_id != dialogue.organisation_id:
        return _refused(preview, N_("Mã phiếu đã bị sửa: không có đơn vị này. Hãy tải lại tệp của đơn vị."))
    preview.unit = unit.name
    if unit_id and unit_id != unit.id:
        return _refused(preview, N_("Phiếu này của %(unit)s, không phải của đơn vị đang mở."), unit=unit.name)
    _Check(session, dialogue.id, preview).lines(found.lines)
    return preview


def _refused(preview: Preview, message: str, **params: str) -> Preview:
    preview.faults = [Fault(0, message, dict(params))]
    return preview


class _Check:
    """The rows of one file against the recommendations of the dialogue."""

    def __init__(self, session: Session, dialogue_id: str, preview: Preview) -> None:
        self._all: Mapping[str, Recommended] = {one.id: one for one in recommended.of_dialogue(session, dialogue_id)}
        self._by_text = {fold(one.body): one for one in self._all.values()}
        tasks = reported.of_unit(session, dialogue_id, preview.unit_id).tasks
        self._stands = {task.one.id: task.stands for task in tasks}
        self._preview = preview

    def lines(self, lines: Iterable[Line]) -> None:
        """Sort every row into changes, remarks and faults."""
        for line in lines:
            one = self._all.get(line.id)
            if one is None:
                message = N_("Mã kiến nghị “%(id)s” không có trong đối thoại này: mã đã bị sửa. Hãy tải lại phiếu.")
                self._fault(line, message, id=line.id[:20])
            elif not self._is_its_row(line, one):
                message = N_("Mã kiến nghị là của kiến nghị %(number)s nhưng số hoặc nội dung là của kiến nghị khác. Có lẽ "
                             "bảng đã bị sắp xếp lại một phần. Hãy tải lại phiếu.")  # fmt: skip
                self._fault(line, message, number=one.number)
            elif one.unit_id != self._preview.unit_id:
                message = N_("Kiến nghị %(number)s nay giao %(unit)s, nên không lấy dòng này.") if one.unit else N_(
                    "Kiến nghị %(number)s nay không giao đơn vị nào, nên không lấy dòng này.")  # fmt: skip
                self._preview.remarks.append(Fault(line.row, message, {"number": one.number, "unit": one.unit}))
            else:
                self._row(line, one)

    def _fault(self, line: Line, message: str, **params: object) -> None:
        self._preview.faults.append(Fault(line.row, message, params))

    def _is_its_row(self, line: Line, one: Recommended) -> bool:
        """Whether number and text beside the id are this one's; a text that was mended since is no other one's."""
        if line.number and line.number != str(one.number):
            return False
        other = self._by_text.get(fold(line.body))
        return not line.body or other is None or fold(one.body) == fold(line.body)

    def _row(self, line: Line, one: Recommended) -> None:
        stands, state = self._stands[one.id], form_tasks.state_of(line.state)
        if line.state and state is None:
            message = N_("Không có tình trạng “%(state)s”. Hãy chọn trong danh sách thả xuống.")
            self._fault(line, message, state=line.state[:40])
            return
        if line.is_empty and (state is None or state == one.state or state not in BY_UNIT):
            self._preview.empty += 1
            return
        after = self._after(line, one, state or "", stands)
        try:
            checked = check_said(after)
        except Invalid as error:
            self._fault(line, error.message)
            return
        after = Said(checked.state, checked.text, checked.document, day_of(checked.day), stands.mark)
        if after.mark == stands.mark:
            self._preview.same += 1
        else:
            self._preview.changes.append(Change(one.id, one.number, one.body, stands, after))

    def _after(self, line: Line, one: Recommended, state: str, stands: Said) -> Said:
        """What the row says; cells that are empty leave what stands, as long as the state does."""
        said = Said(state, line.text, line.document, line.day)
        if not state or (state == one.state and state not in BY_UNIT):
            said = replace(said, state=stands.state)
        if said.state != stands.state:
            return said
        return replace(
            said, text=said.text or stands.text, document=said.document or stands.document, day=said.day or stands.day
        )
