"""The form of one unit in the organisation's tree."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectField
from wtforms import StringField

from survey.core.errors import DomainError
from survey.core.errors import Invalid
from survey.organisations.forest import Forest
from survey.web.errors import sentence


class UnitForm(FlaskForm):  # type: ignore[misc]
    """Name, label and place of a unit. The rules are those of `organisations.units`."""

    name = StringField(_l("Tên đơn vị"), description=_l("Ví dụ: Chi đoàn Sở Nội vụ."))
    level = StringField(
        _l("Cấp"), description=_l("Chỉ là nhãn, ví dụ Chi đoàn, Đoàn cơ sở."), render_kw={"list": "levels"}
    )
    parent = SelectField(_l("Trực thuộc"), validate_choice=False)

    def offer(self, known: Forest, own: str = "") -> None:
        """List what a unit may belong to: not itself (`own`), and nothing below it."""
        below = {own, *(unit.id for unit, _depth in known.walk(own))} if own else set()
        tree = [(unit.id, "\u2007\u2007" * depth + unit.name) for unit, depth in known.walk() if unit.id not in below]
        self.parent.choices = [("", _("Không trực thuộc đơn vị nào")), *tree]

    def refuse(self, error: DomainError) -> None:
        """Put the sentences to their fields; one that names none belongs to the name."""
        fields = error.fields if isinstance(error, Invalid) else {}
        for name, message in (fields or {"name": sentence(error)}).items():
            self[name if name in self else "name"].errors = [_(message)]
