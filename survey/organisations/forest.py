"""A tree of units in memory, loaded once and asked often."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from typing import TYPE_CHECKING

from survey.core.text import natural_key
from survey.core.text import spelled

if TYPE_CHECKING:  # a process that only reads a list need not load the tables
    from survey.organisations.models import Unit

DEEPEST = 8
Path = tuple[str, ...]  # names from the top down


class Forest:
    """The units of one organisation as they are now, loaded once and asked often."""

    def __init__(self, units: Iterable[Unit]) -> None:
        self.units: dict[str, Unit] = {}
        self._children: dict[str | None, list[Unit]] = {}
        self._named: dict[str, list[Unit]] = {}
        for unit in units:
            self.put(unit)

    def put(self, unit: Unit) -> None:
        """Know one more unit."""
        self.units[unit.id] = unit
        self._children.setdefault(unit.parent_id, []).append(unit)
        self._named.setdefault(spelled(unit.name), []).append(unit)

    def find(self, path: Path) -> Unit | None:
        """The unit that a path means: the one from the top down, else the only one whose own path ends so."""
        wanted = [spelled(name) for name in path]
        ending = [unit for unit in self._named.get(wanted[-1], []) if self._spelled(unit)[-len(wanted) :] == wanted]
        exact = [unit for unit in ending if len(self.path(unit.id)) == len(wanted)]
        return exact[0] if exact else ending[0] if len(ending) == 1 else None

    def grow(self, path: Path, make: Callable[[str | None, str], Unit]) -> Unit:
        """`find`, with what lacks made by `make(id of the superior unit, name)`."""
        found = self.find(path)
        if found is None:
            found = make(self.grow(path[:-1], make).id if len(path) > 1 else None, path[-1])
            self.put(found)
        return found

    def child(self, parent_id: str | None, name: str) -> Unit | None:
        """The unit of this name right below another, or on top."""
        return next((u for u in self._children.get(parent_id, []) if spelled(u.name) == spelled(name)), None)

    def path(self, unit_id: str) -> Path:
        """The names of a unit and all above it, from the top down."""
        names: list[str] = []
        unit = self.units.get(unit_id)
        while unit is not None and len(names) < 2 * DEEPEST:  # never round and round, whatever the table holds
            names.append(unit.name)
            unit = self.units.get(unit.parent_id or "")
        return tuple(reversed(names))

    def walk(self, parent_id: str | None = None, depth: int = 0) -> Iterator[tuple[Unit, int]]:
        """All units below one, each after its superior, in Vietnamese order with numbers by their value."""
        for unit in sorted(self._children.get(parent_id, []), key=lambda unit: natural_key(unit.name)):
            yield unit, depth
            yield from self.walk(unit.id, depth + 1)

    def height(self, unit_id: str) -> int:
        """How many levels a unit and what is below it take."""
        return 1 + max((depth + 1 for _unit, depth in self.walk(unit_id)), default=0)

    def _spelled(self, unit: Unit) -> list[str]:
        return [spelled(name) for name in self.path(unit.id)]
