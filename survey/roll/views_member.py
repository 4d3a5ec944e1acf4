"""The member's side of the roll: opening a personal link, which is free, and the page of the own place.

Whose place it is stands here, because this is the roll's side; of the room there is nothing here but its address.
"""

from __future__ import annotations

from flask import Response
from flask import g
from flask import request
from flask import session
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError

from survey.core.errors import DomainError
from survey.core.errors import Invalid
from survey.core.errors import NoSeat
from survey.core.ids import new_token
from survey.core.text import N_
from survey.roll import issuing
from survey.roll.models import Member
from survey.roll.views import blueprint
from survey.roll.views_frame import back
from survey.roll.views_frame import field
from survey.roll.views_frame import outside
from survey.roll.views_frame import place
from survey.roll.views_frame import refused
from survey.roll.views_frame import twins
from survey.web import errors
from survey.web import guard
from survey.web import guesses
from survey.web import limits
from survey.web import store
from survey.web.guard import on_roll
from survey.web.htmx import see_other
from survey.web.htmx import sent
from survey.web.htmx import wants_json
from survey.web.limits import limiter

MOST_WRONG, WINDOW = 2_000, 3600  # typed codes that nobody has, of one dialogue from wherever they come
_CROWDED = N_("Đối thoại này vừa nhận quá nhiều mã sai. Hãy mở bằng đường dẫn, hoặc đến Bàn đón.")


@blueprint.get("/m/<code>")
@on_roll
def member(code: str) -> Response:
    """The own place for who has opened a link here; else the box for the typed code, or the way out of an app."""
    try:
        guard.require("seat", {"code": g.dialogue.code})
    except NoSeat:
        return outside(stale="member" in session)
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
    forget_seat()
    return back({"opened": False})


def forget_seat() -> None:
    """This browser knows no place any more."""
    for name in ("member", "epoch", "asked", "stays"):
        session.pop(name, None)


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
