"""Working days in Vietnam: public holidays by the `holidays` library, and what an organisation knows better.

The library knows the days off that were announced and the Saturdays worked in their place; what is announced after its
release an organisation writes into two lists of its own, which win.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from functools import lru_cache

import holidays

from survey.core.dates import parse_moment
from survey.core.errors import Invalid
from survey.core.text import N_

DAY = dt.timedelta(days=1)
MOST = 1_000  # working days that anybody counts
MOST_DAYS = 100  # in a list of an organisation
BAD_DAYS = N_("Hãy ghi mỗi dòng một ngày, như 11/2/2027; nhiều nhất 100 ngày.")


@dataclass(frozen=True, slots=True)
class Calendar:
    """Which days are worked. `off` and `worked` are what an organisation adds to the public holidays, and win."""

    off: frozenset[dt.date] = frozenset()
    worked: frozenset[dt.date] = frozenset()

    def is_working(self, day: dt.date) -> bool:
        """Whether offices work on this day."""
        if day in self.worked:
            return True
        return day not in self.off and _is_usual(day)

    def name_of(self, day: dt.date) -> str:
        """What holiday the day is, in Vietnamese; empty for none that the library knows."""
        return str(_year(day.year).get(day) or "")

    def coming(self, day: dt.date, days: int) -> list[tuple[dt.date, str]]:
        """The public holidays from `day` on, with their names."""
        span = (day + DAY * n for n in range(days))
        return [(one, self.name_of(one)) for one in span if self.name_of(one)]

    def after(self, day: dt.date, count: int) -> dt.date:
        """The working day that is the `count`-th after `day`; the day itself never counts."""
        left = min(max(count, 0), MOST)
        while left:
            day += DAY
            left -= self.is_working(day)
        return day

    def between(self, start: dt.date, end: dt.date) -> int:
        """Working days after `start` up to and with `end`; below zero where `end` comes first."""
        if end < start:
            return -self.between(end, start)
        days = min((end - start).days, 5 * MOST)
        return sum(self.is_working(start + DAY * n) for n in range(1, days + 1))


def read_days(typed: str) -> frozenset[dt.date]:
    """The days of a list, one a line or apart by commas. Raises `Invalid`."""
    found = set()
    for line in re.split(r"[\n,;]+", typed):
        try:
            moment = parse_moment(line)
        except ValueError as error:
            raise Invalid(BAD_DAYS, {"days": BAD_DAYS}) from error
        if moment is not None:
            found.add(moment.date())
    if len(found) > MOST_DAYS:
        raise Invalid(BAD_DAYS, {"days": BAD_DAYS})
    return frozenset(found)


def write_days(days: frozenset[dt.date]) -> str:
    """A list as `read_days` reads it, the earliest first."""
    return "\n".join(f"{day.day}/{day.month}/{day.year}" for day in sorted(days))


@lru_cache(maxsize=64)
def _year(year: int) -> holidays.HolidayBase:
    return holidays.country_holidays("VN", years=year, expand=False, language="vi")


def _is_usual(day: dt.date) -> bool:
    year = _year(day.year)
    return bool(year.is_working_day(day))
