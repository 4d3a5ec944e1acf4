"""Forms of the roll's desk and of the head of a unit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField
from wtforms import StringField
from wtforms import TextAreaField
from wtforms.validators import Length

from survey.core.errors import Invalid
from survey.core.text import N_
from survey.core.text import clean
from survey.core.text import clean_line
from survey.roll.heads import REMARK_LENGTH
from survey.roll.importing import terms
from survey.roll.models import Roll
from survey.roll.service import NOTICE_LENGTH
from survey.roll.service import TEXT_LENGTH
from survey.roll.service import Wanted
from survey.web.fields import DayField
from survey.web.fields import MomentField

LEAST_WORD, LONGEST_WORD = 4, 40


def _tidy(how: Callable[[str], str]) -> Callable[[str | None], str]:
    return lambda raw: how(raw or "")


class RollForm(FlaskForm):  # type: ignore[misc]
    """What the roll is for, when ballots are issued, what a link asks for besides, and when it all goes."""

    purpose = TextAreaField(
        _l("Mục đích"), description=_l("Danh sách này dùng để làm gì. Đoàn viên đọc được."), filters=[_tidy(clean)],
        validators=[Length(max=TEXT_LENGTH, message=_l("Dài nhất 500 ký tự."))], render_kw={"rows": 2},
    )  # fmt: skip
    notice = TextAreaField(
        _l("Lời báo cho đoàn viên"), description=_l("Hiện ở trang riêng của từng người, cùng ngày xóa."),
        filters=[_tidy(clean)], validators=[Length(max=NOTICE_LENGTH, message=_l("Dài nhất 2.000 ký tự."))],
        render_kw={"rows": 4},
    )  # fmt: skip
    delete_on = DayField(
        _l("Ngày xóa danh sách"),
        description=_l("Đến ngày này chương trình tự xóa hết tên, chỉ giữ các con số. Ví dụ 26/4/2026."),
    )
    second = RadioField(
        _l("Ngoài đường dẫn, hỏi thêm gì"),
        description=_l("Một điều không có trong tệp đường dẫn, để ai cầm tệp cũng không nhận thay người khác được."),
        default="",
        validate_choice=False,
    )
    word = StringField(
        _l("Từ nói ở cửa"),
        description=_l(
            "Chỉ ghi khi chọn cách thứ ba. Máy không giữ từ này, nên không hiện lại được; để trống là giữ từ cũ."
        ),
        filters=[_tidy(clean_line)],
        render_kw={"autocomplete": "off"},
    )
    issue_from = MomentField(
        _l("Nhận phiếu từ"), description=_l("Ví dụ 20/3/2026 8:00. Để trống: từ lúc chốt danh sách.")
    )
    issue_until = MomentField(_l("Nhận phiếu đến"), description=_l("Để trống: đến lúc khép lại đối thoại."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.second.choices = [
            ("", _("Không hỏi thêm")), ("phone", _("Bốn số cuối của điện thoại ghi trong danh sách")),
            ("word", _("Một từ nói ở cửa hội trường")),
        ]  # fmt: skip

    @classmethod
    def of(cls, roll: Roll | None, starts_at: dt.datetime | None) -> RollForm:
        """The form as it is first shown: what is saved, and ready words and a usual day where nothing is yet."""
        names = ("purpose", "notice", "delete_on", "second", "issue_from", "issue_until")  # never the mark of the word
        saved = {name: getattr(roll, name) for name in names} if roll else {}
        if not saved.get("purpose"):
            saved |= {"purpose": _(terms.PURPOSE), "notice": _(terms.NOTICE)}
        if not saved.get("delete_on"):
            saved["delete_on"] = terms.usual_day(starts_at)
        return cls(formdata=None, data=saved)

    def wanted(self, sealed: Callable[[str], bytes]) -> Wanted:
        """What was typed; `sealed` makes of a word what is kept of it. Raises `Invalid` for a word that is none."""
        word = (self.word.data or "") if self.second.data == "word" else ""
        if word and not LEAST_WORD <= len(word) <= LONGEST_WORD:
            message = N_("Hãy ghi từ sẽ nói ở cửa, từ 4 đến 40 ký tự.")
            raise Invalid(message, {"word": message})
        return Wanted(
            purpose=self.purpose.data or "", notice=self.notice.data or "", delete_on=self.delete_on.data,
            second=self.second.data, word=sealed(word) if word else None, issue_from=self.issue_from.data,
            issue_until=self.issue_until.data,
        )  # fmt: skip

    def refuse(self, error: Invalid) -> None:
        """Put the error's sentences at their fields."""
        for name, sentence in error.fields.items():
            field: Any = self[name]
            field.errors = [_(sentence)]


class HeadForm(FlaskForm):  # type: ignore[misc]
    """What the head of a unit says to its count."""

    remark = TextAreaField(
        _l("Nếu sai thì sai ở đâu"),
        description=_l("Chẳng hạn “đơn vị có 23 người” hoặc “thừa hai bạn đã chuyển đi”."),
        filters=[_tidy(clean)],
        render_kw={"rows": 3, "maxlength": REMARK_LENGTH},
    )
