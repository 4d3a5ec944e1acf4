"""Forms by which a questionnaire comes in: a file, what was seen and is confirmed; or one that is there already."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import FileField
from wtforms import HiddenField

from survey.core.errors import Invalid
from survey.core.text import N_


class FileForm(FlaskForm):  # type: ignore[misc]
    """A file."""

    file = FileField(_l("Tệp XLSForm (.xlsx) hoặc .json"), render_kw={"accept": ".xlsx,.json"})

    def content(self) -> tuple[bytes, str]:
        """The file and its name. Raises `Invalid` where there is none."""
        upload: Any = self.file.data
        if not upload or not getattr(upload, "filename", ""):
            message = N_("Hãy chọn tệp phiếu khảo sát.")
            raise Invalid(message, {"file": message})
        return upload.read(), upload.filename


class ConfirmForm(FlaskForm):  # type: ignore[misc]
    """What was seen, signed for who uploaded it: it is taken apart only if this program packed it today."""

    read = HiddenField()
