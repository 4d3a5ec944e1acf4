"""Who reads all views of a questionnaire at each step and puts them together: by subtraction, and by what bounds leave.

Knows the rule of rounding, the number of responses, which items everybody answers, who was asked what, how many options each
chose at the least and the most, and that the same group under two names is one number. A count is known when bounds meet; it
is found when it is right and of one to four people. The same attacker, told that figures are exact, plays the control.
"""

from __future__ import annotations

from collections.abc import Hashable
from collections.abc import Mapping
from collections.abc import Sequence

SWEEPS = 40
Name = Hashable
Sum = tuple[Name, tuple[Name, ...], int, int]  # whole, parts, and how often it holds them at the least and the most


class Attacker:
    """Bounds of counts by name, and sums that hold between them."""

    def __init__(self, slack: int) -> None:
        self.slack = slack
        self.bounds: dict[Name, tuple[int, int]] = {}
        self.sums: list[Sum] = []

    def exactly(self, name: Name, count: int) -> None:
        """A count that is public."""
        self._meet(name, (count, count))

    def reads(self, name: Name, figure: int) -> None:
        """A figure on a page or in a file."""
        self._meet(name, (figure, figure + self.slack))

    def adds(self, whole: Name, parts: Sequence[Name], *, all_of_it: bool) -> None:
        """`parts` share nobody, and are within `whole`."""
        self.sums.append((whole, tuple(parts), int(all_of_it), 1))

    def chosen(self, whole: Name, parts: Sequence[Name], fewest: int, most: int) -> None:
        """Everybody in `whole` is in `fewest` to `most` of the parts."""
        self.sums.append((whole, tuple(parts), fewest, most))

    def same(self, one: Name, other: Name) -> None:
        """Two names of one group."""
        self.adds(one, [other], all_of_it=True)

    def within(self, name: Name, most: int) -> None:
        """A count of which only the upper end is known."""
        self._meet(name, (0, most))

    def least(self, name: Name, least: int) -> None:
        """A count of which only the lower end is known."""
        self._meet(name, (least, 10**9))

    def _meet(self, name: Name, bound: tuple[int, int]) -> None:
        low, high = self.bounds.get(name, (0, 10**9))
        self.bounds[name] = (max(low, bound[0]), min(high, bound[1]))

    def think(self) -> None:
        """Draw bounds together until nothing moves."""
        for _sweep in range(SWEEPS):
            moved = False
            for whole, parts, fewest, most in self.sums:
                moved |= self._sum(whole, parts, fewest, most)
            if not moved:
                return

    def _sum(self, whole: Name, parts: Sequence[Name], fewest: int, most: int) -> bool:
        known = self.bounds
        a, b = known[whole]
        low, high = sum(known[part][0] for part in parts), sum(known[part][1] for part in parts)
        changes = {whole: (max(a, -(-low // most)), min(b, high // fewest) if fewest else b)}
        for part in parts:
            c, d = known[part]
            changes[part] = (max(c, fewest * a - (high - d)), min(d, most * b - (low - c)))
        moved = any(known[name] != bound for name, bound in changes.items())
        known.update(changes)
        return moved

    def found(self, truth: Mapping[Name, int]) -> list[Name]:
        """The groups of one to four whose number is known and right."""
        return [
            name
            for name, (low, high) in self.bounds.items()
            if low == high and name in truth and truth[name] == low and 0 < low < 5
        ]
