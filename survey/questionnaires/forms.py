"""Forms of the builder. Limits are the service's; a form only carries what was typed and shows what was refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField
from wtforms import Field
from wtforms import Form
from wtforms import SelectField
from wtforms import StringField
from wtforms import TextAreaField

from survey.questionnaires.kinds import FEWEST_STEPS
from survey.questionnaires.kinds import LONGEST_END
from survey.questionnaires.kinds import MOST_STEPS


class SurveyForm(FlaskForm):  # type: ignore[misc]  # published without types
    """Name and settings of a questionnaire."""

    title = StringField(_l("Tên phiếu"), render_kw={"maxlength": 120, "required": True})
    intro = TextAreaField(
        _l("Lời giới thiệu"),
        description=_l("Không bắt buộc. Vài dòng: phiếu để làm gì, mất bao lâu."),
        render_kw={"rows": 3},
    )
    editable = BooleanField(_l("Đoàn viên sửa được câu trả lời đến khi đóng phiếu"))
    results_shown = BooleanField(
        _l("Cho đoàn viên xem kết quả"), description=_l("Kết quả chỉ hiện khi đủ 5 phiếu, và đổi theo từng 5 phiếu.")
    )


class ItemForm(FlaskForm):  # type: ignore[misc]  # published without types
    """What every item has; kinds add their fields below."""

    label = StringField(_l("Câu hỏi"), render_kw={"maxlength": 300, "required": True})
    help = StringField(
        _l("Giải thích thêm"), description=_l("Không bắt buộc. Hiện bằng chữ nhỏ dưới câu hỏi."),
        render_kw={"maxlength": 500},
    )  # fmt: skip
    required = BooleanField(_l("Bắt buộc trả lời"))


class SingleForm(ItemForm):
    """Options, one a line."""

    options = TextAreaField(
        _l("Các lựa chọn"),
        description=_l("Mỗi dòng một lựa chọn, từ 2 đến 60 dòng."),
        render_kw={"rows": 6, "required": True},
    )


class RatingForm(ItemForm):
    """Steps and the names of both ends."""

    steps = SelectField(
        _l("Số mức"),
        choices=[str(step) for step in range(FEWEST_STEPS, MOST_STEPS + 1)],  # type: ignore[misc]  # the stubs lag
        default="5",
        validate_choice=False,  # the kind itself judges, in the same words for every client
    )
    low = StringField(_l("Mức 1 nghĩa là"), render_kw={"maxlength": LONGEST_END})
    high = StringField(_l("Mức cao nhất nghĩa là"), render_kw={"maxlength": LONGEST_END})


FORMS: Mapping[str, type[ItemForm]] = {"single": SingleForm, "rating": RatingForm, "text": ItemForm}


def typed(form: Form) -> dict[str, Any]:
    """What was typed, by field, without the token; empty for what the browser did not send."""
    return {name: "" if value is None else value for name, value in form.data.items() if name != "csrf_token"}


def refuse(form: Form, fields: Mapping[str, str]) -> list[str]:
    """Put each sentence at its field; return those that belong to none."""
    left = []
    for name, message in fields.items():
        field: Field | None = form._fields.get(name)
        if field is None:
            left.append(_(message))
        else:
            field.errors = [*field.errors, _(message)]
    return left
