"""The hub: one render for each change and audience, the same bytes to every stream of that audience.

A surface hands in two callbacks (`Surface`), or three (`Aside`); the hub knows no feature. Changes are coalesced to at most
two updates a second. What is sent must be absolute ("question 7 has 12 supporters"), so that sending it twice changes nothing.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from dataclasses import field
from typing import Any
from typing import NamedTuple
from typing import Protocol

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from survey.core.bus import ASIDE
from survey.core.bus import DOORS
from survey.core.bus import EVERYTHING
from survey.core.bus import FORGET
from survey.core.db import Database

log = logging.getLogger("survey")
PACE = 0.5  # seconds between two updates of one dialogue
BEAT = 20.0  # seconds of silence after which a stream shows that it lives
KEPT = 64  # updates that a late stream may catch up with; behind that it gets the whole board


class Event(NamedTuple):
    """A server-sent event; without a name htmx swaps its data (`<hx-partial>`), with one it becomes a DOM event."""

    data: str
    name: str = ""


class Snapshot(Protocol):
    """What an audience sees at one moment; `version` grows with every change that this audience may notice."""

    @property
    def version(self) -> int: ...


class Surface(Protocol):
    """How one audience is served. Both methods run without a request, inside the language of the stream."""

    def snapshot(self, session: Session, dialogue_id: str) -> Any:
        """Plain data of this moment (a `Snapshot`), or None when the dialogue is gone."""

    def events(self, before: Any, after: Any) -> list[Event]:
        """What brings a reader from `before` to `after`; the whole board where `before` is None."""


class Aside(Surface, Protocol):
    """A surface that also shows what holds for this moment only, such as who is where: nothing of it has a version."""

    def aside(self, session: Session, dialogue_id: str) -> list[Event]:
        """All of it. Sent to whoever joins, and to everybody when it reads differently than the last time."""


class Key(NamedTuple):
    """A group of streams that get the same bytes."""

    dialogue_id: str
    audience: str
    language: str


class _Update(NamedTuple):
    start: int
    end: int
    data: bytes


@dataclass(eq=False)
class _Group:
    key: Key
    seen: Any = None
    log: deque[_Update] = field(default_factory=lambda: deque(maxlen=KEPT))
    news: threading.Condition = field(default_factory=threading.Condition)
    turn: threading.Lock = field(
        default_factory=threading.Lock
    )  # one look at a time, so that none brings the past back
    streams: int = 0
    aside: bytes = b""
    asides: int = 0  # how often that changed


class Hub:
    """All streams of this process."""

    def __init__(self, db: Database, speaking: Callable[[str], AbstractContextManager[None]]) -> None:
        self._db = db
        self._speaking = speaking
        self._surfaces: dict[str, Surface] = {}
        self._groups: dict[Key, _Group] = {}
        self._dirty: set[str] = set()
        self._lock = threading.RLock()  # a stream that the garbage collector ends may leave at any line
        self._wake = threading.Event()
        self._sweeper: threading.Thread | None = None

    def register(self, audience: str, surface: Surface) -> None:
        """Serve `audience` by `surface`."""
        self._surfaces[audience] = surface

    def publish(self, channels: frozenset[str]) -> None:
        """Something behind these dialogues was committed; whoever listens will hear of it within `PACE`."""
        with self._lock:
            self._dirty |= channels
        self._wake.set()

    @property
    def streams(self) -> int:
        """How many streams are open."""
        return sum(group.streams for group in list(self._groups.values()))

    def stream(self, key: Key, after: int | None, alive: Callable[[], bool] = lambda: True) -> Iterator[bytes]:
        """The bytes of one stream from version `after` on (None or unknown: the whole board first).

        Ends when `alive` says no, asked at each beat and each update.
        """
        group = self._join(key)
        try:
            self._begin(group)
            yield _encode([Event("", "beat")], None)
            position, heard = after, 0
            while alive():
                data, position, heard = self._news(group, position, heard)
                yield data
        finally:
            self._leave(group)

    def _join(self, key: Key) -> _Group:
        """The group of `key`, counted before it looks: a change during its first look is swept, too."""
        with self._lock:
            group = self._groups.setdefault(key, _Group(key))
            group.streams += 1
            if self._sweeper is None or not self._sweeper.is_alive():
                self._sweeper = threading.Thread(target=self._sweep, name="sweeper", daemon=True)
                self._sweeper.start()
        return group

    def _begin(self, group: _Group) -> None:
        with group.turn:
            if group.seen is None:
                group.seen = self._look(group.key)
                self._glance(group)

    def _leave(self, group: _Group) -> None:
        """With its last stream a group is forgotten: nobody keeps it up to date, and memory has an end."""
        with self._lock:
            group.streams -= 1
            if group.streams == 0:
                del self._groups[group.key]

    def _news(self, group: _Group, position: int | None, heard: int) -> tuple[bytes, int | None, int]:
        """Wait for what a reader at `position`, who heard so many asides, lacks; a beat when nothing comes."""
        if _is_ahead(group, position):  # the page was rendered after our last look: never take its reader back
            self._refresh(group, position)
        with group.news:
            if group.seen is not None and position == group.seen.version and heard == group.asides:
                group.news.wait(BEAT)
            if group.seen is None or position == group.seen.version:
                news = group.aside if heard != group.asides else b""
                return news or _encode([Event("", "beat")], None), position, group.asides
            missing = [update for update in group.log if position is not None and update.end > position]
            if position is not None and missing and missing[0].start <= position:
                return b"".join(update.data for update in missing), missing[-1].end, heard
            seen = group.seen
        with self._speaking(group.key.language):
            events = self._surfaces[group.key.audience].events(None, seen)
        return _encode(events, seen.version), seen.version, heard

    def _look(self, key: Key) -> Any:
        with self._db.reading() as session, self._speaking(key.language):
            return self._surfaces[key.audience].snapshot(session, key.dialogue_id)

    def _sweep(self) -> None:
        while True:
            self._wake.wait()
            self._wake.clear()
            with self._lock:
                dirty, self._dirty = self._dirty, set()
            for group in list(self._groups.values()):
                if group.streams and (group.key.dialogue_id in dirty or EVERYTHING in dirty):
                    self._refresh_or_later(group, forget=FORGET + group.key.dialogue_id in dirty)
                elif group.streams and ASIDE + group.key.dialogue_id in dirty:
                    with group.turn:
                        self._glance(group)
                if dirty & {DOORS, EVERYTHING}:
                    with group.news:
                        group.news.notify_all()  # a beat, after which each stream asks `alive`
            time.sleep(PACE)

    def _refresh_or_later(self, group: _Group, *, forget: bool = False) -> None:
        """Refresh; one group's trouble (a locked file, a broken render) must not silence all the others."""
        try:
            self._refresh(group, forget=forget)
        except Exception as error:  # noqa: BLE001 - the sweeper serves everybody and must live
            log.error("live: %s for %s", type(error).__name__, group.key.audience)
            with self._lock:
                self._dirty |= {group.key.dialogue_id, *([FORGET + group.key.dialogue_id] if forget else [])}
            if isinstance(error, OperationalError):
                self._wake.set()  # passes by itself; what was broken waits for the next change

    def _refresh(self, group: _Group, position: int | None = None, *, forget: bool = False) -> None:
        """Look again, log what is new and wake the readers; with a `position` only while that is still ahead.

        To `forget` is to keep no update from before: it holds a text that was overwritten, and would be sent to whoever
        comes back after a cut.
        """
        with group.turn:
            if position is not None and not _is_ahead(group, position):
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
            with group.news:
                group.seen = now
                group.log.append(_Update(before.version if before else 0, now.version, _encode(events, now.version)))
                group.news.notify_all()

    def _glance(self, group: _Group) -> None:
        """Look at what holds for this moment and wake the readers if it reads differently; inside the group's turn.

        Its trouble is nobody else's: what is stored goes out all the same, and the next change looks again.
        """
        aside = getattr(self._surfaces[group.key.audience], "aside", None)
        if aside is None:
            return
        try:
            with self._db.reading() as session, self._speaking(group.key.language):
                events = aside(session, group.key.dialogue_id)
            data = _encode(events, None) if events else b""
        except Exception as error:  # noqa: BLE001 - as in `_refresh_or_later`
            log.error("live: %s for %s, aside", type(error).__name__, group.key.audience)
            return
        with group.news:
            if data != group.aside:
                group.aside, group.asides = data, group.asides + 1
                group.news.notify_all()


def _is_ahead(group: _Group, position: int | None) -> bool:
    return position is not None and group.seen is not None and position > group.seen.version


def _encode(events: list[Event], version: int | None) -> bytes:
    """Server-sent events (WHATWG HTML 9.2). The id stands on the last one: a cut in the middle sends all again."""
    if not events and version is not None:
        events = [Event("", "beat")]
    lines: list[str] = []
    for event in events:
        if event.name:
            lines.append(f"event: {event.name}")
        lines += [f"data: {line}" for line in event.data.split("\n")]
        if event is events[-1] and version is not None:
            lines.append(f"id: {version}")
        lines.append("")
    return ("\n".join(lines) + "\n").encode()
