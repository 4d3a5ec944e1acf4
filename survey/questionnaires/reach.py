"""Whether anybody can reach an item: rules followed back through the items that they ask about. Pure rules.

Only what is certain is said. Each way to an item is a set of tests that must all hold; what a test asks about must have
been asked itself, so the ways of that item are joined on. A way in which two tests shut each other out is none.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any
from typing import Protocol

from survey.core.text import fold
from survey.questionnaires.kinds import KINDS
from survey.questionnaires.kinds.amount import day_of
from survey.questionnaires.kinds.amount import number_of

Test = Mapping[str, Any]
Way = tuple[Test, ...]
NOT_ANSWERED = frozenset({"empty", "differs"})  # tests that hold without an answer
MOST_WAYS, LONGEST_WAY = 64, 120  # beyond that nothing is certain any more, and nothing is said


class Asked(Protocol):
    """What is needed of an item."""

    @property
    def id(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def settings(self) -> Mapping[str, Any]: ...
    @property
    def shown_if(self) -> Mapping[str, Any]: ...


def unreached(items: Sequence[Asked]) -> frozenset[str]:
    """The items that nobody can be asked, whatever the answers are."""
    known: dict[str, list[Way]] = {}
    by_id: dict[str, Asked] = {}
    for item in items:
        by_id[item.id] = item
        known[item.id] = _ways(item.shown_if, known, by_id)
    return frozenset(item_id for item_id, ways in known.items() if not ways)


def _ways(rule: Mapping[str, Any], known: Mapping[str, list[Way]], by_id: Mapping[str, Asked]) -> list[Way]:
    """All ways to an item that can be gone; an empty one where too many are known to say more."""
    tests: Sequence[Test] = rule.get("tests", ())
    starts: list[Way] = [(test,) for test in tests] if rule.get("join") == "any" else [tuple(tests)]
    found: list[Way] = []
    for start in starts or [()]:
        ways = [start]
        for test in start:
            if test["op"] not in NOT_ANSWERED and test["item"] in known:
                ways = [joined for way in ways for more in known[test["item"]] if (joined := _joined(way, more))]
        if len(ways) > MOST_WAYS or any(len(way) > LONGEST_WAY for way in ways):
            return [()]
        found += [way for way in ways if _open(way, by_id)]
    return found[:MOST_WAYS] if len(found) <= MOST_WAYS else [()]


def _joined(way: Way, more: Way) -> Way:
    return (*way, *(test for test in more if test not in way))


def _open(way: Way, by_id: Mapping[str, Asked]) -> bool:
    """Whether the tests of this way, taken together, leave an answer."""
    about: dict[str, list[Test]] = {}
    for test in way:
        about.setdefault(test["item"], []).append(test)
    return all(_fits(tests, by_id[item_id]) for item_id, tests in about.items() if item_id in by_id)


def _fits(tests: Sequence[Test], item: Asked) -> bool:
    """Whether one answer to `item` (or none) meets all tests."""
    ops = {test["op"] for test in tests}
    if "empty" in ops and (ops - NOT_ANSWERED or (getattr(item, "required", False) and not item.shown_if)):
        return False
    said = {fold(str(test["value"])) for test in tests if test["op"] == "equals"}
    if len(said) > 1 and item.kind not in {"multiple", "number", "date", "matrix", "rank"} and KINDS[item.kind].asks:
        return False
    if said & {fold(str(test["value"])) for test in tests if test["op"] == "differs"}:
        return False
    return _in_bounds(tests, item)


def _in_bounds(tests: Sequence[Test], item: Asked) -> bool:
    """Whether a number, a step or a day is left between the limits of the tests and those of the item."""
    low, high = _bounds(item)
    step = 0 if item.kind == "number" and item.settings.get("decimals") else 1
    for test in tests:
        limit = _size(item.kind, test.get("value", ""))
        if limit is None or test["op"] not in {"equals", "greater", "less"}:
            continue
        if test["op"] in {"equals", "greater"}:
            low = max(low, limit if test["op"] == "equals" else limit + (step or 1e-9))
        if test["op"] in {"equals", "less"}:
            high = min(high, limit if test["op"] == "equals" else limit - (step or 1e-9))
    return low <= high


def _bounds(item: Asked) -> tuple[float, float]:
    """The least and the greatest answer that the item takes."""
    if item.kind in {"rating", "score"}:
        return (1, int(item.settings["steps"])) if item.kind == "rating" else (0, 10)
    ends = [_size(item.kind, item.settings.get(name)) for name in ("least", "greatest")]
    return (-float("inf") if ends[0] is None else ends[0], float("inf") if ends[1] is None else ends[1])


def _size(kind: str, value: Any) -> float | None:
    """The value as a number that can be compared; None where it is none."""
    if kind == "date":
        day = day_of(str(value or ""))
        return dt.date.fromisoformat(day).toordinal() if day else None
    if kind not in {"rating", "score", "number"} or value is None:
        return None
    return float(value) if isinstance(value, int | float) else number_of(str(value))
