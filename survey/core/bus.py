"""What was committed, told to whoever renders it. In this process; several share a `shared_bus.SharedBus` over Redis."""

from __future__ import annotations

from collections.abc import Callable

EVERYTHING = "*"  # another process wrote and nobody knows what
DOORS = "doors"  # somebody was put out or lost a role: open streams ask again whether they may go on
FORGET = "forget:"  # before a dialogue's id: a text of it was overwritten, drop whatever holds the old one
FORGET_ALL = FORGET + EVERYTHING  # some text was, in some dialogue: what said which did not reach us
ASIDE = "aside:"  # before a dialogue's id: something of this moment changed (who is where), nothing that is stored

Listener = Callable[[frozenset[str]], None]


class Bus:
    """Channels are names such as a dialogue's id; a listener must not wait for anything."""

    shared = False  # with other processes
    connected = False  # to them right now, so that nobody has to look for what they write

    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    def subscribe(self, listener: Listener) -> None:
        """Call `listener(channels)` on each publication from now on."""
        self._listeners.append(listener)

    def publish(self, channels: frozenset[str]) -> None:
        """Tell everybody that something behind `channels` has changed and is committed."""
        self.tell(channels)

    def tell(self, channels: frozenset[str]) -> None:
        """Tell those in this process alone."""
        for listener in self._listeners:
            listener(channels)

    def listen(self) -> None:
        """Hear other processes, where the bus is shared with any."""
