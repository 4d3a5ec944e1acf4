"""The file with a row for each response, where it was announced before the opening: codes, shuffled, and coarse enough.

It holds no unit, no day and no words. Every combination of the answers that tell who somebody is stands there five times or
more: numbers become ranges, and what is still rare is covered, the item first that tells these people apart best.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from heapq import nlargest
from typing import Any
from typing import Protocol

from survey.core.errors import NotNow
from survey.core.text import N_
from survey.questionnaires.axes import AnyItem
from survey.questionnaires.axes import Axis
from survey.questionnaires.axes import axes
from survey.questionnaires.small import STEP
from survey.questionnaires.snapshot import Snapshot

LEFT_OUT = frozenset({"unit", "date", "short", "text"})
AT_ONCE = 8  # of so many values one is covered in each round, so that hundreds of them take few rounds
COVERED = -9  # the code of what was covered
FEW = N_("Chưa đủ 5 phiếu trả lời, nên không có tệp từng phiếu.")
RARE = N_(
    "Không làm được tệp từng phiếu: quá nửa số phiếu sẽ phải che hết các mục cho biết người trả lời là ai. "
    "Hãy dùng bảng tổng hợp."
)
_shuffle = random.SystemRandom().shuffle


class Told(AnyItem, Protocol):
    """An item with what says whether its answers tell who somebody is."""

    @property
    def identifying(self) -> bool: ...
    @property
    def shown_if(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Variable:
    """One column: a name that SPSS takes, what it means, and its codes with their words."""

    name: str
    label: str
    codes: tuple[tuple[int, str], ...]
    identifying: bool = False


@dataclass(frozen=True, slots=True)
class RowFile:
    """The file. `covered`: in how many rows something was covered."""

    variables: tuple[Variable, ...]
    rows: tuple[tuple[int | None, ...], ...]
    covered: int = 0


def row_file(items: Sequence[Told], taken: Snapshot) -> RowFile:
    """The rows of these responses. Raises `NotNow` where no file can be made that tells of nobody."""
    if taken.people < STEP:
        raise NotNow(FEW)
    told = telling(items)
    found, columns = [], []
    for number, axis in enumerate(_axes(items, taken), 1):
        for variable, column in _columns(f"v{number}", axis, taken.columns[axis.item_id], axis.item_id in told):
            found.append(variable)
            columns.append(column)
    rows = [list(row) for row in zip(*columns, strict=True)]
    _shuffle(rows)
    places = [place for place, variable in enumerate(found) if variable.identifying]
    covered = cover(rows, places)
    return RowFile(tuple(found), tuple(map(tuple, rows)), covered)


def variables(items: Sequence[Told], taken: Snapshot) -> list[Variable]:
    """What the columns would be: the code book of a questionnaire, also where there is no file."""
    told = telling(items)
    return [
        variable
        for number, axis in enumerate(_axes(items, taken), 1)
        for variable, _column in _columns(f"v{number}", axis, (), axis.item_id in told)
    ]


def telling(items: Sequence[Told]) -> frozenset[str]:
    """The items whose answers tell who somebody is, and those asked by such answers, or by what the file leaves out.

    That an item was answered at all would say what was covered, or why it is not in the file.
    """
    found = {item.id for item in items if item.identifying or item.kind in LEFT_OUT}
    for item in items:  # a rule asks about earlier items alone
        if any(test["item"] in found for test in item.shown_if.get("tests", ())):
            found.add(item.id)
    return frozenset(found)


def cover(rows: list[list[Any]], places: Sequence[int]) -> int:
    """Cover values at `places` until every combination there stands five times; the number of rows that were touched.

    Rows whose combination is rare lose the value that differs most among them, again and again; what is rare even then
    takes the next smallest combination along. Raises `NotNow` where more than half of all rows would lose everything.
    """
    touched: set[int] = set()
    while places and (rare := _rare(rows, places)):
        open_ = [place for place in places if any(rows[row][place] != COVERED for row in rare)]
        if not open_:
            rare, open_ = _smallest(rows, places), list(places)
        if not rare:
            raise NotNow(FEW)
        differing = {place: len({rows[row][place] for row in rare}) for place in open_}
        best = nlargest(max(1, len(open_) // AT_ONCE), open_, key=differing.__getitem__)
        goes = best if any(rows[row][place] != COVERED for row in rare for place in best) else open_
        for row in rare:
            for place in goes:
                rows[row][place] = COVERED
        touched.update(rare)
    lost = sum(all(row[place] == COVERED for place in places) for row in rows) if places else 0
    if 2 * lost > len(rows):
        raise NotNow(RARE)
    return len(touched)


def _rare(rows: Sequence[Sequence[Any]], places: Sequence[int]) -> list[int]:
    combinations = [tuple(row[place] for place in places) for row in rows]
    counts = Counter(combinations)
    return [number for number, one in enumerate(combinations) if counts[one] < STEP]


def _smallest(rows: Sequence[Sequence[Any]], places: Sequence[int]) -> list[int]:
    """The rows of the smallest combination that is not covered altogether."""
    combinations = [tuple(row[place] for place in places) for row in rows]
    blank = (COVERED,) * len(places)
    counts = Counter(one for one in combinations if one != blank)
    if not counts:
        return []
    least = min(counts, key=lambda one: (counts[one], str(one)))
    return [number for number, one in enumerate(combinations) if one == least]


def _axes(items: Sequence[Told], taken: Snapshot) -> list[Axis]:
    """Of a ranking the places, not also what came first."""
    ranked = {item.id for item in items if item.kind == "rank"}
    left = {item.id for item in items if item.kind in LEFT_OUT}
    found = axes(items, taken.columns)
    return [axis for axis in found if axis.item_id not in left and axis.key not in ranked]


def _columns(
    name: str, axis: Axis, answers: Sequence[Any], identifying: bool
) -> list[tuple[Variable, list[int | None]]]:  # fmt: skip
    steps = bool(axis.values) and not axis.sparse  # a step is its own code; all else has that of its place
    codes = {group: int(group) if steps else place for place, (group, _label) in enumerate(axis.groups, 1)}
    words = tuple((codes[group], label) for group, label in axis.groups)
    if axis.exclusive:
        column = [None if one is None else next((codes.get(group) for group in axis.of(one)), None) for one in answers]
        return [(Variable(name, axis.label, words, identifying), column)]
    given = [None if one is None else set(axis.of(one)) for one in answers]
    yes = ((1, N_("Có chọn")), (0, N_("Không chọn")))
    return [
        (
            Variable(f"{name}_{place}", f"{axis.label} – {label}", yes, identifying),
            [None if one is None else int(group in one) for one in given],
        )
        for place, (group, label) in enumerate(axis.groups, 1)
    ]


def words_of(variable: Variable) -> Mapping[int, str]:
    """What each code means, the covered one included."""
    return {**dict(variable.codes), **({COVERED: N_("đã che")} if variable.identifying else {})}
