"""An XLSForm (the sheets survey, choices and settings) as a reading: what each row becomes here, and what has no place."""

from __future__ import annotations

import datetime as dt
import io
import zipfile

from survey.core.cells import refused
from survey.core.sheets import Sheet
from survey.core.sheets import sheets_of
from survey.core.text import N_
from survey.core.text import clean_line
from survey.questionnaires.exchange.columns import Line
from survey.questionnaires.exchange.columns import form_of
from survey.questionnaires.exchange.columns import formulas
from survey.questionnaires.exchange.document import moment_of
from survey.questionnaires.exchange.found import Reading
from survey.questionnaires.exchange.rows import Rows
from survey.questionnaires.exchange.words import NO
from survey.questionnaires.exchange.xpath import unguarded

SETTINGS = frozenset({
    "form_title", "set_form_title", "form_id", "set_form_id", "id_string", "version", "style", "default_language", "namespaces",
    "doithoai_editable", "doithoai_results_shown", "doithoai_rows_announced", "doithoai_opens_at", "doithoai_closes_at",
})  # fmt: skip
_SETTING = N_("Cài đặt “%(column)s” không dùng ở đây.")
_NO_HOUR = N_("Cột “%(column)s” cần giờ như “2026-03-26T08:00+07:00”; đã bỏ qua.")
HOURS = ("opens_at", "closes_at")
_MACROS = N_("Tệp có macro. Hãy mở ra, lưu lại thành .xlsx (không macro) rồi gửi lên.")


def read_form(data: bytes, file_name: str) -> Reading:
    """What the file says. Raises `Invalid` for a file that cannot be used at all."""
    if data.startswith(b"PK\x03\x04") and _has_macros(data):
        raise refused(_MACROS)
    sheets = sheets_of(data, file_name, lambda _rows: True, exact=True)
    if not data.startswith(b"PK\x03\x04"):
        raise refused(
            N_("Tệp này không phải phiếu khảo sát. Hãy gửi XLSForm (.xlsx) hoặc tệp .json do chương trình xuất ra.")
        )
    return read_sheets(sheets, file_name)


def read_sheets(sheets: list[Sheet], file_name: str) -> Reading:
    """The same of sheets that were read."""
    reading = Reading()
    form = form_of(sheets, reading)
    formulas("settings", form.settings, reading)
    stem = clean_line(file_name.replace("\\", "/").rsplit("/", 1)[-1].rsplit(".", 1)[0])
    reading.title = clean_line(form.settings.get("form_title")) or stem or "Phiếu khảo sát"
    reading.editable = form.settings.get("doithoai_editable").casefold() not in NO - {""}
    reading.results_shown = form.settings.get("doithoai_results_shown").casefold() not in NO
    reading.rows_announced = form.settings.get("doithoai_rows_announced").casefold() not in NO
    reading.opens_at, reading.closes_at = (_hour(form.settings, f"doithoai_{name}", reading) for name in HOURS)
    for column, text in form.settings.cells.items():
        if column not in SETTINGS:
            reading.doubt("settings", form.settings.row, _SETTING, text, column=column)
    Rows(reading, form=form).read()
    _unguard(reading)
    return reading


def _hour(line: Line, column: str, reading: Reading) -> dt.datetime | None:
    text = line.get(column).strip()
    found = moment_of(text) if text else None
    if text and found is None:
        reading.doubt("settings", line.row, _NO_HOUR, text, column=column)
    return found


def _has_macros(data: bytes) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return any(name.lower().endswith("vbaproject.bin") for name in archive.namelist())
    except (zipfile.BadZipFile, ValueError, OSError):
        return False  # `sheets_of` says what is wrong with it


def _unguard(reading: Reading) -> None:
    """Our own files keep other tools from reading words as references; here they are words again."""
    reading.title, reading.intro = unguarded(reading.title), unguarded(reading.intro)
    for item in reading.items:
        item.label, item.help = unguarded(item.label), unguarded(item.help)
        for name, value in item.settings.items():
            if isinstance(value, str):
                item.settings[name] = unguarded(value)
            elif name in {"options", "rows"}:
                item.settings[name] = [
                    {**one, "text": unguarded(one["text"])} if isinstance(one, dict) else unguarded(one)
                    for one in value
                ]
