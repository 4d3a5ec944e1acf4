"""Forms of recommendations for staff. The rules are those of `recommendations`."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import FileField
from wtforms import SelectField
from wtforms import SelectMultipleField
from wtforms import StringField
from wtforms import TextAreaField

from survey.core.errors import DomainError
from survey.core.errors import Invalid
from survey.followups.steps import NAMES
from survey.followups.steps import STEPS
from survey.followups.steps import State
from survey.organisations.forest import Forest
from survey.web.errors import sentence
from survey.web.fields import DayField


class _Refusing(FlaskForm):  # type: ignore[misc]
    def refuse(self, error: DomainError, first: str) -> None:
        """Put the sentences to their fields; one that names none belongs to the first."""
        fields = error.fields if isinstance(error, Invalid) else {}
        for name, message in (fields or {first: sentence(error)}).items():
            field = self[name if name in self else first]
            field.errors = [*field.errors, _(message)]


class RecommendationForm(_Refusing):
    """What is to be done, by whom and until when."""

    body = TextAreaField(
        _l("Việc cần làm hoặc cần trả lời"),
        render_kw={"rows": 4},
        description=_l("Đoàn viên đọc câu này khi công bố."),
    )
    unit_id = SelectField(_l("Đơn vị chủ trì"), validate_choice=False)
    due = DayField(_l("Hạn"), description=_l("Ví dụ 20/4/2026. Để trống nếu chưa định."))
    topic_id = SelectField(_l("Nhóm vấn đề"), validate_choice=False)
    cooperating = SelectMultipleField(_l("Đơn vị phối hợp"), validate_choice=False)

    def offer(self, known: Forest, topics: Iterable[tuple[str, str]]) -> None:
        """List the units of the organisation and the topics of the dialogue."""
        tree = [(unit.id, "\u2007\u2007" * depth + unit.name) for unit, depth in known.walk()]
        self.unit_id.choices = [("", _("Chưa giao")), *tree]
        self.cooperating.choices = [(id_, name.strip("\u2007")) for id_, name in tree]
        self.topic_id.choices = [("", _("Không thuộc nhóm nào")), *topics]


class StepForm(_Refusing):
    """Where it stands now, with what the public reads of that."""

    state = SelectField(_l("Trạng thái"), validate_choice=False)
    answer = TextAreaField(_l("Câu trả lời"), render_kw={"rows": 5})
    reason = TextAreaField(
        _l("Lý do"), render_kw={"rows": 2}, description=_l("Cần khi chuyển cấp trên hoặc không chấp nhận.")
    )
    document = StringField(_l("Số văn bản"), description=_l("Ví dụ 15/TB-SNV."), render_kw={"autocomplete": "off"})
    document_date = DayField(_l("Ngày văn bản"), description=_l("Ví dụ 20/4/2026."))

    def offer(self, state: str) -> None:
        """List the states to which it may go from this one, and this one."""
        there = {State(state), *STEPS[State(state)]}
        self.state.choices = [(str(one), _(words)) for one, words in NAMES.items() if one in there]


class FileForm(_Refusing):
    """A file that belongs to a recommendation."""

    file = FileField(_l("Tệp đính kèm"), description=_l("PDF, DOCX, XLSX, JPG hoặc PNG, không quá 10 MB."))
