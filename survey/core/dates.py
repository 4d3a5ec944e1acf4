"""Dates as people here type them: "26/3/2026 8:00", "8h30 ngày 26-3-2026", and what a date field of a browser sends."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata

from survey.core.clock import ZONE
from survey.core.clock import local

USUAL_HOUR = 8  # a meeting that is given a day and no hour begins at eight
_DAY = re.compile(r"(?<!\d)(\d{1,2})\s*[/.-]\s*(\d{1,2})\s*[/.-]\s*(\d{4})(?!\d)")
_LONG = re.compile(r"(?<!\d)(\d{1,2})\s+tháng\s+(\d{1,2})\s+năm\s+(\d{4})(?!\d)")
_ISO = re.compile(r"(?<!\d)(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)")
_HOUR = re.compile(r"(?<!\d)(\d{1,2})\s*(?:(?::|h|g|giờ)\s*(\d{2})(?!\d)(?::\d{2}(?:\.\d+)?)?|(?:h|g|giờ)(?!\w))")
_NOISE = re.compile(r"\b(?:ngày|lúc|vào|phút|sáng|t)\b|[\s,;.]+")


def parse_moment(typed: str) -> dt.datetime | None:
    """The aware moment that `typed` names in Vietnamese time; None for nothing typed.

    Raises `ValueError` where it is no date that exists.
    """
    text = unicodedata.normalize("NFC", typed).casefold().strip()
    if not text:
        return None
    text, (year, month, day) = _take_day(text)
    text, (hour, minute) = _take_hour(text)
    if _NOISE.sub("", text):
        raise ValueError(typed)
    return dt.datetime(year, month, day, hour, minute, tzinfo=ZONE)


def write_moment(moment: dt.datetime | None) -> str:
    """The moment as `parse_moment` reads it: "26/3/2026 8:00"; empty for None."""
    if moment is None:
        return ""
    here = local(moment)
    return f"{here.day}/{here.month}/{here.year} {here.hour}:{here.minute:02}"


def _take_day(text: str) -> tuple[str, tuple[int, int, int]]:
    if found := _ISO.search(text):
        year, month, day = map(int, found.groups())
    elif found := _DAY.search(text) or _LONG.search(text):
        day, month, year = map(int, found.groups())
    else:
        raise ValueError(text)
    if not 1990 <= year <= 2100:
        raise ValueError(text)
    return text[: found.start()] + " " + text[found.end() :], (year, month, day)


def _take_hour(text: str) -> tuple[str, tuple[int, int]]:
    found = _HOUR.search(text)
    if found is None:
        return text, (USUAL_HOUR, 0)
    return text[: found.start()] + " " + text[found.end() :], (int(found[1]), int(found[2] or 0))
