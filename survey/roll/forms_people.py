"""Forms of the roll's keepers: one person, and taking one off."""

from __future__ import annotations

from collections.abc import Collection

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectField
from wtforms import SelectMultipleField
from wtforms import StringField

from survey.core.errors import DomainError
from survey.core.errors import Invalid
from survey.core.text import N_
from survey.organisations.forest import Forest
from survey.roll.models import Member
from survey.roll.people import Person
from survey.web.errors import sentence


class PersonForm(FlaskForm):  # type: ignore[misc]
    """What is known of a member. The rules are the service's; this only carries what was typed."""

    name = StringField(_l("Họ tên"))
    code = StringField(_l("Mã"), description=_l("Mã đoàn viên, mã cán bộ hay số thứ tự; mỗi người một mã."))
    unit = SelectField(_l("Đơn vị chính"), validate_choice=False)
    phone = StringField(_l("Điện thoại (không bắt buộc)"), render_kw={"inputmode": "tel"})
    email = StringField(_l("Thư điện tử (không bắt buộc)"), render_kw={"inputmode": "email"})
    further = SelectMultipleField(_l("Còn thuộc"), validate_choice=False)
    besides = SelectField(_l("Thêm một đơn vị khác"), validate_choice=False)
    reason = StringField(_l("Lý do bổ sung"), description=_l("Danh sách đã chốt, nên người thêm vào được đếm riêng."))

    def offer(self, known: Forest, chosen: Collection[str]) -> None:
        """Fill the lists of units; of the further ones only those that are `chosen` or ticked."""
        tree = [(unit.id, "\u2007\u2007" * depth + unit.name) for unit, depth in known.walk()]
        self.unit.choices = [("", _("Không có đơn vị")), *tree]
        self.besides.choices = [("", _("Không")), *tree]
        ticked = {*chosen, *(self.further.data or ())}
        self.further.choices = [(unit.id, unit.name) for unit, _depth in known.walk() if unit.id in ticked]

    def show(self, member: Member, further: Collection[str]) -> None:
        """Fill in what the roll holds."""
        self.process(obj=member, unit=member.unit_id or "", further=list(further))

    def person(self, known: Collection[str]) -> Person:
        """What was typed. Raises `Invalid` for a unit that is not among `known`."""
        further = [*(self.further.data or ()), *([self.besides.data] if self.besides.data else [])]
        if not {*further, *([self.unit.data] if self.unit.data else [])} <= set(known):
            message = N_("Không còn đơn vị này. Hãy chọn lại.")
            raise Invalid(message, {"unit": message})
        return Person(
            code=self.code.data or "", name=self.name.data or "", unit_id=self.unit.data or None,
            email=self.email.data or "", phone=self.phone.data or "", further=tuple(dict.fromkeys(further)),
        )  # fmt: skip

    def refuse(self, error: DomainError) -> None:
        """Put the sentences to their fields; one that names none belongs to the code, which was taken."""
        fields = error.fields if isinstance(error, Invalid) else {}
        for name, message in (fields or {"code": sentence(error)}).items():
            self[name if name in self else "name"].errors = [_(message)]
