"""Forms of deadlines: what is known of one dialogue, and how the organisation counts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField
from wtforms import RadioField
from wtforms import StringField
from wtforms import TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # new in 3.3, not in the stubs
from wtforms.validators import InputRequired
from wtforms.validators import NumberRange
from wtforms.validators import Optional

from survey.core.errors import Invalid
from survey.core.text import clean
from survey.core.text import clean_line
from survey.followups.calendar import Calendar
from survey.followups.calendar import read_days
from survey.followups.calendar import write_days
from survey.followups.counting_days import Chosen
from survey.followups.counting_days import Rules
from survey.followups.setting_deadlines import LONGEST
from survey.web.fields import DayField
from survey.web.fields import WholeNumber

RULE, LAW, INTERNAL = "", "law", "internal"
_NUMBER = _l("Hãy ghi số ngày từ 1 đến 366.")
_OTHER = (Optional(), NumberRange(1, LONGEST, _NUMBER))
_APPLIES = {RULE: None, LAW: True, INTERNAL: False}


def _tidy(how: Callable[[str], str]) -> Callable[[str | None], str]:
    return lambda raw: how(raw or "")


class _Refusing(FlaskForm):  # type: ignore[misc]
    """A form that shows at its fields what a service refused."""

    def refuse(self, error: Invalid) -> None:
        """Put each sentence at its field."""
        for name, sentence in error.fields.items():
            if name in self:
                self[name].errors = [_(sentence)]


class ChosenForm(_Refusing):
    """What one dialogue has set: by law or internal, days of publication, other numbers of days."""

    applies = RadioField(_l("Thời hạn công bố theo Luật Thanh niên"), default=RULE)
    plan_published = DayField(
        _l("Đã công bố kế hoạch ngày"), description=_l("Ví dụ 20/2/2026. Chưa công bố thì để trống.")
    )
    conclusion_published = DayField(_l("Đã công bố kết luận ngày"), description=_l(
        "Để trống thì tính là ngày bấm “Công bố kết luận”."))  # fmt: skip
    complicated = BooleanField(_l("Nội dung phức tạp hoặc liên quan nhiều lĩnh vực"))
    plan_days = WholeNumber(_l("Số ngày trước đối thoại (nếu khác)"), validators=_OTHER)
    conclusion_days = WholeNumber(_l("Số ngày sau đối thoại (nếu khác)"), validators=_OTHER)

    def offer(self, rules: Rules) -> ChosenForm:
        """Name the choices; the first says what the organisation has set."""
        house = _("áp dụng") if rules.applies else _("không áp dụng")
        self.applies.choices = [
            SelectChoice(RULE, _("Theo cài đặt chung của tổ chức: %(house)s", house=house)),
            SelectChoice(LAW, _("Áp dụng")), SelectChoice(INTERNAL, _("Đối thoại nội bộ: không áp dụng")),
        ]  # fmt: skip
        return self

    def fill(self, chosen: Chosen) -> ChosenForm:
        """Show what is set."""
        self.applies.data = next(word for word, value in _APPLIES.items() if value is chosen.applies)
        for name in ("plan_published", "conclusion_published", "complicated", "plan_days", "conclusion_days"):
            self[name].data = getattr(chosen, name)
        return self

    def chosen(self) -> Chosen:
        """What the form says."""
        return Chosen(
            _APPLIES.get(self.applies.data or RULE), bool(self.complicated.data), self.plan_days.data,
            self.conclusion_days.data, self.plan_published.data, self.conclusion_published.data,
        )  # fmt: skip


def _number(label: Any, help_: Any = "") -> WholeNumber:
    wanted = [InputRequired(_NUMBER), NumberRange(1, LONGEST, _NUMBER)]
    return WholeNumber(label, description=help_, validators=wanted)


class RulesForm(_Refusing):
    """How the organisation counts, for all its dialogues."""

    applies = RadioField(_l("Thời hạn công bố theo Luật Thanh niên"), choices=[
        SelectChoice(LAW, _l("Áp dụng")), SelectChoice(INTERNAL, _l("Đối thoại nội bộ: không áp dụng"))])  # fmt: skip
    plan_days = _number(_l("Công bố kế hoạch trước đối thoại"), _l("Ngày lịch. Luật: chậm nhất 30 ngày."))
    conclusion_days = _number(_l("Công bố kết luận sau đối thoại"), _l("Ngày lịch. Luật: chậm nhất 10 ngày."))
    complex_days = _number(_l("Như trên, việc phức tạp"), _l("Ngày lịch. Luật: chậm nhất 15 ngày."))
    soon_days = _number(_l("Báo “sắp đến hạn” trước"), _l("Ngày làm việc."))
    again_days = _number(_l("Thư nhắc tự động cách nhau"), _l("Ngày làm việc. Không nơi nào nhận hai thư một ngày."))
    days_off = TextAreaField(_l("Ngày nghỉ thêm"), filters=[_tidy(clean)], render_kw={"rows": 3},
        description=_l("Mỗi dòng một ngày, như 11/2/2027. Ngày lễ, Tết và ngày hoán đổi đã công bố có sẵn."))  # fmt: skip
    days_worked = TextAreaField(_l("Ngày làm bù"), filters=[_tidy(clean)], render_kw={"rows": 3},
        description=_l("Thứ Bảy, Chủ nhật hoặc ngày lễ mà cơ quan làm việc."))  # fmt: skip
    email = StringField(_l("E-mail văn phòng nhận nhắc"), filters=[_tidy(clean_line)],
        description=_l("Nhận tóm tắt việc đến hạn khi máy chủ gửi thư nhắc. Để trống thì không gửi."))  # fmt: skip

    def fill(self, rules: Rules) -> RulesForm:
        """Show what holds."""
        self.applies.data = LAW if rules.applies else INTERNAL
        for name in ("plan_days", "conclusion_days", "complex_days", "soon_days", "again_days", "email"):
            self[name].data = getattr(rules, name)
        self.days_off.data, self.days_worked.data = write_days(rules.calendar.off), write_days(rules.calendar.worked)
        return self

    def rules(self) -> Rules:
        """What the form says. Raises `Invalid` for a list that cannot be read."""
        found = {}
        for name in ("days_off", "days_worked"):
            try:
                found[name] = read_days(self[name].data)
            except Invalid as error:
                raise Invalid(error.message, {name: error.message}) from error
        return Rules(
            applies=self.applies.data != INTERNAL, plan_days=_given(self.plan_days),
            conclusion_days=_given(self.conclusion_days), complex_days=_given(self.complex_days),
            soon_days=_given(self.soon_days), again_days=_given(self.again_days), email=self.email.data or "",
            calendar=Calendar(found["days_off"], found["days_worked"]),
        )  # fmt: skip


def _given(field: WholeNumber) -> int:
    return field.data or 0  # the validators have seen to it that there is one
