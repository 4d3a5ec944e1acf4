"""Who gave which answer, as sets of responses in one large number each: a cell of a table is then one machine step.

A bit stands for a place in the columns of a snapshot, which are shuffled: it says no more than they do.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Sequence
from typing import Any
from typing import NamedTuple

from survey.core.offload import breathe
from survey.questionnaires.axes import Axis
from survey.questionnaires.snapshot import Snapshot

_YES = ord("1")


class Marked(NamedTuple):
    """Of one axis: the responses that answered its item, and those of each group, in the order of its groups."""

    answered: int
    groups: tuple[int, ...]

    @property
    def counts(self) -> list[int]:
        """How many responses are in each group."""
        return [group.bit_count() for group in self.groups]


class Sets:
    """The sets of one snapshot, each made when it is first asked for; making many of them lets the server breathe."""

    def __init__(self, taken: Snapshot) -> None:
        self._taken = taken
        self._known: dict[tuple[str, tuple[str, ...]], Marked] = {}

    def of(self, axis: Axis) -> Marked:
        """The sets of this axis."""
        groups = tuple(group for group, _label in axis.groups)
        found = self._known.get((axis.key, groups))
        if found is None:
            breathe()
            found = self._known[axis.key, groups] = _marked(axis, groups, self._taken.columns.get(axis.item_id, ()))
        return found


def _marked(axis: Axis, groups: Sequence[str], column: Sequence[Any]) -> Marked:
    places: dict[str, list[int]] = {group: [] for group in groups}
    answered = [place for place, answer in enumerate(column) if answer is not None]
    for place in answered:
        for group in axis.of(column[place]):
            if group in places:
                places[group].append(place)
    return Marked(_set(answered, len(column)), tuple(_set(places[group], len(column)) for group in groups))


def _set(places: Iterable[int], width: int) -> int:
    bits = bytearray(b"0" * max(width, 1))
    for place in places:
        bits[place] = _YES
    return int(bits, 2)
