"""Forms by which staff bring questions in: one by hand, pasted text, a file."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField
from wtforms import FileField
from wtforms import HiddenField
from wtforms import SelectField
from wtforms import StringField
from wtforms import TextAreaField
from wtforms.validators import InputRequired
from wtforms.validators import Length
from wtforms.validators import NumberRange
from wtforms.validators import Optional

from survey.core.text import clean
from survey.core.text import clean_line
from survey.dialogues.models import Topic
from survey.moderation.service import MOST_CARRIED
from survey.moderation.service import UNIT_LENGTH
from survey.questions.service import LONGEST_BROUGHT_IN
from survey.web.fields import WholeNumber

Filter = Any


def _tidy(how: Filter) -> Filter:
    return lambda raw: how(raw or "")


class _Sorted(FlaskForm):  # type: ignore[misc]
    """What all three share: where the questions come from and under which topic they stand."""

    unit = StringField(
        _l("Đơn vị, chi đoàn (nếu muốn ghi)"),
        filters=[_tidy(clean_line)],
        validators=[Length(max=UNIT_LENGTH, message=_l("Tên đơn vị không quá 120 ký tự."))],
    )
    topic = SelectField(_l("Nhóm vấn đề"), validate_choice=False)

    def offer(self, topics: Iterable[Topic]) -> None:
        """Let these topics be chosen."""
        self.topic.choices = [("", _("Chưa có nhóm")), *((topic.id, topic.name) for topic in topics)]


class OneForm(_Sorted):
    """A question that was spoken in the hall or handed in on paper."""

    client_id = HiddenField(validators=[Length(max=40)])
    source = HiddenField()
    text = TextAreaField(
        _l("Câu hỏi, ý kiến"),
        render_kw={"autofocus": True},
        filters=[_tidy(clean)],
        validators=[
            InputRequired(_l("Hãy ghi câu hỏi.")),
            Length(2, LONGEST_BROUGHT_IN, _l("Câu hỏi dài từ 2 đến 10.000 ký tự.")),
        ],
    )
    count = WholeNumber(
        _l("Số người cùng ký tên (nếu có)"),
        validators=[Optional(), NumberRange(0, MOST_CARRIED, _l("Hãy ghi một số từ 0 trở lên."))],
    )


class PasteForm(_Sorted):
    """Many questions at once, a paragraph each."""

    text = TextAreaField(
        _l("Dán các câu hỏi, mỗi câu một đoạn"), validators=[InputRequired(_l("Hãy dán câu hỏi vào đây."))]
    )


class FileForm(_Sorted):
    """A spreadsheet or text table."""

    file = FileField(_l("Tệp .xlsx hoặc .csv"))


class ConfirmForm(FlaskForm):  # type: ignore[misc]
    """What was read and is to come in. `rows` is signed: it is unpacked only if this program packed it."""

    rows = HiddenField()
    new_topics = BooleanField(_l("Thêm các nhóm chưa có vào cuối danh sách"))
