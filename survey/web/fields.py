"""Fields of staff forms that differ from the library's."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from wtforms import IntegerField
from wtforms import StringField

from survey.core.clock import local
from survey.core.dates import parse_moment
from survey.core.dates import write_moment


class WholeNumber(IntegerField):
    """A whole number. What is none leaves `data` empty, and the validators say so in the reader's language."""

    data: int | None

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the number; the library's own sentence, which is always English, is not used."""
        try:
            super().process_formdata(valuelist)
        except ValueError:
            self.data = None


class MomentField(StringField):
    """A date and hour as people write them; `data` is an aware moment or None. What was typed is shown again."""

    data: Any

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return write_moment(self.data) if isinstance(self.data, dt.datetime) else ""

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Read "26/3/2026 8:00" and its kin, and what a browser's own date field sends."""
        if not valuelist:
            return
        self.data = None
        try:
            self.data = parse_moment(valuelist[0])
        except ValueError as error:
            raise ValueError(_("Chưa đọc được ngày giờ này. Hãy ghi như 26/3/2026 8:00.")) from error


class DayField(StringField):
    """A day as people write it; `data` is a date of Vietnamese time or None. What was typed is shown again."""

    data: Any

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return f"{self.data.day}/{self.data.month}/{self.data.year}" if isinstance(self.data, dt.date) else ""

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Read "26/4/2026" and its kin."""
        if not valuelist:
            return
        self.data = None
        try:
            moment = parse_moment(valuelist[0])
        except ValueError as error:
            raise ValueError(_("Chưa đọc được ngày này. Hãy ghi như 26/4/2026.")) from error
        self.data = local(moment).date() if moment else None
