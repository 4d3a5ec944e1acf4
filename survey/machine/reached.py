"""Whether a phone reaches us: a random address that is good once, shown as a QR code, and what came of it.

Nothing is kept about the phone: only that one came, from the network of whoever asked or from another, and only in memory.
The address carries all that is needed to know it again, sealed under the key that all processes share, so that any of them
can answer; the bus tells the others.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import ipaddress
import secrets
import threading
import time

from survey.core.bus import Bus
from survey.web.limits import network

GOOD_FOR = 60 * 60  # seconds for an address
HOLDS_FOR = 12 * 60 * 60  # seconds for what was found
CHANNEL = "reached:"
OUTSIDE, INSIDE = "outside", "inside"
_TIME, _NONCE, _PLACE, _MAC = 5, 9, 8, 16  # bytes


class Reached:
    """Addresses of this installation, and from where phones opened them."""

    def __init__(self, key: bytes, bus: Bus) -> None:
        self._key = hmac.digest(key, b"reached", "sha256")
        self._bus = bus
        self._lock = threading.Lock()
        self._spent: dict[str, float] = {}
        self._came: dict[str, float] = {}

    def token(self, asker: str) -> str:
        """An address for whoever asks from the network address `asker`."""
        content = int(time.time()).to_bytes(_TIME, "big") + secrets.token_bytes(_NONCE) + self._place(asker)
        return base64.urlsafe_b64encode(content + self._mac(content)).decode().rstrip("=")

    def visit(self, token: str, visitor: str) -> str | None:
        """Spend it: `OUTSIDE` or `INSIDE`; None for one that is not ours, too old or spent."""
        content = self._opened(token)
        if content is None:
            return None
        name = hashlib.sha256(content).hexdigest()[:32]
        how = self._whence(content[_TIME + _NONCE :], visitor)
        if not self._spend(name):
            return None
        self._bus.publish(frozenset({f"{CHANNEL}{how}:{name}"}))
        return how

    def hear(self, channels: frozenset[str]) -> None:
        """A phone came, here or to another process."""
        for channel in channels:
            how, _, name = channel.removeprefix(CHANNEL).partition(":")
            if channel.startswith(CHANNEL) and how in {OUTSIDE, INSIDE}:
                self._spend(name)
                self._came[how] = time.monotonic()

    def came(self) -> str | None:
        """From where a phone came within the last hours; from another network is the better news. None: none came."""
        now = time.monotonic()
        return next((how for how in (OUTSIDE, INSIDE) if now - self._came.get(how, -HOLDS_FOR) < HOLDS_FOR), None)

    def _spend(self, name: str) -> bool:
        """Whether it was still there; forgets those that are too old to be shown again."""
        now = time.monotonic()
        with self._lock:
            self._spent = {one: until for one, until in self._spent.items() if until > now}
            fresh = name not in self._spent
            self._spent.setdefault(name, now + 2 * GOOD_FOR)
        return fresh

    def _opened(self, token: str) -> bytes | None:
        try:
            raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            return None
        content, mac = raw[:-_MAC], raw[-_MAC:]
        if len(content) != _TIME + _NONCE + _PLACE or not hmac.compare_digest(mac, self._mac(content)):
            return None
        return content if abs(time.time() - int.from_bytes(content[:_TIME], "big")) < GOOD_FOR else None

    def _whence(self, place: bytes, visitor: str) -> str:
        """A phone in the hall's own network has a private address, or the one that the asker's shows as well."""
        try:
            address = ipaddress.ip_address(visitor)
        except ValueError:
            return INSIDE
        address = getattr(address, "ipv4_mapped", None) or address
        return OUTSIDE if address.is_global and not hmac.compare_digest(place, self._place(visitor)) else INSIDE

    def _place(self, address: str) -> bytes:
        """A network under the key: says nothing to whoever reads the address, and is the same for the same network."""
        return hmac.digest(self._key, b"place\0" + network(address).encode(), "sha256")[:_PLACE]

    def _mac(self, content: bytes) -> bytes:
        return hmac.digest(self._key, b"token\0" + content, "sha256")[:_MAC]
