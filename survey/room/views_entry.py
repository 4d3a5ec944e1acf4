"""Views of `room`: in by the code, by a card, by a pass of the roll's side. Looking at a card spends nothing.

A refused form comes back with what was typed; each refusal says what to do, and where somebody helps (Bàn đón).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import unquote

from flask import Response
from flask import after_this_request
from flask import g
from flask import make_response
from flask import render_template
from flask import request
from flask import session
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError

from survey.core.errors import Conflict
from survey.core.errors import DomainError
from survey.core.errors import Invalid
from survey.core.errors import NotNow
from survey.core.errors import TooMany
from survey.core.ids import digest
from survey.core.ids import new_token
from survey.core.text import N_
from survey.dialogues import entry
from survey.dialogues.entry import Entry
from survey.room import phone
from survey.room import service
from survey.room import tickets
from survey.room import views_pass
from survey.room.views import blueprint
from survey.room.views import enter_by_code
from survey.room.views_pass import base
from survey.room.views_pass import entered
from survey.room.views_pass import key
from survey.web import errors
from survey.web import guard
from survey.web import guesses
from survey.web import limits
from survey.web import store
from survey.web.guard import with_code
from survey.web.htmx import see_other
from survey.web.htmx import sent
from survey.web.htmx import wants_json
from survey.web.limits import limiter
from survey.web.origin import proved_by

ENTRY = "/d/<code>/entry"
WRONG = "wrong"  # in the session: how many codes of this browser were none
PATIENCE = 8  # wrong codes; from then on the page says where somebody helps
SHOWN = 300  # characters of what was typed that are shown again
_REST = re.compile(r"[&#]")
REFUSALS = (Invalid, Conflict, NotNow, TooMany)


@blueprint.app_context_processor
def _for_pages() -> dict[str, Callable[[], object]]:
    return {"entry_attempt": entry_attempt, "ways_in": ways_in, "seat_url": views_pass.seat_url}


def entry_attempt() -> str:
    """What the next ballot of this browser is made of: the same until it is in, so that a lost answer costs no card.

    The page with it is kept by no cache: on a phone that goes from hand to hand it would bring one ballot to two people.
    """

    @after_this_request
    def not_kept(answer: Response) -> Response:
        answer.headers["Cache-Control"] = "no-store"
        return answer

    if not phone.SECRET.fullmatch(str(session.get(phone.ATTEMPT, ""))):
        session[phone.ATTEMPT] = new_token()
    return str(session[phone.ATTEMPT])


def ways_in() -> frozenset[str]:
    """How somebody may enter this room now: `open`, by `card`, by a `seat` on the roll; none while nobody may."""
    dialogue = g.dialogue
    ways = {"open": dialogue.entry == Entry.OPEN, "card": entry.takes_cards(dialogue), "seat": entry.by_roll(dialogue)}
    return frozenset(way for way, here in ways.items() if here and entry.is_enterable(dialogue))


@blueprint.get(ENTRY)
@with_code
def card(code: str) -> Response:
    """What the card in `?ticket=` is good for, and the button that spends it; without a card the box for its code."""
    typed = request.args.get("ticket", "")
    if not typed and (g.ballot or not entry.by_tickets(g.dialogue)):
        return see_other(base())
    try:
        if not typed:
            service.check_cards(g.dialogue)
            return _page()
        service.check_card(store.reading(), key("ticket"), g.dialogue, _code(typed))
    except DomainError as error:
        return see_other(base()) if g.ballot else _page(_counted(error, typed), typed, 200)
    return _kept(typed, 200) if g.ballot else _page(typed=typed, good=True)


@blueprint.post(ENTRY)
@limiter.limit("6000 per hour", key_func=limits.by_address, exempt_when=lambda: bool(sent("ticket") or sent("pass")))
@proved_by("pass", but="replace")
@with_code
def enter(code: str) -> Response:
    """A ballot for a phone that has none, by whichever way this dialogue has; who is in already stays who they are."""
    if sent("pass"):
        return views_pass.enter_by_pass(sent("pass"))
    if g.ballot:
        return _with_a_second_card(sent("ticket")) if sent("ticket") else entered(None)
    try:
        return entered(enter_from_here())
    except REFUSALS as error:
        if wants_json() or not _brings_card():
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


def enter_from_here() -> str:
    """Let this phone in by what the request carries, a card or nothing but the code, and return its secret.

    For every form with which somebody may enter. Raises `REFUSALS`.
    """
    if not _brings_card():
        return enter_by_code()
    typed, attempt = sent("ticket"), sent("attempt")
    secret = attempt if phone.SECRET.fullmatch(attempt) else new_token()
    try:
        ticket_key, code = key("ticket"), _code(typed)
        service.check_card(store.reading(), ticket_key, g.dialogue, code, digest(secret))  # guesses reach no writer
        store.write(service.enter_by_card, ticket_key, g.dialogue.id, code, secret)
    except DomainError as error:
        raise _counted(error, typed) from None
    session.pop(WRONG, None)
    return secret


def stuck() -> bool:
    """Whether this browser has typed so many wrong codes that somebody should help."""
    return int(session.get(WRONG, 0)) >= PATIENCE


def _brings_card() -> bool:
    return bool(sent("ticket")) or entry.by_tickets(g.dialogue)


def _with_a_second_card(typed: str) -> Response:
    """A phone that is in: it never spends a card, and is told so where the card was still good."""
    try:
        service.check_card(store.reading(), key("ticket"), g.dialogue, _code(typed))
    except DomainError:
        return entered(None)
    if wants_json():
        raise Conflict(tickets.KEPT)
    return _kept(typed, 409)


def _counted(error: DomainError, typed: str) -> DomainError:
    """The refusal to tell. A code that no card has counts as a guess: by browser for advice, by address as a limit.

    A right code is never kept out by what others guess, or one person could shut a hall. So the ceiling tells guesses
    nothing more; what keeps them from a card is that of 2^40 codes a few hundred are cards.
    """
    if isinstance(error, Invalid):
        session[WRONG] = min(int(session.get(WRONG, 0)) + 1, PATIENCE)
        if _read(typed):
            try:
                guesses.missed()
            except TooMany as refused:
                return refused
    return error


def _code(typed: str) -> str:
    if not typed.strip():
        message = N_("Hãy gõ mã in bên trong thẻ: tám chữ và số.")
        raise Invalid(message, {"ticket": message})
    return _read(typed) or ""


def _read(typed: str) -> str | None:
    """The code in what was typed or pasted: the letters alone, or an address with whatever an app hung on its end."""
    _before, ticket, rest = unquote(typed).rpartition("ticket")
    return tickets.read_code(ticket + _REST.split(rest)[0] if ticket else rest)


def _page(error: DomainError | None = None, typed: str = "", status: int = 0, *, good: bool = False) -> Response:
    page = render_template(
        "room/card.html", dialogue=g.dialogue, base=base(), typed=typed[:SHOWN], good=good,
        error=errors.sentence(error) if error else "", again=isinstance(error, Invalid | TooMany),
        early=isinstance(error, NotNow) and entry.is_early(g.dialogue), cards=entry.by_tickets(g.dialogue),
        stuck=stuck(),
    )  # fmt: skip
    limited = isinstance(error, TooMany)
    answer = make_response(page, error.status if error and (limited or not status) else status or 200)
    if isinstance(error, TooMany):
        answer.headers["Retry-After"] = str(error.retry_after)
    return answer


def _kept(typed: str, status: int) -> Response:
    page = render_template("room/card_kept.html", dialogue=g.dialogue, base=base(), typed=typed[:SHOWN])
    return make_response(page, status)
