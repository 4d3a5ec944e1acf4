"""What a reader of the results asked to see beside the bars: one group, two items against each other, words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from typing import NamedTuple

from survey.core.text import fold
from survey.questionnaires import crossing
from survey.questionnaires.axes import Axis
from survey.questionnaires.crossing import Cross
from survey.questionnaires.results import ItemResult
from survey.questionnaires.results import PartResult
from survey.questionnaires.results import Results
from survey.questionnaires.small import STEP
from survey.questionnaires.small import down
from survey.questionnaires.snapshot import Snapshot
from survey.questionnaires.words import phrases

MOST_PHRASES = 12  # of one item
SEPARATOR = ":"  # between the axis and the group of a filter


class Phrase(NamedTuple):
    """Words that at least `people` used."""

    text: str
    people: int


@dataclass(frozen=True, slots=True)
class Look:
    """The page as it was asked for. `axes` are those that can be chosen; none while responses are taken."""

    axes: Sequence[Axis] = ()
    by: str = ""
    group: str = ""
    size: int = 0
    bars: Sequence[PartResult] = ()
    first: str = ""
    second: str = ""
    cross: Cross | None = None
    words: str = ""
    phrases: Mapping[str, Sequence[Phrase]] = field(default_factory=dict)

    @property
    def named(self) -> str:
        """The group of the filter in words."""
        axis = next((axis for axis in self.axes if axis.key == self.by), None)
        return dict(axis.groups).get(self.group, "") if axis else ""

    @property
    def asked(self) -> str:
        """The item of the filter in words."""
        return next((axis.label for axis in self.axes if axis.key == self.by), "")


def look(results: Results, items: Sequence[object], taken: Snapshot, asked: Mapping[str, str], *, over: bool) -> Look:
    """Answer `by` ("axis:group"), `x` and `y` (axes); what does not exist is answered by nothing.

    Tables and filters are of closed questionnaires alone (`over`): many of them, read step by step, would tell too much.
    """
    known = crossing.found(items, taken) if over and results.enough else {}  # type: ignore[arg-type]
    by, _, group = asked.get("by", "").partition(SEPARATOR)
    found = Look(
        list(known.values()),
        words=asked.get("q", "").strip(),
        phrases={one.id: said(one.texts) for one in results.items},
    )
    if by in known and group in dict(known[by].groups):
        size = crossing.size(taken, known[by], group)
        bars = crossing.filtered(taken, known, by, group) if size else []
        found = replace(found, by=by, group=group, size=size, bars=bars)
    first, second = asked.get("x", ""), asked.get("y", "")
    if first in known and second in known:
        found = replace(found, first=first, second=second)
        if known[first].item_id != known[second].item_id:
            found = replace(found, cross=crossing.cross(taken, known[first], known[second]))
    return found


def searched(items: Sequence[ItemResult], words: str) -> list[ItemResult]:
    """The items with the texts that hold these words, with or without accents."""
    wanted = fold(words)
    return [
        replace(item, texts=[text for text in item.texts if wanted in fold(text)]) if wanted else item for item in items
    ]


def said(texts: Sequence[str]) -> list[Phrase]:
    """Phrases of two to four syllables that five texts and more hold, most frequent first, each in one spelling."""
    spellings: dict[str, Counter[str]] = {}
    for text in texts:
        for phrase in {fold(one): one for one in phrases(text)}.values():
            spellings.setdefault(fold(phrase), Counter())[phrase] += 1
    found = [
        (max(ways, key=lambda way: (ways[way], way)), ways.total())
        for ways in spellings.values()
        if ways.total() >= STEP
    ]
    found = [one for one in found if not any(_holds(other, one) for other in found)]
    ordered = sorted(found, key=lambda one: (-down(one[1]), fold(one[0])))
    return [Phrase(text, down(count)) for text, count in ordered[:MOST_PHRASES]]


def _holds(longer: tuple[str, int], shorter: tuple[str, int]) -> bool:
    """Whether a longer phrase says the same as often: then the shorter one is only a piece of it."""
    return longer[0] != shorter[0] and f" {shorter[0]} " in f" {longer[0]} " and longer[1] >= shorter[1]
