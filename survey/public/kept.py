"""What was read and rendered once serves every reader, until something changes: a page costs as much for one as for many.

An entry is good as long as the dialogue has the same `revision` (which counts every change) and the day is the same: what
is overdue is worked out anew each day. Names of units belong to the organisation and move no dialogue, so an entry is
never older than a minute. Texts lie here, so erasing empties it (`core.held`).
"""

from __future__ import annotations

import gzip
import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from collections.abc import Hashable
from dataclasses import dataclass
from typing import TypeVar
from typing import cast

from survey.core.clock import local
from survey.core.clock import now
from survey.core.held import holds_texts
from survey.dialogues.models import Dialogue
from survey.dialogues.state import OVER

T = TypeVar("T")
MOST = 256  # entries; a page of 500 questions is a megabyte
OLDEST = 60.0  # seconds


@dataclass(frozen=True, slots=True)
class Ready:
    """What is sent, with its mark, and compressed once for all who take it so."""

    content: bytes
    etag: str
    zipped: bytes


@dataclass(frozen=True, slots=True)
class _Entry:
    stamp: Hashable
    until: float
    value: object


_entries: OrderedDict[Hashable, _Entry] = OrderedDict()
_lock = threading.Lock()


def stamp(dialogue: Dialogue) -> Hashable:
    """What an entry of this dialogue must carry to be good."""
    return dialogue.revision, dialogue.phase, local(now()).date()


def get(dialogue: Dialogue, name: Hashable, make: Callable[[], T]) -> T:
    """`make()`, or what it gave the last time where that still holds. While the hall is open each vote counts a revision."""
    if dialogue.phase not in OVER:
        return make()
    key, mark = (dialogue.id, name), stamp(dialogue)
    with _lock:
        found = _entries.get(key)
        if found is not None and found.stamp == mark and time.monotonic() < found.until:
            _entries.move_to_end(key)
            return cast(T, found.value)
    value = make()
    with _lock:
        _entries[key] = _Entry(mark, time.monotonic() + OLDEST, value)
        _entries.move_to_end(key)
        while len(_entries) > MOST:
            _entries.popitem(last=False)
    return value


def ready(content: bytes) -> Ready:
    """The content with all that is worked out of it."""
    return Ready(content, etag(content), gzip.compress(content, 6, mtime=0))


def etag(content: bytes) -> str:
    """A mark of what is sent, so that who has it gets 304."""
    return hashlib.sha256(content).hexdigest()[:20]


def clear() -> None:
    """Forget everything."""
    with _lock:
        _entries.clear()


holds_texts(clear)
