"""The kinds of items, each a small class that alone knows what its settings and answers mean.

A new kind is a class here and a line in `KINDS`; what else it takes stands in STYLE.md ("A kind of survey item").
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from typing import Any
from typing import Protocol

from survey.core.errors import Invalid
from survey.core.ids import new_id
from survey.core.text import N_
from survey.core.text import clean
from survey.core.text import clean_line

# What a form sent for one item: values by sub-field, "" for the item's own name (a matrix or "other" has more).
Raw = Mapping[str, Sequence[str]]
Settings = Mapping[str, Any]

LONGEST_TEXT = 2_000  # characters of a long answer
LONGEST_OPTION, FEWEST_OPTIONS, MOST_OPTIONS = 200, 2, 60
FEWEST_STEPS, MOST_STEPS = 2, 10
LONGEST_END = 60
_UNKNOWN = N_("Lựa chọn này không còn trong phiếu. Hãy chọn lại.")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an answer cannot be taken, as a sentence to show at its item."""

    sentence: str


@dataclass(frozen=True, slots=True)
class Tally:
    """Counted answers of one item, in words of the settings (option ids), so that new wording keeps old figures."""

    answered: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    texts: Sequence[str] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain values for a JSON column."""
        return {"answered": self.answered, "counts": dict(self.counts), "texts": list(self.texts)}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Tally:
        """What `to_json` kept."""
        return cls(kept["answered"], kept["counts"], tuple(kept["texts"]))


@dataclass(frozen=True, slots=True)
class Figures:
    """A tally in readable words: (label, count) in the order of the settings, and a mean where one makes sense."""

    rows: Sequence[tuple[str, int]] = ()
    mean: float | None = None


class Kind(Protocol):
    """What every kind can do."""

    name: str
    title: str  # as the builder names it

    def configure(self, typed: Mapping[str, str], before: Settings) -> dict[str, Any]:
        """Settings out of the builder's fields; keeps ids of `before`. Raises `Invalid` with a sentence by field."""

    def typed(self, settings: Settings) -> dict[str, str]:
        """The builder's fields that stand for these settings."""

    def check(self, settings: Settings) -> str | None:
        """The sentence that says why nobody could answer such an item; None if all is well."""

    def same_meaning(self, before: Settings, after: Settings) -> bool:
        """Whether answers given under `before` still say the same under `after`: other wording yes, else no."""

    def parse(self, raw: Raw, settings: Settings, *, required: bool) -> Any:
        """The answer as a plain value, None for no answer, or a `Refusal`."""

    def fill(self, value: Any) -> dict[str, list[str]]:
        """What the form must hold to show `value` again."""

    def tally(self, values: Iterable[Any], settings: Settings) -> Tally:
        """Count answers (never None)."""

    def figures(self, tally: Tally, settings: Settings) -> Figures:
        """The tally for people."""

    def cell(self, value: Any, settings: Settings) -> str | int | float:
        """One answer for a table; empty where there is none."""


class Single:
    """One of several options."""

    name = "single"
    title = N_("Một lựa chọn")

    def configure(self, typed: Mapping[str, str], before: Settings) -> dict[str, Any]:
        """Options, one a line. A line that was there keeps its id; changed lines take the free ids in order."""
        lines = [line for line in map(clean_line, typed.get("options", "").splitlines()) if line]
        known = {option["text"]: option["id"] for option in before.get("options", ())}
        free = [identity for text, identity in known.items() if text not in lines]
        options = [{"id": known.get(line) or (free.pop(0) if free else new_id()), "text": line} for line in lines]
        return _checked(self, {"options": options}, "options")

    def typed(self, settings: Settings) -> dict[str, str]:
        """One option a line."""
        return {"options": "\n".join(option["text"] for option in settings.get("options", ()))}

    def check(self, settings: Settings) -> str | None:
        """Two to sixty different options of readable length."""
        texts = [option["text"] for option in settings.get("options", ())]
        if len(texts) < FEWEST_OPTIONS:
            return N_("Hãy ghi ít nhất hai lựa chọn, mỗi dòng một lựa chọn.")
        if len(texts) > MOST_OPTIONS:
            return N_("Nhiều nhất 60 lựa chọn. Hãy gộp bớt, hoặc tách thành hai mục.")
        if len({text.casefold() for text in texts}) < len(texts):
            return N_("Có hai lựa chọn giống nhau. Hãy sửa hoặc xóa một dòng.")
        if max(map(len, texts)) > LONGEST_OPTION:
            return N_("Mỗi lựa chọn dài nhất 200 ký tự.")
        return None

    def same_meaning(self, before: Settings, after: Settings) -> bool:
        """The same ids, in any order."""
        return sorted(_ids(before)) == sorted(_ids(after))

    def parse(self, raw: Raw, settings: Settings, *, required: bool) -> Any:
        """The id of the chosen option."""
        chosen = _one(raw)
        if not chosen:
            return Refusal(N_("Hãy chọn một câu trả lời.")) if required else None
        return chosen if chosen in _ids(settings) else Refusal(_UNKNOWN)

    def fill(self, value: Any) -> dict[str, list[str]]:
        """The chosen id."""
        return {"": [value]}

    def tally(self, values: Iterable[Any], settings: Settings) -> Tally:
        """Answers by option id."""
        return _count(values)

    def figures(self, tally: Tally, settings: Settings) -> Figures:
        """A row for each option, in the builder's order."""
        return Figures([(option["text"], tally.counts.get(option["id"], 0)) for option in settings["options"]])

    def cell(self, value: Any, settings: Settings) -> str | int | float:
        """The option's words."""
        return next((str(option["text"]) for option in settings["options"] if option["id"] == value), "")


