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
    rows_announced = BooleanField(
        _l("Sẽ có tệp từng phiếu, đã xáo trộn, không đơn vị, không ngày, không chữ tự viết"),
        description=_l(
            "Đoàn viên đọc điều này ở đầu phiếu, nên chỉ chọn được trước khi mở. Tệp có sau khi kết luận; số liệu chỉ hiện "
            "khi phiếu đóng."
        ),
    )
    results_shown = BooleanField(
        _l("Cho đoàn viên xem kết quả"),
        description=_l(
            "Kết quả chỉ hiện khi đủ 5 phiếu, và đổi theo từng 5 phiếu. Chỉ các con số; ý kiến viết tay do ban tổ chức đọc."
        ),
    )


class ItemForm(FlaskForm):  # type: ignore[misc]  # published without types
    """What every item has; kinds add their fields below."""

    label = StringField(_l("Câu hỏi"), render_kw={"maxlength": 300, "required": True})
    help = StringField(
        _l("Giải thích thêm"), description=_l("Không bắt buộc. Hiện bằng chữ nhỏ dưới câu hỏi."),
        render_kw={"maxlength": 500},
    )  # fmt: skip
    required = BooleanField(_l("Bắt buộc trả lời"))
    identifying = BooleanField(
        _l("Câu trả lời có thể cho biết người trả lời là ai"),
        description=_l("Ví dụ tuổi, chức vụ. Tệp từng phiếu, nếu có, chỉ giữ những tổ hợp có ít nhất 5 người."),
    )


class WordsForm(ItemForm):
    """Whether what people write may become questions."""

    board = BooleanField(
        _l("Câu trả lời có thể đưa lên bảng câu hỏi"),
        description=_l("Người trả lời được báo trước ở ngay mục này. Câu đưa lên không kèm tên hay câu trả lời khác."),
    )


_LINES = _l("Mỗi dòng một lựa chọn, từ 2 đến 200 dòng.")
_EMPTY = _l("Để trống là không giới hạn.")
_SHUFFLED = _l("Mỗi máy hiện các lựa chọn theo một thứ tự khác")
_SHUFFLED_WHY = _l("Để lựa chọn đứng đầu không được lợi.")


class ChoiceForm(ItemForm):
    """Options, one a line."""

    options = TextAreaField(_l("Các lựa chọn"), description=_LINES, render_kw={"rows": 6, "required": True})
    other = BooleanField(_l("Thêm “Khác, xin ghi rõ”"))
    shuffled = BooleanField(_SHUFFLED, description=_SHUFFLED_WHY)


class MultipleForm(ChoiceForm):
    """The same, with how many may be chosen."""

    fewest = StringField(_l("Chọn ít nhất"), description=_EMPTY, render_kw={"inputmode": "numeric", "maxlength": 3})
    most = StringField(_l("Chọn nhiều nhất"), description=_EMPTY, render_kw={"inputmode": "numeric", "maxlength": 3})


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


class ScoreForm(ItemForm):
    """The names of both ends."""

    low = StringField(_l("Mức 0 nghĩa là"), render_kw={"maxlength": LONGEST_END})
    high = StringField(_l("Mức 10 nghĩa là"), render_kw={"maxlength": LONGEST_END})


class MatrixForm(RatingForm):
    """What is rated, one a line, and the scale."""

    rows = TextAreaField(
        _l("Các dòng để chấm điểm"), description=_l("Mỗi dòng một điều."), render_kw={"rows": 5, "required": True}
    )


class RankForm(ItemForm):
    """What is put in order, one a line."""

    options = TextAreaField(
        _l("Các điều để xếp thứ tự"), description=_l("Mỗi dòng một điều, từ 2 đến 20 dòng."),
        render_kw={"rows": 6, "required": True},
    )  # fmt: skip
    shuffled = BooleanField(_SHUFFLED, description=_SHUFFLED_WHY)


class NumberForm(ItemForm):
    """Bounds and the measure."""

    least = StringField(_l("Số nhỏ nhất"), description=_EMPTY, render_kw={"inputmode": "decimal", "maxlength": 20})
    greatest = StringField(_l("Số lớn nhất"), description=_EMPTY, render_kw={"inputmode": "decimal", "maxlength": 20})
    decimals = BooleanField(_l("Nhận cả số lẻ, ví dụ 2,5"))
    measure = StringField(_l("Đơn vị tính"), description=_l("Ví dụ: năm, triệu đồng."), render_kw={"maxlength": 20})


class DayForm(ItemForm):
    """Bounds."""

    least = StringField(_l("Từ ngày"), description=_EMPTY, render_kw={"maxlength": 40})
    greatest = StringField(_l("Đến ngày"), description=_EMPTY, render_kw={"maxlength": 40})


class PartForm(FlaskForm):  # type: ignore[misc]  # published without types
    """A text between items."""

    label = StringField(_l("Đề mục"), render_kw={"maxlength": 300, "required": True})
    help = TextAreaField(_l("Nội dung"), description=_l("Không bắt buộc."), render_kw={"rows": 4})


class SectionForm(PartForm):
    """A heading."""

    page = BooleanField(_l("Bắt đầu một trang mới"))


FORMS: Mapping[str, type[FlaskForm]] = {
    "single": ChoiceForm, "multiple": MultipleForm, "yesno": ItemForm, "rating": RatingForm, "score": ScoreForm,
    "matrix": MatrixForm, "rank": RankForm, "short": WordsForm, "text": WordsForm, "number": NumberForm, "date": DayForm,
    "unit": ItemForm, "section": SectionForm, "note": PartForm,
}  # fmt: skip


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
