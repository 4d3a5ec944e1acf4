"""Limits by ballot, and a ceiling for each address where there is no ballot yet. In memory only, hashed, never logged.

350 phones of a hall share one address, so ceilings by address are sized for a hall and never lock it out.
"""

from __future__ import annotations

import ipaddress
import secrets
import time
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from flask import Flask
from flask import current_app
from flask import g
from flask import request
from flask_limiter import Limiter
from limits import RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter
from limits.strategies import RateLimiter

from survey.core.errors import TooMany
from survey.core.ids import mark

T = TypeVar("T")
_OWN = secrets.token_bytes(32)  # made at start: yesterday's marks mean nothing today
_REDIS = {"socket_timeout": 0.5, "socket_connect_timeout": 0.5}  # seconds; nobody is kept waiting for a count
AWAY = 5.0  # seconds for which a store that did not answer is not asked again


def by_ballot() -> str:
    """The ballot of the request under a key of limits alone; the address where there is none."""
    ballot = getattr(g, "ballot", None)
    return mark(_key(), "ballot", ballot).hex() if ballot else by_address()


def by_address() -> str:
    """The network address under the same key; of IPv6 the network, which is one subscriber."""
    return mark(_key(), "address", network(request.remote_addr or "")).hex()


def network(address: str) -> str:
    """An IPv4 address as it is, the /64 of an IPv6 address: whoever has one has all 2^64 of it."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    return str(parsed.ipv4_mapped or ipaddress.ip_network((parsed, 64), strict=False))


limiter = Limiter(
    key_func=by_ballot, headers_enabled=False, strategy="fixed-window", in_memory_fallback_enabled=True,
    key_prefix="doi-thoai",
)  # fmt: skip
_alone = FixedWindowRateLimiter(MemoryStorage())  # counts while the shared store is away
_away_until = 0.0
MOVED = 30.0  # seconds between the clock of the wall and one that never moves, from which on somebody has set it
_apart = time.time() - time.monotonic()


def check(purpose: str, who: str, most: int, seconds: int, refusal: str, /, **params: object) -> None:
    """Raise `TooMany` with `refusal` where `who` has spent `most` in this window of `seconds`; spends nothing."""
    item, who = RateLimitItemPerSecond(most, seconds), hidden(who)
    if most <= 0 or not ask(lambda counts: counts.test(item, purpose, who)):
        left = ask(lambda counts: counts.get_window_stats(item, purpose, who)).reset_time - time.time()
        raise TooMany(refusal, max(1, int(left)), **params)


def spend(purpose: str, who: str, most: int, seconds: int) -> None:
    """Count one act of `who`, after it was done: an act that changed nothing costs nothing."""
    item, who = RateLimitItemPerSecond(most, seconds), hidden(who)
    ask(lambda counts: counts.hit(item, purpose, who))


def ask(act: Callable[[RateLimiter], T]) -> T:
    """Do it with the counts that all processes share, or for a while with our own where those do not answer."""
    global _away_until  # noqa: PLW0603 - one store a process
    _begin_anew_if_moved()
    if time.monotonic() >= _away_until:
        try:
            return act(limiter.limiter)
        except Exception:  # noqa: BLE001 - whatever a store raises, nobody is refused for it
            _away_until = time.monotonic() + AWAY
    return act(_alone)


def _begin_anew_if_moved() -> None:
    """Counts in memory end by the clock of the wall: were it set back by a day, whoever is refused now would be for a day."""
    global _apart  # noqa: PLW0603 - as above
    apart = time.time() - time.monotonic()
    if abs(apart - _apart) > MOVED:
        _apart = apart
        for counts in (limiter.limiter, _alone):
            if isinstance(counts.storage, MemoryStorage):
                counts.storage.reset()


def _key() -> bytes:
    """Known to all processes where they share their counts, else it dies with this one."""
    key: bytes = current_app.extensions["limits_key"]
    return key


def hidden(who: str) -> str:
    """What is counted, as the shared store may see it."""
    return mark(_key(), "who", who).hex()


def init_app(app: Flask, redis_url: str | None = None) -> None:
    """Attach the limiter; without a `@limiter.limit` a view has none.

    With a `redis_url` all processes count together, under a key made of the one that signs their sessions.
    """
    secret: bytes = app.config["SECRET_KEY"]
    app.extensions["limits_key"] = mark(secret, "limits") if redis_url else _OWN
    app.config["RATELIMIT_STORAGE_URI"] = redis_url or "memory://"
    app.config["RATELIMIT_STORAGE_OPTIONS"] = _REDIS if redis_url else {}
    limiter.init_app(app)
    # It would look at each request for limits of the whole application, of which there are none: ours are checked by the
    # views that they stand on. Measured: a twentieth of what a page costs.
    app.before_request_funcs[None].remove(limiter._check_request_limit)
    # After each request it would look for headers to write and for limits that hang on the answer: we have neither.
    hooks = app.after_request_funcs[None]
    hooks[:] = [hook for hook in hooks if not (isinstance(hook, partial) and hook.args == (limiter,))]
