"""One bus for several processes, over Redis' publish and subscribe. Nothing is kept there, and nothing there is about a person.

What is published is heard here at once and elsewhere within some milliseconds. Whoever publishes never waits for Redis: two
threads do, one that says and one that hears. While Redis is away the processes still hear of each other's commits by looking
(`live.watch`), and when it is back each takes it that everything has changed.
"""

from __future__ import annotations

import atexit
import json
import logging
import secrets
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from survey.core.bus import EVERYTHING
from survey.core.bus import FORGET
from survey.core.bus import FORGET_ALL
from survey.core.bus import Bus

log = logging.getLogger("survey")
TOPIC = "doi-thoai"
GATHER = 0.02  # seconds in which what is published goes out as one message
PAUSE = 0.5  # seconds between two tries to reach Redis
QUIET = 1.0  # seconds after which a silent line is looked at
GOODBYE = 1.0  # seconds that a command which ends has for its last message
MOST = 1_000  # names that wait; of more it is said that everything has changed
LONGEST = 200  # characters of a channel's name; longer ones are none of ours
PATIENCE = {"socket_timeout": 5.0, "socket_connect_timeout": 2.0, "health_check_interval": 5}


class SharedBus(Bus):
    """`connected` says whether other processes hear us and we them, right now."""

    shared = True

    def __init__(self, url: str) -> None:
        super().__init__()
        import redis  # noqa: PLC0415 -- an extra: only several processes need it
        from redis.backoff import NoBackoff  # noqa: PLC0415 -- as above
        from redis.retry import Retry  # noqa: PLC0415 -- as above

        once = Retry(NoBackoff(), 0)  # trying again is ours to do: `connected` must be true
        self._redis: Any = redis.Redis.from_url(url, retry=once, **PATIENCE)
        self._trouble = (redis.RedisError, OSError)
        self._me = secrets.token_hex(8)
        self._waiting: set[str] = set()
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._sender: threading.Thread | None = None
        self.connected = self._looked = False

    def publish(self, channels: frozenset[str]) -> None:
        """Tell everybody here, and let the others know; without waiting for anything."""
        self.tell(channels)
        with self._lock:
            self._keep(channels)
            if self._sender is None:
                self._sender = _started(self._say, "bus-out")
                atexit.register(self._flush)
        self._wake.set()

    def listen(self) -> None:
        """Hear the others from now on, in the background, for as long as the process lives."""
        _started(self._hear, "bus-in")

    def _say(self) -> None:
        while True:
            self._wake.wait()
            self._wake.clear()
            time.sleep(GATHER)
            with self._lock:
                channels, self._waiting = self._waiting, set()
            if channels:
                try:
                    self._redis.publish(TOPIC, json.dumps([self._me, sorted(channels)]))
                except self._trouble:  # the others look for themselves meanwhile, and hear it when Redis is back
                    with self._lock:
                        self._keep(channels)
                    time.sleep(PAUSE)
                    self._wake.set()

    def _keep(self, channels: frozenset[str] | set[str]) -> None:
        """Until it is said. What is told for this moment only is lost above `MOST`, that a text was overwritten never is."""
        self._waiting |= channels
        if len(self._waiting) > MOST:
            forgets = any(name.startswith(FORGET) for name in self._waiting)
            self._waiting = {EVERYTHING, FORGET_ALL} if forgets else {EVERYTHING}

    def _flush(self) -> None:
        """A command that wrote and ends at once has still said so."""
        until = time.monotonic() + GOODBYE
        while self._waiting and time.monotonic() < until:
            time.sleep(GATHER)
        time.sleep(2 * GATHER)

    def _hear(self) -> None:
        while True:
            try:
                with self._redis.pubsub(ignore_subscribe_messages=True) as line:
                    line.subscribe(TOPIC)
                    line.get_message(timeout=QUIET)
                    self.connected = True
                    self._look_for_a_disk()
                    self.tell(frozenset({EVERYTHING, FORGET_ALL}))  # whatever was said before we listened
                    while True:
                        message = line.get_message(timeout=QUIET)
                        if message is not None:
                            self._pass_on(message["data"])
            except Exception as error:  # noqa: BLE001 -- a thread that ended would leave us deaf without a word
                if self.connected:
                    log.error("bus: %s", type(error).__name__)
                self.connected = False
                time.sleep(PAUSE)

    def _look_for_a_disk(self) -> None:
        """Say so, once, where this Redis keeps on disk what is for this moment only."""
        if self._looked:
            return
        self._looked = True
        with suppress(*self._trouble):  # whoever runs it may not let us ask
            save, append = (self._redis.config_get(name).get(name) for name in ("save", "appendonly"))
            if save or append == "yes":
                log.warning("REDIS_URL: this Redis writes to disk. Start it with --save '' --appendonly no.")

    def _pass_on(self, data: bytes) -> None:
        """What another process published; a message that is none of ours changes nothing."""
        with suppress(ValueError, TypeError):
            sender, channels = json.loads(data)
            if sender != self._me and _are_names(channels):
                self.tell(frozenset(channels))


def _are_names(channels: Any) -> bool:
    return isinstance(channels, Iterable) and all(isinstance(one, str) and len(one) <= LONGEST for one in channels)


def _started(run: Any, name: str) -> threading.Thread:
    thread = threading.Thread(target=run, name=name, daemon=True)
    thread.start()
    return thread
