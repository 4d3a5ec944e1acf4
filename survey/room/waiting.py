"""Whoever waits at the gate, and whoever has not come in yet, as far as their browser knows."""

from __future__ import annotations

from flask import Response
from flask import g
from flask import request
from flask import session

from survey.dialogues import entry
from survey.dialogues.state import State
from survey.web.session import tree_of

WAITS = "waits"  # in the session: this browser brought a good credential and may read; nothing about which
_READING = frozenset({"GET", "HEAD"})
_LEAVING = "room.leaving"
_UNMARKED = frozenset({"pages.show", "pages.box_page", "pages.who", "room.arrive", "room.key_page"})


def waits() -> bool:
    """Whether this browser waits at the gate of a room that is open; then it may read what who is in may read."""
    return g.ballot is None and g.dialogue.state == State.LIVE and bool(session.get(WAITS))


def writes_into_the_box() -> bool:
    """Whether what this phone wants to write goes into the ballot box: nobody is in a room of blind-signed ballots yet."""
    return g.ballot is None and entry.is_strong(g.dialogue) and g.dialogue.state == State.COLLECTING


def unmarked(answer: Response) -> Response:
    """No cookie for a phone that is not in: one from the hour of its issue would still be on it when it enters.

    What it reads before has no form that would need one; where cards are good too, their own pages do.
    """
    known = g.get("dialogue")
    if known is None or request.method not in _READING or not entry.is_strong(known) or tree_of(request.path) != "d":
        return answer
    reads = request.endpoint in _UNMARKED or not entry.by_tickets(known)
    if reads and g.get("ballot") is None and request.endpoint != _LEAVING and not waits():
        answer.keeps_cookies_out = True  # type: ignore[attr-defined]  # see web.session
    return answer
