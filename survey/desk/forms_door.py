"""Forms of the door: somebody who is not on the roll, somebody who comes instead, another unit."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectField
from wtforms import StringField

from survey.core.errors import DomainError
from survey.core.errors import Invalid
from survey.core.text import N_
from survey.core.text import clean_line
from survey.roll.additions import REASONS
from survey.roll.additions import WHYS
from survey.roll.people import Person

Choice = tuple[str, str]
_OFF = {"autocomplete": "off"}  # the browser must not offer the person before


def _line(raw: str | None) -> str:
    return clean_line(raw or "")


class UnitForm(FlaskForm):  # type: ignore[misc]
    """The main unit."""

    unit = SelectField(_l("Đơn vị"), validate_choice=False)
    offered: Sequence[Choice] = ()

    def offer(self, units: Sequence[Choice]) -> None:
        """The units to choose from; "" is none."""
        self.offered = units
        self.unit.choices = [("", _("Chưa rõ đơn vị")), *units]

    def check(self) -> None:
        """Raise `Invalid` for a unit that was not offered."""
        if self.unit.data and self.unit.data not in dict(self.offered):
            message = N_("Không còn đơn vị này. Hãy chọn một đơn vị trong danh sách.")
            raise Invalid(message, {"unit": message})

    def blame(self, error: DomainError) -> None:
        """Put each sentence at its field; a sentence without one stands at the first field."""
        fields = error.fields if isinstance(error, Invalid) else {}
        for name, words in fields.items():
            field = self[name] if name in self else next(iter(self))
            field.errors = [*field.errors, _(words)]

    @property
    def unit_id(self) -> str | None:
        """The chosen unit."""
        return self.unit.data or None


class SubstituteForm(UnitForm):
    """Who comes instead of somebody."""

    name = StringField(_l("Họ tên người đến"), filters=[_line], render_kw=_OFF)
    code = StringField(_l("Mã đoàn viên"), description=_l("Không có thì để trống."), filters=[_line], render_kw=_OFF)
    phone = StringField(_l("Số điện thoại"), description=_l("Không có thì để trống."), filters=[_line], render_kw=_OFF)
    note = StringField(_l("Ghi chú"), filters=[_line], render_kw=_OFF)

    def person(self) -> Person:
        """What was typed; the roll checks it."""
        return Person(self.code.data or "", self.name.data or "", self.unit_id, phone=self.phone.data or "")


class AdditionForm(SubstituteForm):
    """Who is not on the roll and shall have a seat."""

    reason = SelectField(_l("Vì sao bổ sung"), validate_choice=False)

    def offer(self, units: Sequence[Choice]) -> None:
        """The units and the reasons."""
        super().offer(units)
        self.reason.choices = [("", _("Chọn một lý do")), *((kind, _(words)) for kind, words in REASONS.items())]


class TakeBackForm(FlaskForm):  # type: ignore[misc]
    """Why an addition is taken back."""

    why = SelectField(_l("Vì sao bỏ dòng này"), validate_choice=False)

    def offer(self) -> None:
        """The reasons."""
        self.why.choices = [(kind, _(words)) for kind, words in WHYS.items()]
