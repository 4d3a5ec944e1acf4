"""What was committed, told to whoever renders it. In this process; several processes will share one over Redis."""

from __future__ import annotations

from collections.abc import Callable

EVERYTHING = "*"  # another process wrote and nobody knows what
DOORS = "doors"  # somebody was put out or lost a role: open streams ask again whether they may go on
FORGET = "forget:"  # before a dialogue's id: a text of it was overwritten, drop whatever holds the old one
ASIDE = "aside:"  # before a dialogue's id: something of this moment changed (who is where), nothing that is stored

Listener = Callable[[frozenset[str]], None]


class Bus:
    """Channels are names such as a dialogue's id; a listener must not wait for anything."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    def subscribe(self, listener: Listener) -> None:
        """Call `listener(channels)` on each publication from now on."""
        self._listeners.append(listener)

    def publish(self, channels: frozenset[str]) -> None:
        """Tell everybody that something behind `channels` has changed and is committed."""
        for listener in self._listeners:
            listener(channels)
