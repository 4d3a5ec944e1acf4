"""One shape for everything that is measured: a figure, the floor of the same run beside it, and what was promised."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table. With `times` the promise is a multiple of the floor, else it is a figure in `unit`.

    Without a figure the row could not run, and `note` says why; without a target it is told only.
    """

    number: str  # of the row in the list of targets; what has none is called by its name
    what: str
    figure: float | None
    unit: str
    target: float | None = None
    floor: float | None = None
    times: bool = False
    at_least: bool = False
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """The figure as a multiple of its floor."""
        return self.figure / self.floor if self.figure is not None and self.floor else None

    @property
    def judged(self) -> float | None:
        """What the target speaks of."""
        return self.ratio if self.times else self.figure

    @property
    def beyond(self) -> float | None:
        """The share by which the target is missed; negative where it is kept."""
        if self.judged is None or self.target is None:
            return None
        if self.target == 0:
            return self.judged
        return self.target / max(self.judged, 1e-9) - 1 if self.at_least else self.judged / self.target - 1

    @property
    def verdict(self) -> str:
        """`ok`, `red` and by how much, `told`, or that it did not run."""
        if self.figure is None:
            return f"not run: {self.note}"
        if self.beyond is None:
            return "told"
        return "ok" if self.beyond <= 0 else f"RED +{self.beyond:.0%}"

    @property
    def promise(self) -> str:
        """The target as it is read."""
        if self.target is None:
            return ""
        return f"{'>=' if self.at_least else '<='} {self.target:g}{' x' if self.times else ''}"


def missing(number: str, what: str, why: str) -> Row:
    """A row that cannot run on this machine."""
    return Row(number, what, None, "", note=why)


def late(number: str, what: str, found: Mapping[str, float]) -> Row:
    """The latest beat of an event loop: 50 ms more than that of a bare one beside the same load are allowed."""
    stall, bare = found["stall"] * 1000, found["bare"] * 1000
    return Row(number, what, stall, "ms", round(bare + 50, 1), bare, note=f"allowed: {bare:.0f} + 50 ms")


@dataclass(frozen=True, slots=True)
class Measurement:
    """What is measured in one go, and the rows that come of it."""

    rows: tuple[str, ...]
    measure: Callable[[bool], Sequence[Row]]  # told whether to be quick: small, to prove the measurement itself
