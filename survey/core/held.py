"""What this process holds of people's texts to be quick, in one list, so that an erased text is dropped everywhere."""

from __future__ import annotations

from collections.abc import Callable

_held: list[Callable[[], object]] = []


def holds_texts(clear: Callable[[], object]) -> None:
    """Name a way to empty one memory. Each module that keeps texts between two requests calls this below that memory."""
    _held.append(clear)


def forget() -> None:
    """Empty them all; what is still wanted is read anew from the database."""
    for clear in _held:
        clear()
