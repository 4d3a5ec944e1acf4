"""Steps between two ends: one rating, a recommendation from 0 to 10, several ratings at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

from survey.core.text import N_
from survey.core.text import clean_line
from survey.questionnaires.kinds.base import UNKNOWN
from survey.questionnaires.kinds.base import Figures
from survey.questionnaires.kinds.base import Kind
from survey.questionnaires.kinds.base import Part
from survey.questionnaires.kinds.base import Raw
from survey.questionnaires.kinds.base import Refusal
from survey.questionnaires.kinds.base import Settings
from survey.questionnaires.kinds.base import Tally
from survey.questionnaires.kinds.base import ids
from survey.questionnaires.kinds.base import number_in
from survey.questionnaires.kinds.base import one
from survey.questionnaires.kinds.base import options_of
from survey.questionnaires.kinds.base import refuse
from survey.questionnaires.kinds.base import wrong_options

FEWEST_STEPS, MOST_STEPS = 2, 10
LONGEST_END = 60
PROMOTERS, DETRACTORS = range(9, 11), range(7)  # of a recommendation score, by its usual definition
_CHOOSE = N_("Hãy chọn một mức.")


class Rating(Kind):
    """A scale from 1 to 2..10 whose ends have names."""

    name, title, hint = "rating", N_("Thang điểm"), N_("Chọn một mức.")
    fields = ("steps", "low", "high")

    def configure(self, typed: Mapping[str, Any], before: Settings) -> dict[str, Any]:
        """Number of steps and the names of both ends."""
        ends = {end: clean_line(str(typed.get(end) or "")) for end in ("low", "high")}
        made = {"steps": number_in(typed.get("steps"), 2) or 0, **ends}
        refuse("steps", _wrong_scale(made))
        return made

    def check(self, settings: Settings) -> str | None:
        """Two to ten steps."""
        return _wrong_scale(settings)

    def same_meaning(self, before: Settings, after: Settings) -> bool:
        """The same number of steps."""
        return bool(before["steps"] == after["steps"])

    def parse(self, raw: Raw, settings: Settings, *, required: bool) -> Any:
        """The chosen step as a number."""
        return _step(one(raw), range(1, settings["steps"] + 1), required=required)

    def figures(self, tally: Tally, settings: Settings) -> Figures:
        """A row for each step, ends named, and the mean."""
        counts = [tally.counts.get(str(step), 0) for step in range(1, settings["steps"] + 1)]
        return Figures(list(zip(step_labels(settings), counts, strict=True)), mean(counts, 1))

    def cell(self, value: Any, settings: Settings) -> str | int | float:
        """The number."""
        return "" if value is None else int(value)


class Score(Kind):
    """How likely one would recommend, from 0 to 10; its score is the share of 9 and 10 less the share of 0 to 6."""

    name, title, hint = "score", N_("Mức giới thiệu 0–10"), N_("Chọn một mức.")
    fields = ("low", "high")

    def configure(self, typed: Mapping[str, Any], before: Settings) -> dict[str, Any]:
        """The names of both ends."""
        made = {end: clean_line(str(typed.get(end) or "")) for end in ("low", "high")}
        refuse("low", _wrong_ends(made))
        return made

    def check(self, settings: Settings) -> str | None:
        """Ends of readable length."""
        return _wrong_ends(settings)

    def parse(self, raw: Raw, settings: Settings, *, required: bool) -> Any:
        """The number from 0 to 10."""
        return _step(one(raw), range(11), required=required)

    def figures(self, tally: Tally, settings: Settings) -> Figures:
        """A row for each number, the mean and the score."""
        counts = [tally.counts.get(str(step), 0) for step in range(11)]
        total = sum(counts)
        lead = sum(counts[step] for step in PROMOTERS) - sum(counts[step] for step in DETRACTORS)
        rows = [(str(step), count) for step, count in enumerate(counts)]
        return Figures(rows, mean(counts, 0), 100 * lead / total if total else None)

    def cell(self, value: Any, settings: Settings) -> str | int | float:
        """The number."""
        return "" if value is None else int(value)


class Matrix(Kind):
    """Several things rated on one scale. An answer is the step of each row, by the row's id."""

    name, title, hint = "matrix", N_("Bảng thang điểm"), N_("Chọn một mức cho mỗi dòng.")
    fields = ("rows", "steps", "low", "high")

    def configure(self, typed: Mapping[str, Any], before: Settings) -> dict[str, Any]:
        """Rows, one a line; number of steps and the names of both ends."""
        rows = options_of(str(typed.get("rows") or ""), before.get("rows", ()))
        refuse("rows", _wrong_rows(rows))
        return {"rows": rows, **Rating().configure(typed, before)}

    def typed(self, settings: Settings) -> dict[str, Any]:
        """One row a line."""
        return {**super().typed(settings), "rows": "\n".join(row["text"] for row in settings.get("rows", ()))}

    def check(self, settings: Settings) -> str | None:
        """Rows and a scale."""
        return _wrong_rows(settings.get("rows", ())) or _wrong_scale(settings)

    def same_meaning(self, before: Settings, after: Settings) -> bool:
        """The same rows in any order, and the same number of steps."""
        return before["steps"] == after["steps"] and sorted(ids(before, "rows")) == sorted(ids(after, "rows"))

    def parse(self, raw: Raw, settings: Settings, *, required: bool) -> Any:
        """Steps by row; a required one asks for all rows."""
        steps = range(1, settings["steps"] + 1)
        found = {row: _step(one(raw, row), steps, required=required) for row in ids(settings, "rows")}
        refused = next((value for value in found.values() if isinstance(value, Refusal)), None)
        if refused is not None:
            return Refusal(N_("Hãy chọn một mức cho mỗi dòng.")) if refused.sentence == _CHOOSE else refused
        return {row: step for row, step in found.items() if step is not None} or None

    def fill(self, value: Any) -> dict[str, list[str]]:
        """The step of each row."""
        return {row: [str(step)] for row, step in value.items()}

    def tally(self, values: Iterable[Any], settings: Settings) -> Tally:
        """Answers by "row:step"."""
        given = list(values)
        counts = Counter(f"{row}:{step}" for value in given for row, step in value.items())
        return Tally(len(given), counts)

    def figures(self, tally: Tally, settings: Settings) -> Figures:
        """A part for each row."""
        labels = step_labels(settings)
        parts = []
        for row in settings["rows"]:
            counts = [tally.counts.get(f"{row['id']}:{step}", 0) for step in range(1, settings["steps"] + 1)]
            parts.append(Part(row["text"], list(zip(labels, counts, strict=True)), mean(counts, 1)))
        return Figures(parts=parts)

    def cell(self, value: Any, settings: Settings) -> str | int | float:
        """Each row with its step."""
        steps = value or {}
        return "; ".join(f"{row['text']}: {steps[row['id']]}" for row in settings["rows"] if row["id"] in steps)


