"""Limits by ballot, and a ceiling for each address where there is no ballot yet. In memory only, hashed, never logged.

350 phones of a hall share one address, so ceilings by address are sized for a hall and never lock it out.
"""

from __future__ import annotations

import ipaddress
import secrets
import time

from flask import Flask
from flask import g
from flask import request
from flask_limiter import Limiter
from limits import RateLimitItemPerSecond

from survey.core.errors import TooMany
from survey.core.ids import mark

_KEY = secrets.token_bytes(32)  # made at start: yesterday's marks mean nothing today


def by_ballot() -> str:
    """The ballot of the request under a key that dies with the process; the address where there is none."""
    ballot = getattr(g, "ballot", None)
    return mark(_KEY, "ballot", ballot).hex() if ballot else by_address()


def by_address() -> str:
    """The network address under a key that dies with the process; of IPv6 the network, which is one subscriber."""
    return mark(_KEY, "address", network(request.remote_addr or "")).hex()


def network(address: str) -> str:
    """An IPv4 address as it is, the /64 of an IPv6 address: whoever has one has all 2^64 of it."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    return str(parsed.ipv4_mapped or ipaddress.ip_network((parsed, 64), strict=False))


limiter = Limiter(key_func=by_ballot, storage_uri="memory://", headers_enabled=False, strategy="fixed-window")


def check(purpose: str, who: str, most: int, seconds: int, refusal: str, /, **params: object) -> None:
    """Raise `TooMany` with `refusal` where `who` has spent `most` in this window of `seconds`; spends nothing."""
    item = RateLimitItemPerSecond(most, seconds)
    if most <= 0 or not limiter.limiter.test(item, purpose, who):
        left = limiter.limiter.get_window_stats(item, purpose, who).reset_time - time.time()
        raise TooMany(refusal, max(1, int(left)), **params)


def spend(purpose: str, who: str, most: int, seconds: int) -> None:
    """Count one act of `who`, after it was done: an act that changed nothing costs nothing."""
    limiter.limiter.hit(RateLimitItemPerSecond(most, seconds), purpose, who)


def init_app(app: Flask) -> None:
    """Attach the limiter; without a `@limiter.limit` a view has none."""
    limiter.init_app(app)
