"""What every kind of item can do, and the plain values that pass between a form, the database and a page."""

from __future__ import annotations

from abc import ABC
from abc import abstractmethod
from collections import Counter
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from typing import Any
from typing import ClassVar

from survey.core.errors import Invalid
from survey.core.ids import new_id
from survey.core.text import N_
from survey.core.text import clean_line

# What a form sent for one item: values by sub-field, "" for the item's own name (a matrix or "other" has more).
Raw = Mapping[str, Sequence[str]]
Settings = Mapping[str, Any]

LONGEST_OPTION, FEWEST_OPTIONS, MOST_OPTIONS = 200, 2, 200
OTHER = "other"  # the option that asks for words, where a choice has one
UNKNOWN = N_("Lựa chọn này không còn trong phiếu. Hãy chọn lại.")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an answer cannot be taken, as a sentence to show at its item."""

    sentence: str


@dataclass(frozen=True, slots=True)
class Tally:
    """Counted answers of one item, in words of the settings (option ids), so that new wording keeps old figures.

    `counts` by option, step, "row:step" or "option:place"; `texts` are what people wrote.
    """

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
class Part:
    """One line of a matrix or of a ranking: its own rows of (label, count), and a mean."""

    label: str
    rows: Sequence[tuple[str, int]]
    mean: float | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """A tally in readable words.

    `rows`: (label, count) in the order of the settings; `mean` where one makes sense; `score`: the recommendation score
    from -100 to 100; `parts`: for kinds that ask several things at once.
    """

    rows: Sequence[tuple[str, int]] = ()
    mean: float | None = None
    score: float | None = None
    parts: Sequence[Part] = ()


class Kind(ABC):
    """A kind of item. What stands here suits one that has no settings and one value; most kinds say more."""

    name: ClassVar[str]
    title: ClassVar[str]  # as the builder names it
    hint: ClassVar[str] = ""  # what the member is to do, before the help text
    fields: ClassVar[tuple[str, ...]] = ()  # of the builder's form, in its order
    asks: ClassVar[bool] = True  # whether there is anything to answer

    def configure(self, typed: Mapping[str, Any], before: Settings) -> dict[str, Any]:
        """Settings out of the builder's fields; keeps ids of `before`. Raises `Invalid` with a sentence by field."""
        return {}

    def typed(self, settings: Settings) -> dict[str, Any]:
        """The builder's fields that stand for these settings."""
        return {name: str(settings.get(name, "")) for name in self.fields}

    def check(self, settings: Settings) -> str | None:
        """The sentence that says why nobody could answer such an item; None if all is well."""
        return None

    def same_meaning(self, before: Settings, after: Settings) -> bool:
        """Whether answers given under `before` still say the same under `after`: other wording yes, else no."""
        return True

    @abstractmethod
    def parse(self, raw: Raw, settings: Settings, *, required: bool) -> Any:
        """The answer as a plain value, None for no answer, or a `Refusal`."""

    def fill(self, value: Any) -> dict[str, list[str]]:
        """What the form must hold to show `value` again."""
        return {"": [str(value)]}

    def tally(self, values: Iterable[Any], settings: Settings) -> Tally:
        """Count answers (never None)."""
        counts = Counter(map(str, values))
        return Tally(counts.total(), counts)

    def figures(self, tally: Tally, settings: Settings) -> Figures:
        """The tally for people."""
        return Figures()

    def cell(self, value: Any, settings: Settings) -> str | int | float:
        """One answer for a table; empty where there is none."""
        return "" if value is None else str(value)


def one(raw: Raw, name: str = "") -> str:
    """The single value of a field, without the spaces around it."""
    values = raw.get(name) or ("",)
    return values[0].strip()


def number_in(typed: Any, digits: int = 9) -> int | None:
    """The whole number that was typed; None for anything else. "٥" is a decimal digit too, and int() would take it."""
    text = clean_line(str(typed or ""))
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= digits else None


def options_of(lines: str, before: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    """Options, one a line. A line that was there keeps its id; changed lines take the free ids in order."""
    texts = [text for text in map(clean_line, lines.splitlines()) if text]
    known = {option["text"]: option["id"] for option in before}
    free = [identity for text, identity in known.items() if text not in texts]
    return [{"id": known.get(text) or (free.pop(0) if free else new_id()), "text": text} for text in texts]


def wrong_options(options: Sequence[Mapping[str, str]], fewest: int = FEWEST_OPTIONS) -> str | None:
    """What is wrong with these options: two to two hundred different ones of readable length."""
    texts = [option["text"] for option in options]
    if len(texts) < fewest:
        return N_("Hãy ghi ít nhất hai lựa chọn, mỗi dòng một lựa chọn.")
    if len(texts) > MOST_OPTIONS:
        return N_("Nhiều nhất 200 lựa chọn. Hãy gộp bớt, hoặc tách thành hai mục.")
    if len({text.casefold() for text in texts}) < len(texts):
        return N_("Có hai lựa chọn giống nhau. Hãy sửa hoặc xóa một dòng.")
    if max(map(len, texts)) > LONGEST_OPTION:
        return N_("Mỗi lựa chọn dài nhất 200 ký tự.")
    return None


def ids(settings: Settings, name: str = "options") -> list[str]:
    """The ids of the options (or of the rows) in their order."""
    return [option["id"] for option in settings.get(name, ())]


def label_of(settings: Settings, identity: Any) -> str:
    """The words of an option; empty where there is none."""
    return next((str(option["text"]) for option in settings["options"] if option["id"] == identity), "")


def refuse(name: str, sentence: str | None) -> None:
    """Raise `Invalid` at this field of the builder if there is a sentence."""
    if sentence:
        raise Invalid(sentence, {name: sentence})
