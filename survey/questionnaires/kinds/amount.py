"""Numbers and days, between bounds, as people here write them."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from survey.core.dates import parse_moment
from survey.core.text import N_
from survey.core.text import clean_line
from survey.questionnaires.kinds.base import Figures
from survey.questionnaires.kinds.base import Kind
from survey.questionnaires.kinds.base import Raw
from survey.questionnaires.kinds.base import Refusal
from survey.questionnaires.kinds.base import Settings
from survey.questionnaires.kinds.base import Tally
from survey.questionnaires.kinds.base import one
from survey.questionnaires.kinds.base import refuse

BINS = 8  # rows of a distribution of numbers
LARGEST = 1e12
LONGEST_MEASURE = 20
_NUMBER = re.compile(r"[+-]?(?:\d{1,3}(?:[. ]\d{3})+|\d+)(?:,\d+)?|[+-]?\d+\.\d+")
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:[. ]\d{3})+(?:,\d+)?")
_LIMITS = N_("Số nhỏ nhất không được lớn hơn số lớn nhất.")


class Number(Kind):
    """A number, whole or with decimals, between two bounds."""

    name, title, hint = "number", N_("Số"), N_("Ghi một số.")
    fields = ("least", "greatest", "decimals", "measure")

    def configure(self, typed: Mapping[str, Any], before: Settings) -> dict[str, Any]:
        """Bounds (empty: none), whether decimals are taken, and what is measured ("năm", "triệu đồng")."""
        made: dict[str, Any] = {"decimals": bool(typed.get("decimals"))}
        for name in ("least", "greatest"):
            text = clean_line(str(typed.get(name) or ""))
            made[name] = number_of(text) if text else None
            if text and made[name] is None:
                refuse(name, N_("Giới hạn phải là một con số."))
        made["measure"] = clean_line(str(typed.get("measure") or ""))[:LONGEST_MEASURE]
        refuse("greatest", self.check(made))
        return made

    def typed(self, settings: Settings) -> dict[str, Any]:
        """Bounds as they are written here."""
        bounds = {
            name: written(settings[name]) if settings.get(name) is not None else "" for name in ("least", "greatest")
        }
        return {**bounds, "decimals": bool(settings.get("decimals")), "measure": settings.get("measure", "")}

    def check(self, settings: Settings) -> str | None:
        """Bounds that leave something between them."""
        least, greatest = settings.get("least"), settings.get("greatest")
        return _LIMITS if least is not None and greatest is not None and least > greatest else None

    def same_meaning(self, before: Settings, after: Settings) -> bool:
        """The same measure; bounds may be widened, for what was given still holds."""
        return before.get("measure", "") == after.get("measure", "") and _wider(before, after)

    def parse(self, raw: Raw, settings: Settings, *, required: bool) -> Any:
        """The number: "1.234,5" and "1234.5" are the same."""
        text = clean_line(one(raw))
        if not text:
            return Refusal(N_("Hãy ghi một số.")) if required else None
        value = number_of(text)
        if value is None:
            return Refusal(N_("Đây không phải một con số. Hãy ghi bằng chữ số, ví dụ 12 hoặc 1.234,5."))
        if isinstance(value, float) and not settings.get("decimals"):
            return Refusal(N_("Mục này cần số nguyên, không có phần lẻ."))
        return value if _within(value, settings) else Refusal(N_("Số này nằm ngoài giới hạn của mục. Hãy xem lại."))

    def fill(self, value: Any) -> dict[str, list[str]]:
        """The number as it is written here."""
        return {"": [written(value)]}

    def figures(self, tally: Tally, settings: Settings) -> Figures:
        """Up to eight equal ranges, and the mean."""
        given = sorted((float(value), count) for value, count in tally.counts.items())
        total = sum(count for _, count in given)
        if not total:
            return Figures()
        return Figures(_ranges(given), sum(value * count for value, count in given) / total)

    def cell(self, value: Any, settings: Settings) -> str | int | float:
        """The number."""
        return "" if value is None else value


class Day(Kind):
    """A day, as "26/3/2026" or as a date field of a browser sends it. Kept as "2026-03-26"."""

    name, title, hint = "date", N_("Ngày"), N_("Ghi ngày/tháng/năm.")
    fields = ("least", "greatest")

    def configure(self, typed: Mapping[str, Any], before: Settings) -> dict[str, Any]:
        """The first and the last day that are taken; empty is no bound."""
        made: dict[str, Any] = {}
        for name in ("least", "greatest"):
            text = clean_line(str(typed.get(name) or ""))
            made[name] = day_of(text)
            if text and made[name] is None:
                refuse(name, N_("Không có ngày này. Hãy ghi ngày/tháng/năm, ví dụ 26/3/2026."))
        refuse("greatest", self.check(made))
        return made

    def typed(self, settings: Settings) -> dict[str, Any]:
        """Days as they are written here."""
        return {name: shown_day(settings.get(name)) for name in self.fields}

    def check(self, settings: Settings) -> str | None:
        """Bounds that leave a day between them."""
        least, greatest = settings.get("least"), settings.get("greatest")
        return N_("Ngày đầu không được sau ngày cuối.") if least and greatest and least > greatest else None

    def same_meaning(self, before: Settings, after: Settings) -> bool:
        """Bounds may be widened."""
        return _wider(before, after)

    def parse(self, raw: Raw, settings: Settings, *, required: bool) -> Any:
        """The day."""
        text = clean_line(one(raw))
        if not text:
            return Refusal(N_("Hãy ghi một ngày.")) if required else None
        day = day_of(text)
        if day is None:
            return Refusal(N_("Không có ngày này. Hãy ghi ngày/tháng/năm, ví dụ 26/3/2026."))
        return day if _within(day, settings) else Refusal(N_("Ngày này nằm ngoài giới hạn của mục. Hãy xem lại."))

    def fill(self, value: Any) -> dict[str, list[str]]:
        """The day as it is written here."""
        return {"": [shown_day(value)]}

    def tally(self, values: Any, settings: Settings) -> Tally:
        """Answers by month: single days would tell people apart."""
        return super().tally((value[:7] for value in values), settings)

    def figures(self, tally: Tally, settings: Settings) -> Figures:
        """A row for each month that was named."""
        return Figures([(f"{int(month[5:])}/{month[:4]}", count) for month, count in sorted(tally.counts.items())])

    def cell(self, value: Any, settings: Settings) -> str | int | float:
        """The day as it is written here."""
        return shown_day(value)


def number_of(text: str) -> int | float | None:
    """The number in Vietnamese or plain writing; None for anything else. Whole numbers come as `int`."""
    if not text.isascii() or not _NUMBER.fullmatch(text):
        return None
    plain = (
        text.replace(".", "").replace(" ", "").replace(",", ".")
        if _THOUSANDS.fullmatch(text)
        else text.replace(",", ".")
    )
    value = float(plain)
    if abs(value) > LARGEST:
        return None
    return int(value) if value.is_integer() else value


def written(value: float) -> str:
    """A number in Vietnamese writing, without grouping: "1234,5"."""
    return str(value).replace(".", ",")


def day_of(text: str) -> str | None:
    """The day as "2026-03-26"; None for no day."""
    try:
        moment = parse_moment(text)
    except ValueError:
        return None
    return moment.date().isoformat() if moment else None


def shown_day(day: str | None) -> str:
    """ "26/3/2026"; empty for none."""
    found = dt.date.fromisoformat(day) if day else None
    return f"{found.day}/{found.month}/{found.year}" if found else ""


def _within(value: Any, settings: Settings) -> bool:
    least, greatest = settings.get("least"), settings.get("greatest")
    return (least is None or value >= least) and (greatest is None or value <= greatest)


def _wider(before: Settings, after: Settings) -> bool:
    low = after.get("least") is None or (before.get("least") is not None and after["least"] <= before["least"])
    high = after.get("greatest") is None or (
        before.get("greatest") is not None and after["greatest"] >= before["greatest"]
    )
    return low and high and (bool(after.get("decimals")) or not before.get("decimals"))


def _ranges(given: list[tuple[float, int]]) -> list[tuple[str, int]]:
    """Values with their counts in equal ranges; single values while there are few."""
    if len(given) <= BINS:
        return [(written(int(value) if value.is_integer() else value), count) for value, count in given]
    low, high = given[0][0], given[-1][0]
    width = _round_up((high - low) / BINS)
    start = math.floor(low / width) * width
    counts = [0] * (math.floor((high - start) / width) + 1)
    for value, count in given:
        counts[math.floor((value - start) / width)] += count
    edges = [start + width * place for place in range(len(counts) + 1)]
    return [(f"{_edge(a)} – {_edge(b)}", count) for (a, b), count in zip(pairwise(edges), counts, strict=True)]


def _edge(value: float) -> str:
    return written(round(value, 9)).removesuffix(",0")


def _round_up(width: float) -> float:
    """The next of 1, 2, 5, 10, 20… that is no smaller."""
    power = 10.0 ** math.floor(math.log10(width))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= width)
