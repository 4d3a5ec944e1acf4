"""The form of a poll that is typed in the hall or kept ready for it."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField
from wtforms import RadioField
from wtforms import StringField
from wtforms import TextAreaField

from survey.questionnaires.kinds.base import number_in
from survey.questionnaires.plans import Plan


class PollForm(FlaskForm):  # type: ignore[misc]
    """Sentences of refusals come from the service."""

    label = StringField(_l("Câu hỏi"), render_kw={"maxlength": 160})
    kind = RadioField(
        _l("Kiểu trả lời"),
        choices=[
            ("single", _l("Chọn một")), ("multiple", _l("Chọn nhiều")), ("yesno", _l("Có hoặc không")),
            ("rating", _l("Đồng ý 1–5")), ("short", _l("Trả lời ngắn")), ("vote", _l("Biểu quyết")),
        ],
        default="single",
        validate_choice=False,
    )  # fmt: skip
    options = TextAreaField(
        _l("Các lựa chọn"), description=_l("Mỗi dòng một lựa chọn, nhiều nhất 6; cho “Chọn một” và “Chọn nhiều”."),
        render_kw={"rows": 4},
    )  # fmt: skip
    hidden = BooleanField(_l("Chỉ hiện kết quả khi đóng, để người chọn trước không dẫn người chọn sau"))
    quorum = StringField(
        _l("Số phiếu cần thiết"), description=_l("Cho biểu quyết; để trống là quá nửa số phiếu trong phòng."),
        render_kw={"inputmode": "numeric", "maxlength": 7},
    )  # fmt: skip
    share_of = RadioField(
        _l("Tỷ lệ tán thành tính trên"),
        choices=[("present", _l("số phiếu trong phòng")), ("cast", _l("số phiếu biểu quyết"))],
        default="present",
        validate_choice=False,
    )

    def plan(self) -> Plan:
        """What was typed."""
        typed = (self.quorum.data or "").strip()
        return Plan(
            kind=self.kind.data or "", label=self.label.data or "", options=(self.options.data or "").splitlines(),
            hidden=bool(self.hidden.data), quorum=(number_in(typed) or 0) if typed else None,
            share_of=self.share_of.data or "present",
        )  # fmt: skip
