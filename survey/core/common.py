"""What processes agree on and no database may know: whose turn it is, in which order questions reached the desks, misses.

Each process keeps it in its own memory. Where several share a Redis they agree there: a state goes in by compare and swap,
under names and with contents that are marks under a key (`Common.marks`), numbers and nothing else, and is gone some hours
after it last changed. What speaks of questions is marked under a key of their dialogue, which dies with it. While Redis is
away each process goes on with what it knows; nothing that is counted depends on it.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from typing import Generic
from typing import TypeVar

from survey.core.ids import mark
from survey.core.keys import KeyMissing

T = TypeVar("T")
Keys = Callable[[str], bytes]  # the key of a dialogue under which it is spoken of; raises `KeyMissing`
HOURS = 3600
AWAY = 5.0  # seconds for which a Redis that did not answer is not asked again
TRIES = 6  # at one state that others change at the same moment
PATIENCE = {"socket_timeout": 0.3, "socket_connect_timeout": 0.3}  # seconds; a screen waits for this
PREFIX = "doi-thoai:common:"
_SWAP = """
local stands = redis.call('GET', KEYS[1])
if (stands and redis.sha1hex(stands) or '') ~= ARGV[1] then return 0 end
if ARGV[2] == '' then redis.call('DEL', KEYS[1]) else redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3]) end
return 1
"""


def _none(dialogue_id: str) -> bytes:
    raise KeyMissing(dialogue_id)


class Common:
    """The way to what other processes know; on its own until `connect`."""

    def __init__(self) -> None:
        self._redis: Any = None
        self._key = secrets.token_bytes(32)
        self._alone = secrets.token_bytes(32)
        self._keys: Keys = _none
        self._away_until = 0.0

    def connect(self, url: str | None, key: bytes, keys: Keys) -> None:
        """Agree with all who have the same Redis and the same keys from now on; without a `url` with nobody."""
        self._redis, self._key, self._keys, self._away_until = None, secrets.token_bytes(32), keys, 0.0
        if url is not None:
            self._key = mark(key, "common")
            import redis  # noqa: PLC0415 -- an extra: only several processes need it
            from redis.backoff import NoBackoff  # noqa: PLC0415 -- as above
            from redis.retry import Retry  # noqa: PLC0415 -- as above

            self._redis = redis.Redis.from_url(url, retry=Retry(NoBackoff(), 0), **PATIENCE)

    @property
    def shared(self) -> bool:
        """Whether there are others to agree with."""
        return self._redis is not None

    def hidden(self, *parts: str) -> str:
        """What stands for names that not even this process keeps, under a key that dies with it where nobody shares it."""
        return mark(self._key, *parts).hex()

    def marks(self, kind: str, dialogue_id: str | None = None) -> Callable[[str], str]:
        """What stands for an id in a state. Where nobody else sees the state, the id itself is good enough.

        Of a dialogue: under a key of its own, so that nobody tells what was meant once that is destroyed; then raises `Away`.
        """
        if self._redis is None:
            return str
        try:
            key = self._key if dialogue_id is None else self._keys(dialogue_id)
        except KeyMissing as error:
            raise Away from error
        return lambda name: mark(key, "common", kind, name).hex()

    def nobodys(self, name: str) -> str:
        """What stands for an id where no key is left to agree under: it dies with this process."""
        return mark(self._alone, name).hex()

    def read(self, name: str) -> bytes | None:
        """What stands under this name. Raises `Away`."""
        found: bytes | None = self._ask(lambda: self._redis.get(PREFIX + name))
        return found

    def swap(self, name: str, before: bytes | None, after: bytes | None, seconds: int) -> bool:
        """Put `after` (None: nothing) there if still `before` is what stands. Raises `Away`."""
        stands = hashlib.sha1(before, usedforsecurity=False).hexdigest() if before is not None else ""
        return bool(self._ask(lambda: self._redis.eval(_SWAP, 1, PREFIX + name, stands, after or b"", seconds)))

    def _ask(self, act: Callable[[], Any]) -> Any:
        if self._redis is None or time.monotonic() < self._away_until:
            raise Away
        try:
            return act()
        except Exception as error:
            self._away_until = time.monotonic() + AWAY
            raise Away from error


class Away(Exception):
    """There is nobody to agree with just now."""


class Table(Generic[T]):
    """One kind of state, by place (a dialogue). `most` places are remembered here, for `seconds` after a change there.

    `T` is plain JSON: dicts keep their order, tuples do not survive. `own_keys`: it speaks of questions, under the key of
    the dialogue that is its place; once that is destroyed each process knows what it knows by itself.
    """

    def __init__(
        self, common: Common, name: str, *, most: int, seconds: int = 12 * HOURS, own_keys: bool = False
    ) -> None:
        self._common, self._own_keys = common, own_keys
        self._name, self._most, self._seconds = name, most, seconds
        self._own: OrderedDict[str, T] = OrderedDict()
        self._alone: set[str] = set()  # what others may see differently: it changed while there was nobody to ask
        self._lock = threading.RLock()

    def marks(self, place: str) -> Callable[[str], str]:
        """What stands for an id in the state of this place."""
        try:
            return self._marks(self._name, place)
        except Away:  # nobody else sees it now; a key that comes back would hand it on
            return self._common.nobodys

    def known(self, place: str) -> T | None:
        """What this process knows, without asking anybody."""
        with self._lock:
            if place in self._own:
                self._own.move_to_end(place)
            return self._own.get(place)

    def settled(self, place: str) -> bool:
        """Whether what is known was agreed with the others, if there are any."""
        return not self._common.shared or (place in self._own and place not in self._alone)

    def agree(self, place: str, step: Callable[[T | None], T | None]) -> T | None:
        """The state after `step`, which gets the one before (None: there is none) and must not change it in place.

        It may be called several times. Where others changed the state, it gets theirs.
        """
        with suppress(Away):
            name = self._marks(self._name + " of", place)(place)
            for _try in range(TRIES):
                stands = self._common.read(name)
                before = _state(stands) if stands is not None else self.known(place)
                after = step(before)
                if (stands is not None and after == before) or (stands is None and after is None):
                    return self._keep(place, after)
                if self._common.swap(name, stands, _written(after), self._seconds):
                    return self._keep(place, after)
        with self._lock:
            self._keep(place, step(self.known(place)), alone=self._common.shared)
            return self.known(place)

    def drop(self, place: str) -> None:
        """Know nothing of this place any more, nor let the others."""
        self.agree(place, lambda _before: None)

    def clear(self) -> None:
        """Know nothing, as a process that begins."""
        with self._lock:
            self._own.clear()
            self._alone.clear()

    def _marks(self, kind: str, place: str) -> Callable[[str], str]:
        return self._common.marks(kind, place if self._own_keys else None)

    def _keep(self, place: str, state: T | None, *, alone: bool = False) -> T | None:
        with self._lock:
            self._own.pop(place, None)
            self._alone.discard(place)
            if state is not None:
                self._own[place] = state
            if alone:
                self._alone.add(place)
            while len(self._own) > self._most:
                self._alone.discard(self._own.popitem(last=False)[0])
        return state


def _state(written: bytes) -> Any:
    try:
        return json.loads(written)
    except ValueError:  # none of ours; the next state takes its place
        return None


def _written(state: object) -> bytes | None:
    return None if state is None else json.dumps(state, separators=(",", ":")).encode()


COMMON = Common()
