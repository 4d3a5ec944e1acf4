"""What a reader of the results asked to see beside the bars: one group, two items against each other, words."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from typing import NamedTuple

from survey.questionnaires import crossing
from survey.questionnaires.axes import Axis
from survey.questionnaires.crossing import Cross
from survey.questionnaires.gist import Gist
from survey.questionnaires.gist import Phrase
from survey.questionnaires.results import PartResult
from survey.questionnaires.results import Results

SEPARATOR = ":"  # between the axis and the group of a filter
PAGE = 50  # texts of one item


class Texts(NamedTuple):
    """One page of what was written at an item. `total`: of all pages, or of what a search found; `any`: of all."""

    texts: Sequence[str]
    total: int
    page: int
    pages: int
    any: int


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
    at: str = ""  # the item whose texts were turned over
    texts: Mapping[str, Texts] = field(default_factory=dict)
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


def look(results: Results, items: Sequence[object], gist: Gist, asked: Mapping[str, str], *, over: bool) -> Look:
    """Answer `by` ("axis:group"), `x` and `y` (axes), `q`, `at` and `page`; what does not exist is answered by nothing.

    Tables and filters are of closed questionnaires alone (`over`): many of them, read step by step, would tell too much.
    """
    taken = gist.taken
    known = crossing.found(items, taken) if over and results.enough else {}  # type: ignore[arg-type]
    by, _, group = asked.get("by", "").partition(SEPARATOR)
    words = asked.get("q", "").strip()
    texts = {one.id: _texts(gist, one.id, words, asked) for one in results.items if gist.taken.texts.get(one.id)}
    found = Look(list(known.values()), words=words, at=asked.get("at", ""), texts=texts, phrases=gist.phrases)
    if by in known and group in dict(known[by].groups):
        size = crossing.size(gist.sets, known[by], group)
        bars = crossing.filtered(taken, known, by, group, gist.sets) if size else []
        found = replace(found, by=by, group=group, size=size, bars=bars)
    first, second = asked.get("x", ""), asked.get("y", "")
    if first in known and second in known:
        found = replace(found, first=first, second=second)
        if known[first].item_id != known[second].item_id:
            found = replace(found, cross=crossing.cross(taken, known[first], known[second], gist.sets))
    return found


def _texts(gist: Gist, item_id: str, words: str, asked: Mapping[str, str]) -> Texts:
    """The page `page` of the item `at`, of every other item the first."""
    found = gist.texts(item_id, words)
    pages = max(1, -(-len(found) // PAGE))
    wish = asked.get("page", "") if asked.get("at") == item_id else ""
    page = min(max(int(wish), 1), pages) if wish.isascii() and wish.isdecimal() and len(wish) < 7 else 1
    return Texts(found[(page - 1) * PAGE : page * PAGE], len(found), page, pages, len(gist.taken.texts[item_id]))
