"""Dates as people type them."""

from __future__ import annotations

import datetime as dt

import pytest

from survey.core.clock import ZONE
from survey.core.dates import parse_moment
from survey.core.dates import write_moment


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("26/3/2026 8:00", "26/3/2026 8:00"),
        ("26/03/2026, 14:05", "26/3/2026 14:05"),
        ("14:05 26/3/2026", "26/3/2026 14:05"),
        ("8h30 ngày 26-3-2026", "26/3/2026 8:30"),
        ("8 giờ 30 phút, 26.3.2026", "26/3/2026 8:30"),
        ("Lúc 8h sáng ngày 26/3/2026", "26/3/2026 8:00"),
        ("ngày 26 tháng 3 năm 2026, 7 giờ", "26/3/2026 7:00"),
        ("nga\u0300y 26 tha\u0301ng 3 na\u0306m 2026", "26/3/2026 8:00"),
        ("26/3/2026", "26/3/2026 8:00"),
        ("2026-03-26T08:00", "26/3/2026 8:00"),
        ("2026-03-26 23:59:30", "26/3/2026 23:59"),
        ("  ", ""),
    ],
)
def test_moment_is_read_in_vietnamese_time(typed: str, read: str) -> None:
    assert write_moment(parse_moment(typed)) == read


def test_moment_is_aware() -> None:
    assert parse_moment("26/3/2026 8:00") == dt.datetime(2026, 3, 26, 8, 0, tzinfo=ZONE)
    assert parse_moment("26/3/2026 8:00") == dt.datetime(2026, 3, 26, 1, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    "typed",
    [
        "mai", "26/3", "31/2/2026", "3/26/2026", "26/3/26", "26/3/2026 25:00", "26/3/2026 8:60", "26/3/20261",
        "26/3/2026 hay 27/3/2026", "26/3/2026 8:00 9:00", "26/3/1066", "²⁶/3/2026", "9" * 10_000,
    ],
)  # fmt: skip
def test_what_is_no_date_is_refused(typed: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - its text is what was typed
        parse_moment(typed)


def test_what_is_written_is_read_again() -> None:
    for moment in (dt.datetime(2026, 1, 1, 0, 0, tzinfo=ZONE), dt.datetime(2026, 12, 31, 23, 59, tzinfo=ZONE)):
        assert parse_moment(write_moment(moment)) == moment
