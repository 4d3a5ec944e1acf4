"""The hub: one render and one compression for each change and audience, the same bytes to every stream of that audience.

A surface hands in two callbacks (`Surface`), or three (`Aside`); the hub knows no feature. Changes are coalesced to at most
two updates a second. What is sent must be absolute ("question 7 has 12 supporters"), so that sending it twice changes nothing.

Most streams are sockets that were taken over from the WSGI server (`attach`): one sweep sends to all of them and waits for
none. Where a server hands no socket out, it reads the same bytes from a generator (`stream`).
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import AbstractContextManager
from functools import partial
from typing import Any

from sqlalchemy.exc import OperationalError

from survey.core.bus import ASIDE
from survey.core.bus import DOORS
from survey.core.bus import EVERYTHING
from survey.core.bus import FORGET
from survey.core.bus import FORGET_ALL
from survey.core.db import Database
from survey.live.fanout import Fanout
from survey.live.group import Group
from survey.live.group import Key as Key
from survey.live.group import News
from survey.live.group import Update
from survey.live.surface import Surface as Surface
from survey.live.taken import Taken
from survey.live.wire import BEAT as A_BEAT
from survey.live.wire import GZIP_HEAD
from survey.live.wire import Event as Event
from survey.live.wire import Piece
from survey.live.wire import encode

log = logging.getLogger("survey")
PACE = 0.5  # seconds between two updates of one dialogue
BEAT = 5.0  # seconds of silence after which a stream shows that it lives: a phone misses two, and connects anew
JOIN = 3  # milliseconds of work that a phone costs which comes back; a hall is told to spread by so much a stream
AT_ONCE = 2_000  # milliseconds over which phones come back anyway, as the page's own setting says
FOR_ALL = frozenset({EVERYTHING, DOORS})  # FORGET_ALL is one of them behind its prefix
GROWN, SHRUNK = (
    1.5,
    3,
)  # so many times more or fewer streams than those who joined early were told of: they hear it anew


class Hub:
    """All streams of this process."""

    def __init__(self, db: Database, speaking: Callable[[str], AbstractContextManager[None]]) -> None:
        self._db = db
        self._speaking = speaking
        self._surfaces: dict[str, Surface] = {}
        self._groups: dict[Key, Group] = {}
        self._dirty: set[str] = set()
        self._lock = threading.RLock()  # a stream that the garbage collector ends may leave at any line
        self._wake = threading.Event()
        self._sweeper: threading.Thread | None = None
        self._fanout = Fanout(self._lacks)
        self._told = AT_ONCE  # milliseconds of `retry:` that everybody who listens has heard, or more
        self.renders = 0  # since the start

    def register(self, audience: str, surface: Surface) -> None:
        """Serve `audience` by `surface`."""
        self._surfaces[audience] = surface

    def publish(self, channels: frozenset[str]) -> None:
        """Something behind these dialogues was committed; whoever listens will hear of it within `PACE`.

        Names that no group looks at are let go at once: whoever comes later looks for itself, and where nobody listens at
        all nothing sweeps them away.
        """
        with self._lock:
            here = {key.dialogue_id for key in self._groups} | FOR_ALL
            news = {name for name in channels if name.removeprefix(FORGET).removeprefix(ASIDE) in here}
            self._dirty |= news
        if news:
            self._wake.set()

    @property
    def streams(self) -> int:
        """How many streams are open."""
        return sum(group.streams for group in list(self._groups.values()))

    @property
    def sent(self) -> int:
        """Bytes of changes that were handed to sockets since the start."""
        return self._fanout.sent

    @property
    def slow(self) -> int:
        """How many streams have not yet taken what was sent to them."""
        return self._fanout.slow

    def open_streams(self) -> dict[Key, int]:
        """How many streams each audience of each dialogue has here, in each language."""
        return {group.key: group.streams for group in list(self._groups.values()) if group.streams}

    def is_full(self, origin: str) -> bool:
        """Whether a phone of this address has to poll instead of listening."""
        return self._fanout.is_full(origin)

    def attach(self, key: Key, stream: Taken, head: bytes) -> None:
        """Serve a socket from here on, `head` first. Never waits for its reader; ends when that goes, or may not stay."""
        group = self._join(key, stream)
        try:
            self._begin(group, stream.position)
            first = Piece(encode([Event("", "beat")], None, self._retry()))
            opening = head + (GZIP_HEAD + first.packed if stream.packed else first.plain)
            with group.news:
                self._fanout.open(group, stream, opening, random.uniform(0, BEAT / 2))  # noqa: S311 - spreads the beats
        except BaseException:
            self._fanout.drop(group, stream)
            raise
        finally:
            self._leave(group)

    def stream(self, key: Key, after: int | None, alive: Callable[[], bool] = lambda: True) -> Iterator[bytes]:
        """The bytes of one stream from version `after` on (None or unknown: the whole board first).

        Ends when `alive` says no, asked at each beat and each update.
        """
        group = self._join(key)
        try:
            self._begin(group, None)
            yield encode([Event("", "beat")], None)
            position, heard = after, 0
            while alive():
                news = self._wait(group, position, heard)
                yield news.piece.plain
                position, heard = news.position, news.heard
        finally:
            with self._lock:
                group.waiting -= 1
            self._leave(group)

    def _join(self, key: Key, stream: Taken | None = None) -> Group:
        """The group of `key`, counted before it looks: a change during its first look is swept, too."""
        with self._lock:
            group = self._groups.setdefault(key, Group(key))
            if stream is None:
                group.waiting += 1
            elif self._fanout.join(group, stream):
                self._wake.set()  # the sweeper has rested without an end
            if self._sweeper is None or not self._sweeper.is_alive():
                self._sweeper = threading.Thread(target=self._sweep, name="sweeper", daemon=True)
                self._sweeper.start()
        return group

    def _begin(self, group: Group, position: int | None) -> None:
        """Look, if nobody has yet, or if this reader's page is newer than our last look: never take it back."""
        with group.turn:
            if group.seen is None:
                group.seen = self._look(group.key)
                self._glance(group)
        if group.is_ahead(position):
            self._refresh(group, position)

    def _leave(self, group: Group) -> None:
        """With its last stream a group is forgotten: nobody keeps it up to date, and memory has an end."""
        with self._lock:
            if group.streams == 0 and self._groups.get(group.key) is group:
                del self._groups[group.key]

    def _retry(self) -> int | None:
        """Milliseconds over which so many phones may come back without falling over each other; None for a hall."""
        spread = self.streams * JOIN
        return spread if spread > AT_ONCE else None

    def _wait(self, group: Group, position: int | None, heard: int) -> News:
        """What a reader lacks, once there is something; a beat where nothing comes."""
        if group.is_ahead(position):
            self._refresh(group, position)
        with group.news:
            found = self._lacks(group, position, heard)
            if found is None:
                group.news.wait(BEAT)
                found = self._lacks(group, position, heard)
        return found or News(A_BEAT, position, group.asides)

    def _lacks(self, group: Group, position: int | None, heard: int) -> News | None:
        def render(seen: Any) -> bytes:
            self.renders += 1
            with self._speaking(group.key.language):
                return encode(self._surfaces[group.key.audience].events(None, seen), seen.version)

        return group.lacks(position, heard, render)

    def _look(self, key: Key) -> Any:
        with self._db.snapshot() as session, self._speaking(key.language):  # a torn look would hide a change for good
            return self._surfaces[key.audience].snapshot(session, key.dialogue_id)

    def _sweep(self) -> None:
        while True:
            woken = self._wake.wait(self._fanout.rest(PACE, BEAT))
            self._wake.clear()
            with self._lock:
                dirty, self._dirty = self._dirty, set()
            for group in list(self._groups.values()):
                self._or_later(partial(self._visit, group, dirty), group.key.audience)
            self._or_later(partial(self._tend, doors=bool(dirty & {DOORS, EVERYTHING})), "all")
            if woken:
                time.sleep(PACE)

    def _tend(self, *, doors: bool) -> None:
        for group in self._fanout.tend(BEAT, doors=doors) | self._spread():
            self._leave(group)

    def _spread(self) -> set[Group]:
        """Tell all who listen over how long to come back, once they are many more or fewer than when they joined."""
        spread = max(self.streams * JOIN, AT_ONCE)
        if self._told / SHRUNK <= spread <= self._told * GROWN:
            return set()
        self._told = spread
        return self._fanout.tell_all(Piece(encode([Event("", "beat")], None, spread)))

    def _or_later(self, act: Callable[[], None], audience: str) -> None:
        """Do it; one group's trouble must not silence all the others, and the sweeper serves everybody and must live."""
        try:
            act()
        except Exception as error:  # noqa: BLE001 -- as it says
            log.error("live: %s for %s", type(error).__name__, audience)

    def _visit(self, group: Group, dirty: set[str]) -> None:
        """Look at what changed for a group, and tell it."""
        if group.streams and (group.key.dialogue_id in dirty or EVERYTHING in dirty):
            forget = bool(dirty & {FORGET + group.key.dialogue_id, FORGET_ALL})
            self._refresh_or_later(group, forget=forget)
            if forget:
                self._fanout.forget(group)  # the old text may be on its way to them still
        elif group.streams and ASIDE + group.key.dialogue_id in dirty:
            with group.turn:
                self._glance(group)
        if dirty & {DOORS, EVERYTHING}:
            with group.news:
                group.news.notify_all()  # a beat, after which each stream asks `alive`
        self._fanout.deliver(group)
        self._leave(group)

    def _refresh_or_later(self, group: Group, *, forget: bool = False) -> None:
        """Refresh; what failed (a locked file, a broken render) is tried again."""
        try:
            self._refresh(group, forget=forget)
        except Exception as error:
            with self._lock:
                self._dirty |= {group.key.dialogue_id, *([FORGET + group.key.dialogue_id] if forget else [])}
            if isinstance(error, OperationalError):
                self._wake.set()  # passes by itself; what was broken waits for the next change
            raise

    def _refresh(self, group: Group, position: int | None = None, *, forget: bool = False) -> None:
        """Look again, log what is new and wake the readers; with a `position` only while that is still ahead.

        To `forget` is to keep no update from before: it holds a text that was overwritten, and would be sent to whoever
        comes back after a cut.
        """
        with group.turn:
            if position is not None and not group.is_ahead(position):
                return  # of many phones that come at once, the first has looked for all
            now, before = self._look(group.key), group.seen
            same = now is not None and before is not None and now.version == before.version
            if forget:
                with group.news:
                    group.log.clear()
                    group.seen = now if same else before
            self._glance(group)
            if now is None or same:
                return
            with self._speaking(group.key.language):
                events = self._surfaces[group.key.audience].events(before, now)
            piece = Piece(encode(events, now.version), after=group.newest)
            self.renders += 1
            with group.news:
                group.seen = now
                group.log.append(Update(before.version if before else 0, now.version, piece))
                group.news.notify_all()
        if position is not None:  # somebody's newer page told us, not the sweep: that has the others to tell
            self._wake.set()

    def _glance(self, group: Group) -> None:
        """Look at what holds for this moment and wake the readers if it reads differently; inside the group's turn.

        Its trouble is nobody else's: what is stored goes out all the same, and the next change looks again.
        """
        aside = getattr(self._surfaces[group.key.audience], "aside", None)
        if aside is None:
            return
        try:
            with self._db.reading() as session, self._speaking(group.key.language):
                events = aside(session, group.key.dialogue_id)
            data = encode(events, None) if events else b""
        except Exception as error:  # noqa: BLE001 -- as in `_refresh_or_later`
            log.error("live: %s for %s, aside", type(error).__name__, group.key.audience)
            return
        with group.news:
            if data != group.aside.plain:
                group.aside, group.asides = Piece(data), group.asides + 1
                group.news.notify_all()
