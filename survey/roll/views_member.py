"""The member's side of the roll: opening a personal link, which is free, and the page of the own place.

Whose place it is stands here, because this is the roll's side; of the room there is nothing here but its address.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response
from flask import g
from flask import make_response
from flask import render_template
from flask import request
from flask import session
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError

from survey.core.clock import now
from survey.core.errors import DomainError
from survey.core.errors import Invalid
from survey.core.errors import NoSeat
from survey.core.errors import TooMany
from survey.core.ids import new_token
from survey.core.text import N_
from survey.dialogues import entry
from survey.organisations import units
from survey.roll import inside
from survey.roll import issuing
from survey.roll import seats
from survey.roll.models import Member
from survey.roll.models import Roll
from survey.roll.phases import WHY_NOT
from survey.roll.phases import Phase
from survey.roll.phases import phase
from survey.roll.views import blueprint
from survey.web import errors
from survey.web import guard
from survey.web import guesses
from survey.web import limits
from survey.web import qr
from survey.web import store
from survey.web.guard import on_roll
from survey.web.htmx import json_answer
from survey.web.htmx import see_other
from survey.web.htmx import sent
from survey.web.htmx import wants_json
from survey.web.limits import limiter
from survey.web.session import is_secure

LONGEST = 400  # a whole link may be pasted where the typed code belongs
MOST_WRONG, WINDOW = 2_000, 3600  # typed codes that nobody has, of one dialogue from wherever they come
_CROWDED = N_("Đối thoại này vừa nhận quá nhiều mã sai. Hãy mở bằng đường dẫn, hoặc đến Bàn đón.")
_NOTHING_TO_OPEN = frozenset({Phase.NONE, Phase.GONE, Phase.CLOSED})


@blueprint.get("/m/<code>")
@on_roll
def member(code: str) -> Response:
    """The own place for who has opened a link here; else the box for the typed code, or the way out of an app."""
    try:
        guard.require("seat", {"code": g.dialogue.code})
    except NoSeat:
        return outside()
    return place()


@blueprint.post("/m/<code>/session")
@limiter.limit("6000 per hour", key_func=limits.by_address)
@on_roll
def open_link(code: str) -> Response:
    """Take a personal link or its typed twin, as often as anybody likes: nothing is bound by it."""
    try:
        found = _who()
    except DomainError as error:
        return refused(error, outside)
    if session.get("member") != found.id:
        session.pop("asked", None)
    session.permanent = True  # the place will be bound to what this cookie holds
    session.update(member=found.id, epoch=found.epoch, phone=session.get("phone") or new_token())
    if sent("stay"):
        session["stays"] = True  # inside this app, which is a full answer
    return back({"opened": True})


@blueprint.post("/m/<code>/session/withdrawal")
@on_roll
def close_link(code: str) -> Response:
    """Forget here whose place it is: a borrowed phone. What binds the place stays, so that the link opens it again."""
    for name in ("member", "epoch", "asked", "stays"):
        session.pop(name, None)
    return back({"opened": False})


@blueprint.get("/m/<code>/<any(session,second,credential,claim):act>")
@on_roll
def again(code: str, act: str) -> Response:
    """Where a form was answered with a page: who loads it anew, or changes the language there, comes to the place."""
    query = f"?{request.query_string.decode(errors='replace')}" if request.query_string else ""
    return see_other(f"/m/{g.dialogue.code}{query}")


@blueprint.errorhandler(NoSeat)
def no_seat(error: NoSeat) -> Response:
    """Somebody came without a link, or with one that was made anew since."""
    return errors.answer(error.status, error.token, errors.sentence(error)) if wants_json() else outside(error)


@blueprint.errorhandler(CSRFError)
def stale(_error: CSRFError) -> Response:
    """The page lay open too long, or its cookie is gone: a typed code comes back with a fresh token."""
    if request.endpoint != f"roll.{open_link.__name__}" or wants_json():
        return errors.answer(400, "csrf", _(errors.STALE))
    try:
        guard.require("roll", request.view_args or {})  # refused before the guard looked
    except DomainError:  # an error handler must not raise: nobody would catch it
        return errors.answer(400, "csrf", _(errors.STALE))
    answer = outside(Invalid(errors.STALE))
    answer.status_code = 400
    return answer


def _who() -> Member:
    """Whose link or typed code was sent. Raises the one refusal where it is nobody's, whatever is wrong with it."""
    typed, token = field("twin"), field("token")
    if "#" in typed:
        token = token or typed.rpartition("#")[2]
    found = issuing.by_link(store.roll_reading(), g.dialogue.id, token) if token else _typed(typed)
    if found is None:
        guesses.missed()
        raise issuing.refuse_unknown()
    # A link cannot be guessed, so it proves that somebody here belongs to this dialogue; a typed code may be a hit.
    (guesses.welcome if token else guesses.found)(g.dialogue.id)
    return found


def _typed(typed: str) -> Member | None:
    if not typed or not twins():
        return None
    limits.check("twin", g.dialogue.id, MOST_WRONG, WINDOW, _CROWDED)
    key = store.keys().get(g.dialogue.id, "link")
    found = issuing.by_twin(store.roll_reading(), key, g.dialogue.id, typed)
    if found is None:
        limits.spend("twin", g.dialogue.id, MOST_WRONG, WINDOW)
    return found


def field(name: str, longest: int = LONGEST) -> str:
    """A field of the form without what cannot be hashed or stored: the halves of signs that JSON may hold."""
    return sent(name).encode("utf-8", "ignore").decode().replace("\0", "").strip()[:longest]


def twins() -> bool:
    """Whether typed codes can still be told from others."""
    return store.keys().exists(g.dialogue.id, "link")


def roll() -> Roll | None:
    """The roll of this dialogue."""
    return store.roll_reading().get(Roll, g.dialogue.id)


def stands() -> Phase:
    """Whether ballots are handed out now."""
    there = all(store.keys().exists(g.dialogue.id, purpose) for purpose in ("weak", "pass", "link"))
    return phase(roll(), now(), enterable=entry.is_enterable(g.dialogue), keys=there)


def own() -> seats.Place:
    """The place of who opened a link here."""
    asked = session.get("asked") == g.member_id
    return seats.see(store.roll_reading(), g.dialogue.id, g.member_id, g.phone, asked=asked)


def outside(error: DomainError | None = None) -> Response:
    """The page of a browser that has opened no link."""
    around, found = inside.app_around(request.headers.get("User-Agent", "")), stands()
    leave = around is not None and error is None and found not in _NOTHING_TO_OPEN
    template = "roll/m_outside.html" if leave else "roll/m_open.html"
    return page(template, error, around=around, typed=field("twin")[:80] if error else "", phase=found, twins=twins())


def place(error: DomainError | None = None) -> Response:
    """The page of the own place, as it stands now."""
    return page("roll/m_seat.html", error, phase=stands(), **of_member())


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
