"""What a phone keeps for itself, in cookies of the room's path: its ballot, its own questions, what it skipped.

The server reads these lists and stores none of them. Pure functions over the cookies' text.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Collection
from collections.abc import Sequence

BALLOT = "ballot"
MINE = "mine"
SKIPPED = "skipped"
ATTEMPT = "attempt"  # in the session: the secret of the ballot that this phone would get, until it is in
LEFT = "left"  # in the session: what this phone has just left, `list` or `ballot`
KEPT_FOR = 400 * 24 * 3600  # seconds: from early questions to the last day of a box of ideas and of its keys

SECRET = re.compile(r"[A-Za-z0-9_-]{27}")  # `ids.new_token`
CLIENT_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")  # whatever a client calls its ask
MOST_MINE = 40
LARGEST_NUMBER = 8_000  # a cookie holds 4,096 bytes


def read_mine(cookie: str | None) -> list[str]:
    """The client ids of the questions that this phone asked, oldest first."""
    return [part for part in (cookie or "").split(".") if CLIENT_ID.fullmatch(part)][-MOST_MINE:]


def write_mine(client_ids: Sequence[str]) -> str:
    """The cookie that `read_mine` reads; the oldest fall out."""
    return ".".join(list(dict.fromkeys(client_ids))[-MOST_MINE:])


def read_skipped(cookie: str | None) -> frozenset[int]:
    """The numbers of the questions that this phone passed over."""
    try:
        bits = base64.urlsafe_b64decode((cookie or "") + "=" * (-len(cookie or "") % 4))
    except (binascii.Error, ValueError):
        return frozenset()
    return frozenset(
        index * 8 + bit for index, byte in enumerate(bits[: LARGEST_NUMBER // 8]) for bit in range(8) if byte >> bit & 1
    )


def write_skipped(numbers: Collection[int]) -> str:
    """The cookie that `read_skipped` reads: one bit a question."""
    known = [number for number in numbers if 0 <= number < LARGEST_NUMBER]
    bits = bytearray(max(known, default=-1) // 8 + 1)
    for number in known:
        bits[number // 8] |= 1 << number % 8
    return base64.urlsafe_b64encode(bits).decode().rstrip("=")
