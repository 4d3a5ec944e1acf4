"""The booth: one device for many people, one after the other. Who sits there now stands in its session and nowhere else.

Nothing is put into the browser's storage, no other cookie is set, and every page is one address that no cache keeps. After
a while without a sign of life the next look at the booth finds the seat empty. A form that comes late out of the same seat
is still theirs, for half an hour more: somebody slow loses neither the text nor the seat, as long as nobody else has looked
or sat down. After that nobody knows who sends it: it does nothing, the seat is free, and a text goes back onto the page.
"""

from __future__ import annotations

from typing import Any

from flask import g
from flask import session

from survey.core.clock import now
from survey.core.ids import new_id
from survey.room import queries as ballots
from survey.web import store

SEAT = "booth"  # in the session: the secret of the ballot, until when, and what was typed and not sent
IDLE = 300  # seconds after the last sign of life of the page's script, which itself leaves sooner
QUIET = 1800  # seconds for a browser without scripts: there nothing tells reading and typing from an empty chair
LATE = 1800  # seconds after the seat's time in which a form of its page is still taken for theirs
LEFT = "left"  # in the session, until the next page shows it: a text that came too late to be anybody's
_OF_THE_SEAT = frozenset({"secret", "site", "id", "scripted"})


def seated() -> dict[str, Any] | None:
    """Who sits here: their ballot is this request's; None and an empty session where nobody does any more."""
    seat: dict[str, Any] = session.get(SEAT) or {}
    return _taken(seat, seat.get("until", 0) > now().timestamp())


def still(marked: str | None, text: str = "") -> dict[str, Any] | None:
    """The same for a form that this seat's page sent, up to `LATE` after its time; None for a page of who sat here before.

    One that comes later still frees the seat; its `text` is kept for `left`.
    """
    seat: dict[str, Any] = session.get(SEAT) or {}
    if seat and marked is not None and marked != seat.get("id"):
        return None
    found = _taken(seat, seat.get("until", 0) + LATE > now().timestamp())
    if seat and found is None and text.strip():
        session[LEFT] = text
    return found


def left() -> str:
    """The text that came too late, once: the page that shows it is the only place where it is."""
    return str(session.pop(LEFT, ""))


def _taken(seat: dict[str, Any], there: bool) -> dict[str, Any] | None:
    ballot = ballots.ballot_of(store.reading(), g.dialogue.id, seat["secret"]) if there else None
    if ballot is None:
        if seat:
            clear()
        return None
    g.ballot = ballot
    return dict(seat)


def sit(secret: str, site: int | None) -> None:
    """Somebody sits down with this ballot."""
    clear()
    session[SEAT] = _until({"secret": secret, "site": site, "id": new_id()})


def keep(**more: Any) -> None:
    """A sign of life, and what has to be shown on the next page."""
    kept = {name: value for name, value in session[SEAT].items() if name in _OF_THE_SEAT}
    session[SEAT] = _until({**kept, **more})


def live(*, scripted: bool = False) -> None:
    """A sign of life that changes nothing of what is shown; `scripted` when the page's script gives it."""
    session[SEAT] = _until({**session[SEAT], **({"scripted": True} if scripted else {})})


def clear() -> None:
    """Nobody sits here, and nothing is left of who did."""
    session.clear()


def _until(seat: dict[str, Any]) -> dict[str, Any]:
    return {**seat, "until": int(now().timestamp()) + (IDLE if seat.get("scripted") else QUIET)}
