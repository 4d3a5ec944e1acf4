"""Forms of the organiser: open a dialogue, its settings, its topics."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField
from wtforms import RadioField
from wtforms import SelectMultipleField
from wtforms import StringField
from wtforms import TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # new in 3.3, not in the stubs
from wtforms.validators import InputRequired
from wtforms.validators import Length
from wtforms.validators import NumberRange
from wtforms.validators import Optional
from wtforms.validators import ValidationError

from survey.core.errors import Invalid
from survey.core.text import N_
from survey.core.text import clean
from survey.core.text import clean_line
from survey.dialogues.models import Dialogue
from survey.dialogues.order import Rule
from survey.dialogues.service import RULES
from survey.dialogues.service import THEME_LENGTH
from survey.dialogues.service import TOPICS
from survey.dialogues.state import State
from survey.room.filling import read_times
from survey.web.fields import MomentField
from survey.web.fields import WholeNumber

LINE, PLEDGE, LEADERS = 200, 1_000, 5_000  # characters
PLEDGES = N_(
    "Tôi muốn nghe ý kiến thật của các đồng chí. Tôi cam kết không tìm hiểu ai đã hỏi câu nào, "
    "và không ai bị ảnh hưởng vì câu hỏi của mình."
)


def _tidy(how: Callable[[str], str]) -> Callable[[str | None], str]:
    return lambda raw: how(raw or "")


class OpenForm(FlaskForm):  # type: ignore[misc]
    """The one field between signing in and a code on the wall."""

    theme = StringField(
        _l("Chủ đề đối thoại"),
        filters=[_tidy(clean_line)],
        validators=[
            InputRequired(_l("Hãy ghi chủ đề đối thoại, nhiều nhất 200 ký tự.")),
            Length(1, THEME_LENGTH, _l("Hãy ghi chủ đề đối thoại, nhiều nhất 200 ký tự.")),
        ],
    )


class SettingsForm(OpenForm):
    """Everything else that has a default."""

    leader = StringField(
        _l("Người chủ trì"),
        description=_l("Họ tên và chức vụ, như trên giấy mời."),
        filters=[_tidy(clean_line)],
        validators=[Length(max=LINE, message=_l("Dài nhất 200 ký tự."))],
    )
    leaders = TextAreaField(
        _l("Danh sách lãnh đạo"),
        description=_l(
            "Mỗi dòng một người, họ tên trước rồi chức vụ. Câu hỏi nêu tên một người ở đây thì đến bàn điều hành ở dạng gấp "
            "lại, và không bao giờ tự đăng. Tên người chủ trì đã có sẵn."
        ),
        filters=[_tidy(clean)],
        validators=[Length(max=LEADERS, message=_l("Dài nhất 5.000 ký tự."))],
        render_kw={"rows": 4},
    )
    complaints = StringField(
        _l("Nơi nhận khiếu nại, tố cáo"),
        description=_l("Ghi cạnh ô đặt câu hỏi, và gửi cho người có câu được chuyển đúng kênh. Ví dụ: Ban Tiếp công dân tỉnh, "
                       "số 1 đường Hùng Vương."),
        filters=[_tidy(clean_line)],
        validators=[Length(max=LINE, message=_l("Dài nhất 200 ký tự."))],
    )  # fmt: skip
    host_unit = StringField(
        _l("Đơn vị tổ chức"),
        filters=[_tidy(clean_line)],
        validators=[Length(max=LINE, message=_l("Dài nhất 200 ký tự."))],
    )
    place = StringField(
        _l("Địa điểm"),
        filters=[_tidy(clean_line)],
        validators=[Length(max=LINE, message=_l("Dài nhất 200 ký tự."))],
    )
    starts_at = MomentField(_l("Ngày giờ"), description=_l("Ví dụ 26/3/2026 8:00. Không ghi giờ thì hiểu là 8:00."))
    minutes = WholeNumber(
        _l("Dự kiến kéo dài (phút)"),
        validators=[
            InputRequired(_l("Hãy ghi số phút, từ 5 đến 1440.")),
            NumberRange(5, 1440, _l("Hãy ghi số phút, từ 5 đến 1440.")),
        ],
    )
    writing_days = WholeNumber(
        _l("Trả lời bằng văn bản trong mấy ngày"),
        description=_l("Kể từ ngày đối thoại. Bàn chủ trì, màn hình và điện thoại ghi ngày ấy. Luật Thanh niên: thông báo kết "
                       "luận chậm nhất 10 ngày, 15 ngày với nội dung phức tạp."),
        validators=[Optional(), NumberRange(1, 90, _l("Hãy ghi một số từ 1 đến 90."))],
    )  # fmt: skip
    pledge = TextAreaField(
        _l("Lời cam kết của người chủ trì"),
        description=_l(
            "Có lời này thì màn hình đầu của mọi điện thoại ghi “Tôi cam kết không truy tìm người hỏi.” cùng tên người chủ "
            "trì; lời đầy đủ ở bên dưới. Chỉ ghi điều mà người chủ trì đã đồng ý."
        ),
        filters=[_tidy(clean)],
        validators=[Length(max=PLEDGE, message=_l("Dài nhất 1.000 ký tự."))],
    )
    pledge_ready = BooleanField(_l("Dùng câu soạn sẵn"))
    pre_moderation = BooleanField(
        _l("Duyệt trước khi đưa lên"), description=_l("Tắt thì câu hỏi lên bảng ngay khi gửi.")
    )
    board_public = BooleanField(
        _l("Ai có mã cũng xem được bảng"),
        description=_l("Kể cả người chưa vào phòng, khi vào bằng thẻ hoặc danh sách."),
    )
    listed = BooleanField(_l("Nêu tên ở trang chủ"), description=_l("Người chưa có mã cũng thấy đối thoại này."))
    people_shown = BooleanField(_l("Hiện số phiếu trong phòng trên màn hình"))
    rule = RadioField(
        _l("Xếp hạng câu hỏi theo"),
        description=_l("Chọn trước khi mở; mở rồi thì giữ nguyên. In trên màn hình và trong mọi tệp xuất ra."),
        choices=[
            SelectChoice("supporters", _l("Số lượt ủng hộ: dễ hiểu nhất")),
            SelectChoice("rate", _l("Tỷ lệ ủng hộ trên số máy đã thấy câu: câu gửi muộn không thiệt")),
        ],
        default="supporters",
        validate_choice=False,  # an open hall's form has no such field
    )
    turns = BooleanField(
        _l("Các nhóm vấn đề lần lượt"), description=_l("Để một nhóm vấn đề không chiếm hết buổi đối thoại.")
    )
    site_turns = BooleanField(
        _l("Các điểm cầu lần lượt"),
        description=_l("Chỉ tính điểm cầu có từ mười phiếu; các nơi khác chung một lượt với hội trường."),
    )
    ask_limit = WholeNumber(
        _l("Mỗi phiếu được gửi mấy câu"),
        validators=[
            InputRequired(_l("Hãy ghi một số từ 1 đến 50.")),
            NumberRange(1, 50, _l("Hãy ghi một số từ 1 đến 50.")),
        ],
    )
    key_days = WholeNumber(
        _l("Hủy khóa sau bao nhiêu ngày kể từ khi công bố kết luận"),
        description=_l("Từ 1 đến 90 ngày. Ngày hủy hiện cho mọi người khi công bố kết luận, rồi không đổi nữa."),
        validators=[Optional(), NumberRange(1, 90, _l("Hãy ghi một số từ 1 đến 90."))],
    )

    box_times = StringField(
        _l("Hòm phiếu mở lúc mấy giờ, hằng ngày trước buổi đối thoại"),
        description=_l(
            "Ví dụ 12:00, 20:00. Hòm chỉ mở khi có đủ phiếu, và luôn mở lúc khai mạc; để trống là chỉ mở lúc khai mạc."
        ),
    )

    def validate_box_times(self, field: StringField) -> None:
        """Read as people write it, kept in one form."""
        if not field.raw_data:
            return
        try:
            field.data = read_times(field.data or "")
        except Invalid as error:
            raise ValidationError(_(error.message)) from error

    def changes(self, dialogue: Dialogue) -> dict[str, Any]:
        """Only what differs from the dialogue, so that two organisers do not undo each other."""
        fixed = dialogue.state not in {State.DRAFT, State.COLLECTING} or self.rule.data not in set(Rule)
        own = {"csrf_token", "pledge_ready", *(RULES if fixed else ())}
        values = {field.name: field.data for field in self if field.name not in own}
        if self.pledge_ready.data and not values["pledge"]:
            values["pledge"] = _(PLEDGES)
        if values["key_days"] is None or dialogue.keys_until is not None:
            del values["key_days"]
        if values["writing_days"] is None:
            del values["writing_days"]
        if not self.box_times.raw_data:  # the form has it only where there is a box
            del values["box_times"]
        return {name: value for name, value in values.items() if getattr(dialogue, name) != value}


class TopicsForm(FlaskForm):  # type: ignore[misc]
    """The topics, one a line, and the usual ones to tick."""

    topics = TextAreaField(
        _l("Nhóm vấn đề, mỗi dòng một nhóm"),
        description=_l(
            "Nhóm giữ nguyên tên thì giữ câu hỏi. Xóa hay đổi tên: câu hỏi của nhóm ấy thành chưa phân nhóm."
        ),
        filters=[_tidy(clean)],
        render_kw={"rows": 12},
    )
    usual = SelectMultipleField(_l("Thêm nhóm thường gặp"), validate_choice=False)

    def offer(self, present: Sequence[str]) -> None:
        """Offer the usual topics that are not among `present`."""
        self.usual.choices = [(name, name) for name in TOPICS if name not in present]

    def names(self) -> tuple[str, ...]:
        """What the list shall be: the lines, then what was ticked."""
        ticked = [name for name in self.usual.data or () if name in TOPICS]
        return (*(self.topics.data or "").splitlines(), *ticked)
