"""Sending to the sockets that were taken over: one sweep, nobody waits for anybody.

Measured against a bare loop of sends in `bench/fanout.py`. Every few hundred sends the loop is given back, so that a vote
which arrives in the middle of a sweep over ten thousand phones is answered in between.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator

from survey.live.group import Group
from survey.live.group import News
from survey.live.taken import Ears
from survey.live.taken import Taken
from survey.live.wire import BEAT as A_BEAT
from survey.live.wire import Piece
from survey.web.serve import open_files

log = logging.getLogger("survey")
AN_ADDRESS = 2_000  # streams from one: a large hall behind one Wi-Fi
SHARE = 0.8  # of the files that this process may open; the rest is for those who vote
TURN = 256  # sends, after which others may run: some three milliseconds
TICKS = 5  # looks at beats within one beat's time
Lacks = Callable[[Group, int | None, int], News | None]


class Fanout:
    """The taken streams of all groups. `lacks` says what a reader of a group does not have yet."""

    def __init__(self, lacks: Lacks) -> None:
        self._lacks = lacks
        self._ears = Ears()
        self._homes: dict[Taken, Group] = {}
        self._slow: set[Taken] = set()
        self._lock = threading.RLock()
        self._next_beat = 0.0
        self._origins: Counter[str] = Counter()
        self._most = int(SHARE * open_files())
        self.sent = 0  # bytes of changes since the start

    @property
    def slow(self) -> int:
        """How many have not yet taken what was sent."""
        return len(self._slow)

    def is_full(self, origin: str) -> bool:
        """Whether one more stream, from the address of this mark, would take what votes and pages need: they can poll."""
        return len(self._homes) >= self._most or (origin != "" and self._origins[origin] >= AN_ADDRESS)

    def join(self, group: Group, stream: Taken) -> bool:
        """Count a stream to a group; nothing is sent to it before `open`. Whether it is the first of all."""
        with self._lock:
            group.taken.add(stream)
            self._homes[stream] = group
            self._origins[stream.origin] += 1
            return len(self._homes) == 1

    def open(self, group: Group, stream: Taken, opening: bytes, age: float) -> bool:
        """Send the first bytes and what the reader lacks; False where it is gone already. Call it inside `group.news`.

        `age`: seconds that its last sign of life is said to be old, so that beats of many do not fall on one moment.
        """
        now = time.monotonic()
        if not stream.push(opening, now):
            self.drop(group, stream)
            return False
        self._ears.add(stream)
        self._tell(group, stream, self._lacks(group, stream.position, stream.heard), now)
        stream.last = stream.last and now - age
        return stream in self._homes

    def deliver(self, group: Group) -> None:
        """Send to each stream of the group what it lacks; the same bytes to all who stand at the same place."""
        position: int | None = -1
        heard, news, now = -1, None, time.monotonic()
        size = since = number = 0  # bytes are added up for all who stand at one place, not stream by stream
        for number, stream in enumerate(tuple(group.taken), start=1):
            if number % TURN == 0:
                time.sleep(0)
                now = time.monotonic()
            if stream.position != position or stream.heard != heard:  # nearly all stand at the same place
                position, heard = stream.position, stream.heard
                with group.news:
                    news = self._lacks(group, position, heard)
                self.sent += size * (number - since)
                size, since = len(stream.form(news.piece)) if news else 0, number
            if news is not None and stream.last:
                self._tell(group, stream, news, now)
        self.sent += size * (number + 1 - since)

    def tend(self, beat: float, *, doors: bool) -> set[Group]:
        """Give tails another try, beats to the silent, and an end to those who went or may not stay; groups that lost one."""
        now, lost = time.monotonic(), set()
        for stream in self._ears.gone():
            lost |= self._lose(stream)
        for stream in tuple(self._slow):
            lost |= self._catch_up(stream, now)
        if doors or now >= self._next_beat:
            self._next_beat = now + beat / TICKS
            for stream in self._in_turns(self._homes):
                if not self._lives(stream, now - beat, doors=doors):
                    lost |= self._lose(stream)
        return lost

    def tell_all(self, piece: Piece) -> set[Group]:
        """What concerns every stream of every group, but those that something is on its way to; groups that lost one."""
        lost = set[Group]()
        for stream in self._in_turns(self._homes):
            if stream.last and not stream.is_slow and not stream.send(piece, time.monotonic()):
                lost |= self._lose(stream)
        return lost

    def rest(self, pace: float, beat: float) -> float | None:
        """Seconds until `tend` has something to do by itself; None where it never has."""
        if self._slow:
            return pace
        return beat / TICKS if self._homes else None

    def drop(self, group: Group, stream: Taken) -> None:
        """End a stream."""
        with self._lock:
            if self._homes.pop(stream, None) is not None:
                self._origins[stream.origin] -= 1
                if not self._origins[stream.origin]:
                    del self._origins[stream.origin]  # of an address nothing is kept when its last phone is gone
            self._slow.discard(stream)
            group.taken.discard(stream)
            stream.last = 0.0
        self._ears.remove(stream)
        stream.close()

    def forget(self, group: Group) -> None:
        """Keep nothing of what was sent to the group; streams that have not taken all of it end, come back and get it anew."""
        for stream in tuple(group.taken):
            stream.ends = b""
        for stream in tuple(self._slow):
            if self._homes.get(stream) is group:
                self.drop(group, stream)

    def _lose(self, stream: Taken) -> set[Group]:
        group = self._homes.get(stream)
        if group is None:
            return set()
        self.drop(group, stream)
        return {group}

    def _in_turns(self, streams: Iterable[Taken]) -> Iterator[Taken]:
        for number, stream in enumerate(tuple(streams), start=1):
            if stream in self._homes:
                yield stream
            if number % TURN == 0:
                time.sleep(0)

    def _tell(self, group: Group, stream: Taken, news: News | None, now: float) -> None:
        """Send it, unless an earlier piece is still on its way; the reader stands where that leads all the same."""
        if news is not None and stream.tail is None:
            if not stream.send(news.piece, now):
                self.drop(group, stream)
                return
            stream.position, stream.heard = news.position, news.heard
        if stream.tail is not None:
            self._slow.add(stream)

    def _catch_up(self, stream: Taken, now: float) -> set[Group]:
        """A slow reader that took its tail gets everything anew."""
        group = self._homes.get(stream)
        if group is None or not stream.flush(now):
            return self._lose(stream)
        if not stream.is_slow:
            self._slow.discard(stream)
            with group.news:
                behind = self._lacks(group, stream.position, stream.heard)
                self._tell(group, stream, behind and self._lacks(group, None, stream.heard), now)
        return set() if stream in self._homes else {group}

    def _lives(self, stream: Taken, silent_since: float, *, doors: bool) -> bool:
        """Whether it may stay and its reader is there; asked with each beat, and when somebody was put out."""
        if not stream.last and not stream.is_slow:
            return True  # not opened yet: its head comes first
        silent = stream.last <= silent_since
        if (silent or doors) and not _may_stay(stream):
            return False
        return not silent or stream.is_slow or stream.send(A_BEAT, time.monotonic())


def _may_stay(stream: Taken) -> bool:
    """Whether its reader may still see this; while the database cannot say so, whoever is there stays."""
    try:
        return stream.alive is None or stream.alive()
    except Exception as error:  # noqa: BLE001 -- whatever the check raises, it is asked again at the next beat
        log.error("live: %s, asked who may stay", type(error).__name__)
        return True
