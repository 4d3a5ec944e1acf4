"""The pages of the member's side of the roll, and what all their views need."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

from flask import Response
from flask import g
from flask import make_response
from flask import render_template
from flask import request
from flask import session

from survey.core.clock import now
from survey.core.errors import DomainError
from survey.core.errors import TooMany
from survey.dialogues import entry
from survey.organisations import units
from survey.roll import inside
from survey.roll import issuing
from survey.roll import seats
from survey.roll.models import Roll
from survey.roll.phases import WHY_NOT
from survey.roll.phases import Phase
from survey.roll.phases import phase
from survey.web import errors
from survey.web import qr
from survey.web import store
from survey.web.htmx import json_answer
from survey.web.htmx import see_other
from survey.web.htmx import sent
from survey.web.htmx import wants_json
from survey.web.session import is_secure

LONGEST = 400  # a whole link may be pasted where the typed code belongs
_NOTHING_TO_OPEN = frozenset({Phase.NONE, Phase.GONE, Phase.CLOSED})


def field(name: str, longest: int = LONGEST) -> str:
    """A field of the form without what cannot be hashed or stored: the halves of signs that JSON may hold."""
    return sent(name).encode("utf-8", "ignore").decode().replace("\0", "").strip()[:longest]


def twins() -> bool:
    """Whether typed codes can still be told from others."""
    return store.keys().exists(g.dialogue.id, "link")


def roll() -> Roll | None:
    """The roll of this dialogue."""
    return store.roll_reading().get(Roll, g.dialogue.id)


def stands(known: Roll | None = None) -> Phase:
    """Whether ballots are handed out now; `known` is the roll, for who has read it already."""
    needed = (entry.issue_purpose(g.dialogue.key_epoch),) if entry.is_strong(g.dialogue) else ("weak", "pass")
    there = all(store.keys().exists(g.dialogue.id, purpose) for purpose in (*needed, "link"))
    return phase(known or roll(), now(), enterable=entry.is_enterable(g.dialogue), keys=there)


def own() -> seats.Place:
    """The place of who opened a link here."""
    asked = session.get("asked") == g.member_id
    return seats.see(store.roll_reading(), g.dialogue.id, g.member_id, g.phone, asked=asked)


def outside(error: DomainError | None = None, *, stale: bool = False) -> Response:
    """The page of a browser that has opened no link, or one that is dead since (`stale`)."""
    around, found = inside.app_around(request.headers.get("User-Agent", "")), stands()
    leave = around is not None and error is None and found not in _NOTHING_TO_OPEN
    template = "roll/m_outside.html" if leave else "roll/m_open.html"
    typed = field("twin")[:80] if error else ""
    return page(template, error, around=around, typed=typed, phase=found, twins=twins(), stale=stale)


def place(error: DomainError | None = None) -> Response:
    """The page of the own place, as it stands now."""
    return page("roll/m_seat.html", error, phase=stands(), **of_member(), **_for_signing())


def _for_signing() -> dict[str, str]:
    """What the phone needs to make its request: the key, and where it keeps the seed of this place and no other's."""
    key = g.dialogue.issue_key if entry.is_strong(g.dialogue) else None
    if not key:
        return {}
    slot = issuing.slot(g.phone, g.member_id, g.dialogue.key_epoch)
    return {"key": base64.b64encode(key).decode(), "slot": slot}


def of_member() -> dict[str, Any]:
    """The place and the names of its units."""
    names, found = units.names(store.reading(), g.dialogue.organisation_id), own()
    further = sorted(names[unit] for unit in found.further if unit in names)
    return {"place": found, "unit": names.get(found.unit_id or "", ""), "further": further}


def page(template: str, error: DomainError | None, **context: Any) -> Response:
    """A page of the member's side, with the sentence of a refusal where there is one."""
    frame = {
        "dialogue": g.dialogue, "base": f"/m/{g.dialogue.code}", "room": f"{room_host()}/d/{g.dialogue.code}",
        "roll": roll(), "secure": is_secure(), "weak": store.keys().exists(g.dialogue.id, "weak"),
        "strong": entry.is_strong(g.dialogue),
        "error": errors.sentence(error) if error else "", "why": WHY_NOT.get(context.get("phase", Phase.OPEN)),
    }  # fmt: skip
    answer = make_response(render_template(template, **frame, **context), error.status if error else 200)
    if isinstance(error, TooMany):
        answer.headers["Retry-After"] = str(error.retry_after)
    return answer


def refused(error: DomainError, again: Callable[[DomainError], Response]) -> Response:
    """The page again with the sentence, what was typed kept; programs get their JSON."""
    if wants_json():
        raise error
    return again(error)


def back(said: dict[str, object]) -> Response:
    """To the own place, or JSON for programs."""
    base = f"/m/{g.dialogue.code}"
    return json_answer({**said, "url": base}) if wants_json() else see_other(base)


def room_host() -> str:
    """Where the room is, when the roll stands on a host of its own; else nothing."""
    return qr.public_base() if store.settings().roll_url else ""
