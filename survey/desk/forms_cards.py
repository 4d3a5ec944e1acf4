"""Forms of cards and sites: print, void by sheets, take back what was scanned, add and change a site."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField
from wtforms import SelectField
from wtforms import StringField
from wtforms import TextAreaField
from wtforms.validators import InputRequired
from wtforms.validators import NumberRange
from wtforms.validators import Optional

from survey.core.ids import new_id
from survey.core.text import clean_line
from survey.dialogues.models import Site
from survey.dialogues.sites import LARGEST_NUMBER
from survey.dialogues.sites import LARGEST_SHARE
from survey.room.tickets import MOST_CARDS
from survey.web.fields import WholeNumber

_BATCH = re.compile(r"[a-z0-9]{8,40}")
_HOW_MANY = _l("Hãy ghi số thẻ từ 1 đến 2000; cần nhiều hơn thì in thành nhiều lô.")
_SHARE = _l("Hãy ghi số thẻ từ 0 đến 20000.")
_NUMBER = _l("Hãy ghi số điểm cầu từ 1 đến 9999.")


def _tidy(raw: str | None) -> str:
    return clean_line(raw or "")


class PrintForm(FlaskForm):  # type: ignore[misc]
    """How many cards, for which site. `batch` names the printing, so that the same form sent again prints nothing."""

    cards = WholeNumber(
        _l("Số thẻ"),
        validators=[InputRequired(_HOW_MANY), NumberRange(1, MOST_CARDS, _HOW_MANY)],
        render_kw={"inputmode": "numeric", "autocomplete": "off"},
    )
    site = SelectField(_l("Cho"), validate_choice=False, default="0")
    batch = HiddenField()

    def offer(self, sites: Iterable[Site]) -> None:
        """Let the hall and these sites be chosen."""
        self.site.choices = [("0", _("Hội trường")), *((str(one.number), f"{one.number}. {one.name}") for one in sites)]

    def of(self) -> str:
        """The name of the printing; a client that sends none gets a new one."""
        sent = str(self.batch.data or "")
        return sent if _BATCH.fullmatch(sent) else new_id()

    def chosen(self) -> int | None:
        """The number of the chosen site, 0 for the hall; None for what was not offered."""
        sent = str(self.site.data or "0")
        offered = {str(choice[0]) for choice in self.site.choices or ()}
        return int(sent) if sent in offered else None


class SheetsForm(FlaskForm):  # type: ignore[misc]
    """Sheets whose cards become worthless."""

    sheets = StringField(
        _l("Số tờ"), description=_l("Số in ở mép trên mỗi tờ, chẳng hạn 3, 5-8."), filters=[_tidy],
        render_kw={"autocomplete": "off", "maxlength": "1000"},
    )  # fmt: skip


class ReturnsForm(FlaskForm):  # type: ignore[misc]
    """Cards that came back."""

    lines = TextAreaField(
        _l("Thẻ thu về, mỗi dòng một thẻ"),
        description=_l(
            "Đặt con trỏ vào ô rồi quét từng mã bằng máy quét, hoặc gõ tám chữ trên thẻ. Tắt bộ gõ tiếng Việt trước khi quét."
        ),
        render_kw={"rows": 8, "autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"},
    )


class SiteForm(FlaskForm):  # type: ignore[misc]
    """A new site."""

    name = StringField(_l("Tên điểm cầu"), filters=[_tidy], render_kw={"autocomplete": "off", "maxlength": "120"})
    cards = WholeNumber(
        _l("Số thẻ được in"),
        validators=[InputRequired(_SHARE), NumberRange(0, LARGEST_SHARE, _SHARE)],
        render_kw={"inputmode": "numeric", "autocomplete": "off"},
    )
    number = WholeNumber(
        _l("Số của điểm cầu"),
        description=_l("Để trống thì lấy số tiếp theo. Số này không đổi về sau."),
        validators=[Optional(), NumberRange(1, LARGEST_NUMBER, _NUMBER)],
        render_kw={"inputmode": "numeric", "autocomplete": "off"},
    )


class SitesForm(FlaskForm):  # type: ignore[misc]
    """Many sites at once."""

    lines = TextAreaField(
        _l("Mỗi dòng một điểm cầu, số thẻ sau dấu phẩy"),
        description=_l("Chẳng hạn: Huyện Cái Nước, 40. Dán thẳng hai cột từ bảng tính cũng được."),
        render_kw={"rows": 6, "spellcheck": "false"},
    )


def refused(form: Any, name: str, sentence: str) -> None:
    """Put a sentence at a field."""
    form[name].errors = [*form[name].errors, sentence]
