"""Forms by which the office decides on reports and takes files back."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField
from wtforms import MultipleFileField
from wtforms import TextAreaField

from survey.core.text import clean


class RemarkForm(FlaskForm):  # type: ignore[misc]
    """Why reports are returned."""

    remark = TextAreaField(
        _l("Lời nhắn đơn vị khi trả lại"), filters=[lambda raw: clean(raw or "")], render_kw={"rows": 2},
        description=_l("Đơn vị đọc lời này khi mở đường dẫn, ví dụ: ghi rõ ngày hoàn thành."),
    )  # fmt: skip


class SheetsForm(FlaskForm):  # type: ignore[misc]
    """*Phiếu giao việc* that units sent back."""

    unit = HiddenField()
    file = MultipleFileField(
        _l("Phiếu giao việc các đơn vị gửi lại"), description=_l("Chọn được nhiều tệp .xlsx cùng lúc.")
    )


class RowsForm(FlaskForm):  # type: ignore[misc]
    """What was seen in the preview. `rows` is signed: it is unpacked only if this program packed it."""

    rows = HiddenField()
