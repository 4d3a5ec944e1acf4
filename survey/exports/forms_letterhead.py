"""The form of an organisation's letterhead: regime, header, and who signs and gets each paper."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField
from wtforms import RadioField
from wtforms import StringField
from wtforms import TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # new in 3.3, not in the stubs

from survey.core.errors import Invalid
from survey.core.text import N_
from survey.exports import office
from survey.organisations.letterheads import Letter

REGIMES = (
    SelectChoice("union", _l("Văn bản của Đoàn (Hướng dẫn 29-HD/TWĐTN-VP)")),
    SelectChoice("state", _l("Văn bản nhà nước (Nghị định 30/2020/NĐ-CP)")),
)
TITLES = {
    "plan": N_("Kế hoạch"), "invitation": N_("Giấy mời"), "rules": N_("Quy chế đối thoại"), "minutes": N_("Biên bản"),
    "summary": N_("Bảng tổng hợp ý kiến, kiến nghị"), "notice": N_("Thông báo kết luận"),
    "tracking": N_("Bảng theo dõi kiến nghị"), "reminder": N_("Công văn đôn đốc"), "surveys": N_("Báo cáo kết quả khảo sát"),
}  # fmt: skip


class LetterheadForm(FlaskForm):  # type: ignore[misc]
    """The rules are those of `organisations.letterheads`."""

    regime = RadioField(_l("Thể thức"), choices=REGIMES, validate_choice=False)
    superior = StringField(_l("Cơ quan cấp trên"), description=_l("Dòng đầu bên trái. Để trống nếu không có."))
    issuer = StringField(
        _l("Cơ quan ban hành"), description=_l("Dòng in đậm bên trái. Để trống: đơn vị tổ chức của từng đối thoại.")
    )
    right = TextAreaField(
        _l("Dòng bên phải"), description=_l("Mỗi dòng một dòng. Để trống: theo thể thức."), render_kw={"rows": 2}
    )
    code = StringField(_l("Ký hiệu sau số"), description=_l("Ví dụ ĐTN, CĐ, SNV."))
    place = StringField(_l("Địa danh"), description=_l("Đứng trước ngày tháng, ví dụ Cà Mau."))
    draft = BooleanField(_l("Đóng khung chữ DỰ THẢO dưới số"))

    def letter(self, typed: dict[str, str]) -> Letter:
        """What was typed, the blocks with it."""
        sign = {name: typed.get(f"sign_{name}", "") for name in TITLES}
        to = {name: typed.get(f"to_{name}", "") for name in TITLES}
        head = {name: self[name].data or "" for name in ("superior", "issuer", "right", "code", "place")}
        return Letter(regime=self.regime.data or "", draft=bool(self.draft.data), sign=sign, to=to, **head)

    def refuse(self, error: Invalid) -> dict[str, str]:
        """Put the sentences to their fields; those of the blocks come back."""
        for name, message in error.fields.items():
            if name in self:
                self[name].errors = [_(message)]
        return {name: _(message) for name, message in error.fields.items() if name not in self}


def blocks(letter: Letter, wrong: dict[str, str]) -> list[dict[str, Any]]:
    """The blocks as the page draws them: what was written, what stands where nothing was, what is wrong with it."""
    regime = letter.regime if letter.regime in {"union", "state"} else "union"
    return [
        {
            "name": name, "title": _(title), "sign": letter.sign.get(name, ""), "to": letter.to.get(name, ""),
            "sign_else": office.default_sign(name, regime), "to_else": office.default_to(name, regime),
            "sign_wrong": wrong.get(f"sign_{name}", ""), "to_wrong": wrong.get(f"to_{name}", ""),
        }
        for name, title in TITLES.items()
    ]  # fmt: skip
