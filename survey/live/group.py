"""Streams that get the same bytes: what their audience sees now, what led there, and who listens."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import field
from typing import Any
from typing import NamedTuple

from survey.live.taken import Taken
from survey.live.wire import Piece
from survey.live.wire import joined

KEPT = 64  # updates that a late stream may catch up with; behind that it gets the whole board


class Key(NamedTuple):
    """A group of streams that get the same bytes."""

    dialogue_id: str
    audience: str
    language: str


class Update(NamedTuple):
    """What brings a reader from version `start` to version `end`."""

    start: int
    end: int
    piece: Piece


class News(NamedTuple):
    """What a reader lacks, and where it stands once it has read it."""

    piece: Piece
    position: int | None
    heard: int


@dataclass(eq=False)
class Group:
    """One audience of one dialogue in one language. `news` guards all that is read by more than the sweeper."""

    key: Key
    seen: Any = None
    log: deque[Update] = field(default_factory=lambda: deque(maxlen=KEPT))
    news: threading.Condition = field(default_factory=threading.Condition)
    turn: threading.Lock = field(
        default_factory=threading.Lock
    )  # one look at a time, so that none brings the past back
    taken: set[Taken] = field(default_factory=set)  # streams whose sockets are ours
    waiting: int = 0  # streams that a server reads from us
    aside: Piece = field(default_factory=lambda: Piece(b""))
    asides: int = 0  # how often that changed
    _whole: tuple[Any, Piece] | None = None

    @property
    def streams(self) -> int:
        """How many listen."""
        return self.waiting + len(self.taken)

    @property
    def newest(self) -> bytes:
        """The last update, which whoever keeps up heard last."""
        return self.log[-1].piece.plain if self.log else b""

    def is_ahead(self, position: int | None) -> bool:
        """Whether that reader's page was rendered after our last look."""
        return position is not None and self.seen is not None and position > self.seen.version

    def whole(self, render: Callable[[Any], bytes]) -> Piece:
        """The whole board of this moment, rendered once for all who need it."""
        seen, kept = self.seen, self._whole
        if kept is None or kept[0] is not seen:
            kept = self._whole = (seen, Piece(render(seen)))
        return kept[1]

    def lacks(self, position: int | None, heard: int, render: Callable[[Any], bytes]) -> News | None:
        """What a reader at `position`, who heard so many asides, does not have; None where nothing."""
        if self.seen is None or position == self.seen.version:
            return News(self.aside, position, self.asides) if heard != self.asides and self.aside else None
        missing = [update for update in self.log if position is not None and update.end > position]
        # Only from where one of our updates begins: within it something may have changed and changed back, which a phone
        # that comes from another process has seen half of.
        if missing and missing[0].start == position:
            return News(joined([update.piece for update in missing]), missing[-1].end, heard)
        return News(self.whole(render), self.seen.version, heard)
