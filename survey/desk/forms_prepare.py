"""Forms by which the office prepares: what units are told, which units there are, lists that came back."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField
from wtforms import MultipleFileField
from wtforms import TextAreaField
from wtforms.validators import InputRequired
from wtforms.validators import Length

from survey.core.text import clean
from survey.followups.service import WORDS
from survey.web.fields import DayField


class PlanForm(FlaskForm):  # type: ignore[misc]
    """Until when lists come back, and a few words with them."""

    due = DayField(
        _l("Đơn vị gửi lại trước hết ngày"), description=_l("Ví dụ 20/3/2026. Ghi trong tệp và trang của đơn vị.")
    )
    words = TextAreaField(
        _l("Lời dặn các đơn vị (nếu muốn)"), filters=[lambda raw: clean(raw or "")],
        render_kw={"rows": 2}, validators=[Length(max=WORDS, message=_l("Lời dặn không quá 500 ký tự."))],
    )  # fmt: skip


class UnitsForm(FlaskForm):  # type: ignore[misc]
    """Units that are not in the tree yet, one a line."""

    names = TextAreaField(
        _l("Đơn vị chưa có trong danh sách, mỗi dòng một tên"), render_kw={"rows": 3},
        validators=[InputRequired(_l("Hãy ghi tên ít nhất một đơn vị."))],
    )  # fmt: skip


class ReturnForm(FlaskForm):  # type: ignore[misc]
    """Files that units sent back."""

    unit = HiddenField()
    file = MultipleFileField(_l("Tệp các đơn vị gửi lại"), description=_l("Chọn được nhiều tệp .xlsx cùng lúc."))


class KeepForm(FlaskForm):  # type: ignore[misc]
    """What was seen in the preview and is to be kept. `rows` is signed: it is unpacked only if this program packed it."""

    rows = HiddenField()
