"""Guessing join codes and links: an address that misses too often is told no more, except of the rooms of its own hall.

In memory only and hashed, like every limit here. 350 phones of a hall share one address and some mistype, so the ceiling
is high; and where somebody goes on guessing from that hall, the room that others entered from there stays open to all.
"""

from __future__ import annotations

from limits import RateLimitItemPerSecond

from survey.core.text import N_
from survey.web import limits

MOST_MISSES, WINDOW = 600, 600  # unknown codes and links of one address in so many seconds
A_DAY_IN_THE_HALL = RateLimitItemPerSecond(1, 12 * 3600)
REFUSAL = N_("Mạng này vừa gửi quá nhiều mã không đúng. Hãy đợi vài phút rồi thử lại, hoặc dùng mạng khác.")


def missed() -> None:
    """Count a code or a link that nobody has. Raises `TooMany`."""
    limits.check("guess", limits.by_address(), MOST_MISSES, WINDOW, REFUSAL)
    limits.spend("guess", limits.by_address(), MOST_MISSES, WINDOW)


def found(place: str) -> None:
    """A phone without a ballot named `place` rightly. Raises `TooMany` where it may be a guess that hit."""
    if not _is_own(place):
        limits.check("guess", limits.by_address(), MOST_MISSES, WINDOW, REFUSAL)
        welcome(place)


def welcome(place: str) -> None:
    """Somebody at this address belongs to `place`: for half a day its code is no secret there."""
    limits.ask(lambda counts: counts.hit(A_DAY_IN_THE_HALL, "hall", *_who(place)))


def _is_own(place: str) -> bool:
    return not limits.ask(lambda counts: counts.test(A_DAY_IN_THE_HALL, "hall", *_who(place)))


def _who(place: str) -> tuple[str, str]:
    """Address and place, neither of them readable where they are counted."""
    return limits.by_address(), limits.hidden(place)