class Rating:
    """A scale from 1 to 2..10 whose ends have names."""

    name = "rating"
    title = N_("Thang điểm")

    def configure(self, typed: Mapping[str, str], before: Settings) -> dict[str, Any]:
        """Number of steps and the names of both ends."""
        steps = clean_line(typed.get("steps", ""))
        ends = {end: clean_line(typed.get(end, "")) for end in ("low", "high")}
        # isascii: "٥" is a decimal digit too, and int() would take it
        number = int(steps) if steps.isascii() and steps.isdecimal() and len(steps) < 3 else 0
        return _checked(self, {"steps": number, **ends}, "steps")

    def typed(self, settings: Settings) -> dict[str, str]:
        """Steps and ends as text."""
        return {name: str(settings.get(name, "")) for name in ("steps", "low", "high")}

    def check(self, settings: Settings) -> str | None:
        """Two to ten steps."""
        if not FEWEST_STEPS <= settings.get("steps", 0) <= MOST_STEPS:
            return N_("Thang điểm có từ 2 đến 10 mức.")
        if max(len(settings.get(end, "")) for end in ("low", "high")) > LONGEST_END:
            return N_("Tên của mức thấp nhất và cao nhất dài nhất 60 ký tự.")
        return None

    def same_meaning(self, before: Settings, after: Settings) -> bool:
        """The same number of steps."""
        return bool(before["steps"] == after["steps"])

    def parse(self, raw: Raw, settings: Settings, *, required: bool) -> Any:
        """The chosen step as a number."""
        chosen = _one(raw)
        if not chosen:
            return Refusal(N_("Hãy chọn một mức.")) if required else None
        allowed = {str(step): step for step in range(1, settings["steps"] + 1)}
        return allowed.get(chosen, Refusal(_UNKNOWN))

    def fill(self, value: Any) -> dict[str, list[str]]:
        """The chosen step."""
        return {"": [str(value)]}

    def tally(self, values: Iterable[Any], settings: Settings) -> Tally:
        """Answers by step."""
        return _count(values)

    def figures(self, tally: Tally, settings: Settings) -> Figures:
        """A row for each step, ends named, and the mean."""
        steps = range(1, settings["steps"] + 1)
        total = sum(step * tally.counts.get(str(step), 0) for step in steps)
        rows = [(self._label(step, settings), tally.counts.get(str(step), 0)) for step in steps]
        return Figures(rows, total / tally.answered if tally.answered else None)

    def cell(self, value: Any, settings: Settings) -> str | int | float:
        """The number."""
        return "" if value is None else int(value)

    @staticmethod
    def _label(step: int, settings: Settings) -> str:
        name = {1: settings.get("low"), settings["steps"]: settings.get("high")}.get(step)
        return f"{step} – {name}" if name else str(step)


class Text:
    """A long answer in the member's own words."""

    name = "text"
    title = N_("Tự luận")

    def configure(self, typed: Mapping[str, str], before: Settings) -> dict[str, Any]:
        """Nothing to set."""
        return {}

    def typed(self, settings: Settings) -> dict[str, str]:
        """Nothing."""
        return {}

    def check(self, settings: Settings) -> str | None:
        """Always well."""
        return None

    def same_meaning(self, before: Settings, after: Settings) -> bool:
        """Always."""
        return True

    def parse(self, raw: Raw, settings: Settings, *, required: bool) -> Any:
        """The text as it is kept: NFC, without control characters, at most 2,000 characters."""
        text = clean(_one(raw))
        if not text:
            return Refusal(N_("Hãy viết câu trả lời.")) if required else None
        if len(text) > LONGEST_TEXT:
            return Refusal(N_("Câu trả lời dài quá 2.000 ký tự. Hãy rút gọn; những gì bạn viết vẫn còn đây."))
        return text

    def fill(self, value: Any) -> dict[str, list[str]]:
        """The text."""
        return {"": [value]}

    def tally(self, values: Iterable[Any], settings: Settings) -> Tally:
        """All texts; the caller shuffles them."""
        texts = list(values)
        return Tally(len(texts), {}, texts)

    def figures(self, tally: Tally, settings: Settings) -> Figures:
        """Texts have no rows."""
        return Figures()

    def cell(self, value: Any, settings: Settings) -> str | int | float:
        """The text."""
        return str(value or "")


KINDS: Mapping[str, Kind] = {kind.name: kind for kind in (Single(), Rating(), Text())}


def _one(raw: Raw) -> str:
    values = raw.get("") or ("",)
    return values[0].strip()


def _ids(settings: Settings) -> list[str]:
    return [option["id"] for option in settings.get("options", ())]


def _count(values: Iterable[Any]) -> Tally:
    counts = Counter(map(str, values))
    return Tally(counts.total(), counts)


def _checked(kind: Kind, settings: dict[str, Any], name: str) -> dict[str, Any]:
    wrong = kind.check(settings)
    if wrong:
        raise Invalid(wrong, {name: wrong})
    return settings
