"""By what answers can be told apart: the groups of an item that bars, cross-tables and filters speak of.

An item gives one axis, a matrix and a ranking one for each line. What people wrote gives none: a text beside another answer
would be a description of somebody.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from typing import Protocol

from survey.core.text import N_
from survey.questionnaires.kinds.amount import written
from survey.questionnaires.kinds.base import OTHER
from survey.questionnaires.kinds.choice import YesNo
from survey.questionnaires.kinds.scale import step_labels
from survey.questionnaires.small import SLACK

RANGES = 6  # of an item that asks for a number
SPARSE = frozenset({"unit", "number", "date"})  # where a group with no figure is not named: its name would tell

Of = Callable[[Any], Iterable[str]]


class AnyItem(Protocol):
    """What an axis needs of an item."""

    @property
    def id(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def settings(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Axis:
    """Groups by the answers to one item. `of` says to which groups an answer belongs; `exclusive`: to one at most.

    `values`: the number that each group stands for, where a mean makes sense. `fewest`: of how many groups each answer is
    at the least, but for `outside` people; whoever reads the figures knows that.
    """

    key: str  # of an address: the item's id, for a line of a matrix or ranking "item.line"
    item_id: str
    label: str
    groups: tuple[tuple[str, str], ...]
    of: Of
    exclusive: bool = True
    sparse: bool = False
    values: tuple[float, ...] = ()
    fewest: int = 1
    outside: int = 0

    def count(self, answers: Iterable[Any]) -> list[int]:
        """How many answers are in each group."""
        found: Counter[str] = Counter()
        for answer, many in _alike(list(answers)):
            if answer is not None:
                for group in self.of(answer):
                    found[group] += many
        return [found.get(group, 0) for group, _label in self.groups]


def _alike(answers: list[Any]) -> Iterable[tuple[Any, int]]:
    """Each answer with how many there are of it; one by one where they cannot be told alike (words of one's own)."""
    try:
        return Counter(answers).items()
    except TypeError:
        pass
    try:
        return Counter([tuple(answer) if type(answer) is list else answer for answer in answers]).items()
    except TypeError:
        return ((answer, 1) for answer in answers)


def has_axes(item: AnyItem) -> bool:
    """Whether answers to such an item are told apart by groups at all."""
    return item.kind in _MAKERS


def axes(items: Iterable[AnyItem], columns: Mapping[str, Sequence[Any]]) -> list[Axis]:
    """All axes of a questionnaire, in the order of its items. `columns`: the answers, for what has no groups of its own."""
    found: list[Axis] = []
    for item in items:
        make = _MAKERS.get(item.kind)
        found += make(item, [value for value in columns.get(item.id, ()) if value is not None]) if make else []
    return found


def _choice(item: AnyItem, _values: Sequence[Any]) -> list[Axis]:
    groups = [(option["id"], option["text"]) for option in item.settings["options"]]
    groups += [(OTHER, N_("Khác"))] if item.settings.get("other") else []
    return [Axis(item.id, item.id, item.label, tuple(groups), _chosen)]


def _multiple(item: AnyItem, values: Sequence[Any]) -> list[Axis]:
    (axis,) = _choice(item, values)
    of: Of = lambda value: [one for part in value for one in _chosen(part)]  # noqa: E731
    return [
        Axis(axis.key, item.id, item.label, axis.groups, of, exclusive=False, fewest=item.settings.get("fewest") or 1)
    ]


def _yesno(item: AnyItem, _values: Sequence[Any]) -> list[Axis]:
    return [Axis(item.id, item.id, item.label, tuple(YesNo.LABELS.items()), _itself)]


def _rating(item: AnyItem, _values: Sequence[Any]) -> list[Axis]:
    return [_scale(item.id, item, item.label, step_labels(item.settings), 1, _itself)]


def _score(item: AnyItem, _values: Sequence[Any]) -> list[Axis]:
    return [_scale(item.id, item, item.label, [str(step) for step in range(11)], 0, _itself)]


def _matrix(item: AnyItem, _values: Sequence[Any]) -> list[Axis]:
    labels, whole = step_labels(item.settings), getattr(item, "required", False)
    return [
        _scale(f"{item.id}.{row['id']}", item, f"{item.label} – {row['text']}", labels, 1, _line(row["id"]), int(whole))
        for row in item.settings["rows"]
    ]


def _rank(item: AnyItem, _values: Sequence[Any]) -> list[Axis]:
    """What was put first, and for each option its place."""
    options = tuple((option["id"], option["text"]) for option in item.settings["options"])
    first = Axis(item.id, item.id, item.label, options, lambda value: value[:1])
    places = [str(place) for place in range(1, len(options) + 1)]
    return [
        first,
        *(
            _scale(f"{item.id}.{one}", item, f"{item.label} – {text}", places, 1, _place(one), 0)
            for one, text in options
        ),
    ]


def _unit(item: AnyItem, _values: Sequence[Any]) -> list[Axis]:
    options = tuple((option["id"], option["text"]) for option in item.settings["options"])
    return [Axis(item.id, item.id, item.label, options, _itself, sparse=True)]


def _number(item: AnyItem, values: Sequence[Any]) -> list[Axis]:
    """Ranges between the fifth lowest and the fifth highest number: the outermost would tell of one person."""
    inner = sorted(values)[SLACK:-SLACK]
    if not inner:
        return []
    width = _width((inner[-1] - inner[0]) / RANGES, whole=not item.settings.get("decimals"))
    start = math.floor(inner[0] / width)
    count = math.floor(inner[-1] / width) - start + 1
    edges = [(start + place) * width for place in range(count + 1)]
    groups = tuple((str(start + place), _range(edges[place], width, item)) for place in range(count))
    middle = 0 if width == 1 and not item.settings.get("decimals") else width / 2
    middles = tuple(edge + middle for edge in edges[:-1])
    known = {group for group, _label in groups}
    of: Of = lambda value: {str(math.floor(value / width))} & known  # noqa: E731
    return [Axis(item.id, item.id, item.label, groups, of, sparse=True, values=middles, outside=2 * SLACK)]


def _date(item: AnyItem, values: Sequence[Any]) -> list[Axis]:
    months = sorted({value[:7] for value in sorted(values)[SLACK:-SLACK]})
    groups = tuple((month, f"{int(month[5:])}/{month[:4]}") for month in months)
    of: Of = lambda value: [value[:7]]  # noqa: E731
    return [Axis(item.id, item.id, item.label, groups, of, sparse=True, outside=2 * SLACK)] if groups else []


_MAKERS: Mapping[str, Callable[[AnyItem, Sequence[Any]], list[Axis]]] = {
    "single": _choice, "multiple": _multiple, "yesno": _yesno, "rating": _rating, "score": _score, "matrix": _matrix,
    "rank": _rank, "unit": _unit, "number": _number, "date": _date,
}  # fmt: skip


def _scale(
    key: str, item: AnyItem, label: str, labels: Sequence[str], first: int, of: Of, fewest: int = 1
) -> Axis:  # fmt: skip
    groups = tuple((str(step), words) for step, words in enumerate(labels, first))
    values = tuple(map(float, range(first, first + len(labels))))
    return Axis(key, item.id, label, groups, of, values=values, fewest=fewest)


def _chosen(value: Any) -> list[str]:
    return [OTHER if isinstance(value, dict) else str(value)]  # a snapshot keeps "other" without its words


def _itself(value: Any) -> list[str]:
    return [str(value)]


def _line(row: str) -> Of:
    return lambda value: [str(value[row])] if row in value else []


def _place(option: str) -> Of:
    return lambda value: [str(value.index(option) + 1)] if option in value else []


def _width(least: float, *, whole: bool) -> float:
    """The next of 1, 2, 5, 10, 20… that is no smaller; for whole numbers never below one."""
    if least <= 0 or (whole and least < 1):
        return 1
    power = 10.0 ** math.floor(math.log10(least))
    width = next(step * power for step in (1, 2, 5, 10) if step * power >= least)
    return int(width) if width >= 1 else width


def _range(edge: float, width: float, item: AnyItem) -> str:
    low, last = round(edge, 9), round(edge + width, 9)
    if not item.settings.get("decimals"):
        return _said(low) if width == 1 else f"{_said(low)} – {_said(last - 1)}"
    return f"{_said(low)} – {_said(last)}"


def _said(number: float) -> str:
    return written(int(number) if float(number).is_integer() else number)
