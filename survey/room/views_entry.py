"""Views of `room`: in by the code, by a card, by a pass of the roll's side. Looking at a card spends nothing.

A refused form comes back with what was typed; each refusal says what to do, and where somebody helps (Bàn đón).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from flask import Response
from flask import g
from flask import make_response
from flask import render_template
from flask import request
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError

from survey.core.clock import local
from survey.core.clock import now
from survey.core.errors import Conflict
from survey.core.errors import DomainError
from survey.core.errors import Invalid
from survey.core.errors import NotNow
from survey.core.errors import TooMany
from survey.dialogues import entry
from survey.room import service
from survey.room import tickets
from survey.room import views_credential
from survey.room import views_pass
from survey.room.entering import REFUSALS
from survey.room.entering import attempted
from survey.room.entering import brings_card
from survey.room.entering import code_in
from survey.room.entering import counted
from survey.room.entering import enter_from_here
from survey.room.entering import entry_attempt
from survey.room.entering import key
from survey.room.entering import stuck
from survey.room.entering import ways_in
from survey.room.views import blueprint
from survey.room.views_pass import base
from survey.room.views_pass import entered
from survey.web import errors
from survey.web import guard
from survey.web import limits
from survey.web import store
from survey.web.guard import with_code
from survey.web.htmx import see_other
from survey.web.htmx import sent
from survey.web.htmx import wants_json
from survey.web.limits import limiter
from survey.web.origin import proved_by

ENTRY = "/d/<code>/entry"
PROOFS = ("ticket", "pass", "sig")  # what nobody can guess needs no limit
SHOWN = 2_000  # characters of what was typed that are shown again


@blueprint.app_context_processor
def _for_pages() -> dict[str, Callable[[], object]]:
    here = {"entry_attempt": entry_attempt, "ways_in": ways_in, "seat_url": views_pass.seat_url}
    return {**here, "roll_apart": views_pass.roll_apart, "key_mark": views_credential.key_mark}


@blueprint.get(ENTRY)
@with_code
def card(code: str) -> Response:
    """What the card in `?ticket=` is good for, and the button that spends it; without a card the box for its code."""
    typed = request.args.get("ticket", "")
    if not typed and (g.ballot or not entry.by_tickets(g.dialogue)):
        return see_other(base())
    try:
        key("pass")  # without it the button would say that issuing is over
        if not typed:
            service.check_cards(g.dialogue)
            return _page()
        service.check_card(store.reading(), key("ticket"), g.dialogue, code_in(typed), attempted())
    except DomainError as error:
        return see_other(base()) if g.ballot else _page(counted(error, typed), typed, 200)
    return _kept(typed, 200) if g.ballot else _page(typed=typed, good=True)


@blueprint.post(ENTRY)
@limiter.limit("6000 per hour", key_func=limits.by_address, exempt_when=lambda: any(map(sent, PROOFS)))
@proved_by("pass", "sig", but="replace")
@with_code
def enter(code: str) -> Response:
    """A ballot for a phone that has none, by whichever way this dialogue has; who is in already stays who they are."""
    if sent("pass"):
        return views_pass.enter_by_pass(sent("pass"))
    if sent("sig"):
        return views_credential.enter_by_credential()
    if g.ballot:
        return _with_a_second_card(sent("ticket")) if sent("ticket") else entered(None)
    try:
        return entered(enter_from_here())
    except REFUSALS as error:
        if wants_json() or not brings_card():
            raise
        return _page(error, sent("ticket"))


@blueprint.errorhandler(CSRFError)
def stale(_error: CSRFError) -> Response:
    """The page lay open too long (or its cookie is gone): a typed code comes back with a fresh token."""
    text = _(errors.STALE)
    if request.endpoint != f"room.{enter.__name__}" or not sent("ticket") or wants_json():
        return errors.answer(400, "csrf", text)
    try:
        guard.require("code", request.view_args or {})  # refused before the guard looked
    except DomainError:  # an error handler must not raise: nobody would catch it
        return errors.answer(400, "csrf", text)
    return _page(Invalid(errors.STALE), sent("ticket"), 400)


def _with_a_second_card(typed: str) -> Response:
    """A phone that is in: it never spends a card, and is told so where the card was still good."""
    try:
        service.check_card(store.reading(), key("ticket"), g.dialogue, code_in(typed))
    except DomainError:
        return entered(None)
    if wants_json():
        raise Conflict(tickets.KEPT)
    return _kept(typed, 409)


def _page(error: DomainError | None = None, typed: str = "", status: int = 0, *, good: bool = False) -> Response:
    page = render_template(
        "room/card.html", dialogue=g.dialogue, base=base(), typed=typed[:SHOWN], good=good,
        error=errors.sentence(error) if error else "", again=isinstance(error, Invalid | TooMany),
        early=isinstance(error, NotNow) and entry.is_early(g.dialogue), cards=entry.by_tickets(g.dialogue),
        stuck=stuck(), opens=_opens(),
    )  # fmt: skip
    limited = isinstance(error, TooMany)
    answer = make_response(page, error.status if error and (limited or not status) else status or 200)
    if isinstance(error, TooMany):
        answer.headers["Retry-After"] = str(error.retry_after)
    return answer


def _opens() -> dt.datetime | None:
    """When the room is to open, if that was said and is still to come."""
    planned = g.dialogue.starts_at
    return planned if planned is not None and local(planned) > now() else None


def _kept(typed: str, status: int) -> Response:
    page = render_template("room/card_kept.html", dialogue=g.dialogue, base=base(), typed=typed[:SHOWN])
    return make_response(page, status)
