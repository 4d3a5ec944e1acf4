"""The tree of units as it would be with what a file adds to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from typing import cast

from survey.core.text import fold
from survey.organisations.forest import Forest
from survey.roll.importing.found import Path


@dataclass(frozen=True, slots=True)
class Node:
    """A unit as a tree needs it."""

    id: str
    parent_id: str | None
    name: str


class Units:
    """The tree with what the file adds to it."""

    def __init__(self, nodes: Iterable[Node]) -> None:
        self.forest = Forest(cast(Any, nodes))
        self.fresh: list[str] = []
        self._ids: dict[Path, str] = {}
        self._folded: dict[str, list[str]] | None = None

    def id_of(self, path: Path) -> str:
        """The unit of this path, thought of where it is still to be made."""
        if path not in self._ids:
            self._ids[path] = self.forest.grow(path, self._make).id
        return self._ids[path]

    def label(self, unit_id: str) -> str:
        """A unit with all above it, as one reads it."""
        return " / ".join(self.forest.path(unit_id))

    def like(self, unit_id: str) -> str:
        """Another unit that has nearly this name: it may be the one that was meant."""
        if self._folded is None:
            self._folded = {}
            for one in self.forest.units.values():
                self._folded.setdefault(fold(one.name), []).append(one.id)
        others = self._folded[fold(self.forest.units[unit_id].name)]
        return next((self.label(one) for one in others if one != unit_id and self._may_be(one, unit_id)), "")

    def _may_be(self, one: str, other: str) -> bool:
        """Units of one name below different ones are different; so are those whose marks make another word."""
        first, second = self.forest.units[one], self.forest.units[other]
        return first.parent_id == second.parent_id or one not in self.fresh

    def _make(self, parent_id: str | None, name: str) -> Any:
        self.fresh.append(f"new:{len(self.fresh)}")
        return Node(self.fresh[-1], parent_id, name)
