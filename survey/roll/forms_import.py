"""Forms by which a list comes in: what it is for and the file; then what was seen and is confirmed."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import FileField
from wtforms import HiddenField
from wtforms import StringField
from wtforms import TextAreaField

from survey.core.errors import DomainError
from survey.core.errors import Invalid
from survey.core.text import N_
from survey.core.text import clean
from survey.core.text import clean_line
from survey.roll.importing import terms
from survey.roll.models import Roll
from survey.web.errors import sentence
from survey.web.fields import DayField


class ImportForm(FlaskForm):  # type: ignore[misc]
    """Purpose, notice, day of deletion, and a file. The rules are the services'; this only carries what was typed."""

    purpose = TextAreaField(
        _l("Mục đích"), description=_l("Danh sách này dùng để làm gì. Đoàn viên đọc được."), render_kw={"rows": 2},
        filters=[lambda raw: clean(raw or "")],
    )  # fmt: skip
    notice = TextAreaField(
        _l("Lời báo cho đoàn viên"), description=_l("Hiện ở trang riêng của từng người, cùng ngày xóa."),
        render_kw={"rows": 4}, filters=[lambda raw: clean(raw or "")],
    )  # fmt: skip
    delete_on = DayField(
        _l("Ngày xóa danh sách"),
        description=_l("Đến ngày này chương trình tự xóa hết tên, chỉ giữ các con số. Ví dụ 26/4/2026."),
    )
    file = FileField(_l("Tệp .xlsx hoặc .csv"), render_kw={"accept": ".xlsx,.xlsm,.csv,.txt,.tsv"})
    unit = StringField(
        _l("Đơn vị của những dòng không ghi đơn vị"),
        description=_l(
            "Để trống thì lấy tên trang tính. Cấp trên ghi trước, ví dụ: Đoàn Sở Y tế / Chi đoàn Văn phòng."
        ),
        render_kw={"list": "units", "maxlength": 300},
        filters=[lambda raw: clean_line(raw or "")[:300]],
    )

    def show(self, roll: Roll | None, starts_at: dt.datetime | None) -> None:
        """Fill in what the roll has, and what is usual where it has nothing yet."""
        said = roll is not None and bool(roll.purpose)  # then an empty notice was meant
        self.purpose.data = roll.purpose if roll and said else _(terms.PURPOSE)
        self.notice.data = roll.notice if roll and said else _(terms.NOTICE)
        self.delete_on.data = roll.delete_on if roll and roll.delete_on else terms.usual_day(starts_at)

    def terms(self) -> tuple[str, str, dt.date | None]:
        """Purpose, notice and day as typed. Raises `Invalid` for what is no day."""
        if self.delete_on.process_errors:
            message = N_("Chưa đọc được ngày này. Hãy ghi như 26/4/2026.")
            raise Invalid(message, {"delete_on": message})
        return self.purpose.data or "", self.notice.data or "", self.delete_on.data

    def content(self) -> tuple[bytes, str]:
        """The file and its name. Raises `Invalid` where there is none."""
        upload: Any = self.file.data
        if not upload or not getattr(upload, "filename", ""):
            message = N_("Hãy chọn tệp danh sách.")
            raise Invalid(message, {"file": message})
        return upload.read(), upload.filename

    def refuse(self, error: DomainError) -> None:
        """Put the sentences to their fields; one that names none belongs to the file."""
        fields = error.fields if isinstance(error, Invalid) else {}
        for name, message in fields.items():
            self[name if name in self else "file"].errors = [_(message) % error.params if error.params else _(message)]
        if not fields:
            self.file.errors = [sentence(error)]


class ConfirmForm(FlaskForm):  # type: ignore[misc]
    """What was seen. `plan` is signed for who uploaded it: it is taken apart only if this program packed it today."""

    plan = HiddenField()
    reason = StringField(
        _l("Lý do bổ sung sau khi chốt"), render_kw={"maxlength": 200}, filters=[lambda raw: clean_line(raw or "")]
    )
