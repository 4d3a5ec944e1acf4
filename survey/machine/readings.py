"""How the machine does, as figures. Two readers: Prometheus (`exposition`) and the operator's page.

What a member's act moves is told in steps of five (ADR 44): a series of exact counts, kept somewhere with the time of each,
would be the list of moments that no row of ours holds (rule D1).
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from collections.abc import Mapping
from dataclasses import dataclass

from survey.core.boxes import Boxes
from survey.core.bus import Bus
from survey.core.db import Database
from survey.core.settings import Settings
from survey.core.shared_bus import SharedBus
from survey.live.hub import Hub
from survey.machine import sending
from survey.machine import surroundings
from survey.machine.lag import Lag

STEP = 5
SENT_STEP = 2**16  # bytes: one small event to one phone is no step
STAFF = ("moderator", "leader", "screen")  # audiences of staff and their devices; all others are members


@dataclass(frozen=True, slots=True)
class Reading:
    """One moment of this process. Times are seconds; None is not known, or not there."""

    streams: Mapping[str, int]
    lag: float
    waiting: int
    refused: int
    commits: int
    jobs: int
    renders: int
    sent: int
    slow: int
    bus: bool | None
    backup: float | None
    box: int
    pending: Mapping[str, int]  # what staff wait for, by name
    disk: int | None
    processor: int
    spare: float | None = None  # age of what the spare has; None where none is named, or nothing was sent yet


@dataclass(frozen=True, slots=True)
class Machine:
    """What the figures are read from. `pending`: features above hand in how much of theirs waits."""

    settings: Settings
    stores: tuple[Database, Database]
    box: Boxes
    hub: Hub
    bus: Bus
    lag: Lag
    pending: Mapping[str, Callable[[], int]]

    def read(self) -> Reading:
        """All figures of this moment."""
        age = surroundings.last_backup(self.settings.data_dir)
        return Reading(
            streams=_streams(self.hub),
            lag=self.lag.worst,
            waiting=stepped(sum(one.waiting for one in self.stores)),
            refused=stepped(sum(one.refused for one in self.stores)),
            commits=stepped(sum(one.commits for one in self.stores)),
            jobs=stepped(sum(one.jobs for one in self.stores)),
            renders=stepped(self.hub.renders),
            sent=stepped(self.hub.sent, SENT_STEP),
            slow=stepped(self.hub.slow),
            bus=self.bus.connected if isinstance(self.bus, SharedBus) else None,
            backup=None if age is None else age.total_seconds(),
            box=_fillings(self.box),
            pending={name: count() for name, count in self.pending.items()},
            disk=surroundings.free(self.settings.data_dir),
            processor=int(time.process_time()),
            spare=sending.read(self.settings.data_dir).age if self.settings.spare_dir else None,
        )


def stepped(number: int, step: int = STEP) -> int:
    """`number` cut down to whole steps: under one step it is nothing."""
    return number - number % step


def _streams(hub: Hub) -> dict[str, int]:
    found: Counter[str] = Counter({"room": 0})
    for key, number in hub.open_streams().items():
        found[key.audience.partition("-")[0]] += number
    return {name: number if name in STAFF else stepped(number) for name, number in sorted(found.items())}


def _fillings(box: Boxes) -> int:
    """How many fillings wait of those that hold at least five; what is in them, and of smaller ones that they are, is not
    told."""
    return sum(1 for owner in box.owners() if box.count(owner) >= STEP)