def step_labels(settings: Settings) -> list[str]:
    """The steps in words: the ends by name."""
    names = {1: settings.get("low"), settings["steps"]: settings.get("high")}
    return [f"{step} – {names[step]}" if names.get(step) else str(step) for step in range(1, settings["steps"] + 1)]


def mean(counts: Sequence[int], first: int) -> float | None:
    """The mean of steps that begin at `first`, None of none."""
    total = sum(counts)
    return sum(step * count for step, count in enumerate(counts, first)) / total if total else None


def _step(chosen: str, steps: range, *, required: bool) -> Any:
    if not chosen:
        return Refusal(_CHOOSE) if required else None
    return {str(step): step for step in steps}.get(chosen, Refusal(UNKNOWN))


def _wrong_scale(settings: Settings) -> str | None:
    if not FEWEST_STEPS <= settings.get("steps", 0) <= MOST_STEPS:
        return N_("Thang điểm có từ 2 đến 10 mức.")
    return _wrong_ends(settings)


def _wrong_ends(settings: Settings) -> str | None:
    if max(len(settings.get(end, "")) for end in ("low", "high")) > LONGEST_END:
        return N_("Tên của mức thấp nhất và cao nhất dài nhất 60 ký tự.")
    return None


def _wrong_rows(rows: Sequence[Mapping[str, str]]) -> str | None:
    return N_("Hãy ghi ít nhất một dòng để chấm điểm.") if not rows else wrong_options(rows, 1)
