"""The booth: one device for many people, one after the other. Who sits there now stands in its session and nowhere else.

Nothing is put into the browser's storage, no other cookie is set, every page is one address that no cache keeps, and after
a while without a sign of life the seat is empty for the server, whatever the browser still shows.
"""

from __future__ import annotations

from typing import Any

from flask import g
from flask import session

from survey.core.clock import now
from survey.room import queries as ballots
from survey.web import store

SEAT = "booth"  # in the session: the secret of the ballot, until when, and what was typed and not sent
IDLE = 300  # seconds; the page's script is quicker, this is for a browser without one


def seated() -> dict[str, Any] | None:
    """Who sits here: their ballot is this request's; None and an empty session where nobody does any more."""
    seat: dict[str, Any] = session.get(SEAT) or {}
    in_time = seat.get("until", 0) > now().timestamp()
    ballot = ballots.ballot_of(store.reading(), g.dialogue.id, seat["secret"]) if in_time else None
    if ballot is None:
        if seat:
            clear()
        return None
    g.ballot = ballot
    return dict(seat)


def sit(secret: str, site: int | None) -> None:
    """Somebody sits down with this ballot."""
    clear()
    session[SEAT] = {"secret": secret, "site": site, "until": _later()}


def keep(**more: Any) -> None:
    """A sign of life, and what has to be shown on the next page."""
    kept = {name: value for name, value in session[SEAT].items() if name in {"secret", "site"}}
    session[SEAT] = {**kept, "until": _later(), **more}


def clear() -> None:
    """Nobody sits here, and nothing is left of who did."""
    session.clear()


def _later() -> int:
    return int(now().timestamp()) + IDLE
