"""What a request brings to enter the room with, for every form from which somebody may come in."""

from __future__ import annotations

import re
from urllib.parse import unquote

from flask import Response
from flask import after_this_request
from flask import g
from flask import session

from survey.core.errors import Conflict
from survey.core.errors import DomainError
from survey.core.errors import Invalid
from survey.core.errors import NotNow
from survey.core.errors import TooMany
from survey.core.ids import digest
from survey.core.ids import new_token
from survey.core.keys import KeyMissing
from survey.core.text import N_
from survey.dialogues import entry
from survey.dialogues.entry import Entry
from survey.room import phone
from survey.room import service
from survey.room import tickets
from survey.web import guesses
from survey.web import limits
from survey.web import store
from survey.web.htmx import sent
from survey.web.session import set_cookie

WRONG = "wrong"  # in the session: how many codes of this browser were none
PATIENCE = 8  # wrong codes; from then on the page says where somebody helps
REFUSALS = (Invalid, Conflict, NotNow, TooMany)
_REST = re.compile(r"[&#]")
HOUR = 3600
BALLOTS_AN_ADDRESS = 2_000  # a hall of 350 phones stands behind one address, and some enter twice
BALLOTS_A_DIALOGUE = 20_000
_CROWDED = N_("Có quá nhiều máy vào phòng cùng một lúc. Hãy đợi vài phút rồi thử lại; bạn vẫn xem được trang này.")


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


def attempted() -> bytes | None:
    """The ballot that an attempt of this browser would have made: it may be in, though the answer never came."""
    secret = str(session.get(phone.ATTEMPT, ""))
    return digest(secret) if phone.SECRET.fullmatch(secret) else None


def ways_in() -> frozenset[str]:
    """How somebody may enter this room now: `open`, by `card`, by a `seat` on the roll; none while nobody may."""
    dialogue = g.dialogue
    ways = {"open": dialogue.entry == Entry.OPEN, "card": entry.takes_cards(dialogue), "seat": entry.by_roll(dialogue)}
    return frozenset(way for way, here in ways.items() if here and entry.is_enterable(dialogue))


def enter_from_here() -> str:
    """Let this phone in by what the request carries, a card or nothing but the code, and return its secret.

    For every form with which somebody may enter. Raises `REFUSALS`.
    """
    if not brings_card():
        return enter_by_code()
    typed, attempt = sent("ticket"), sent("attempt")
    secret = attempt if phone.SECRET.fullmatch(attempt) else new_token()
    try:
        key("pass")  # no card lets anybody in once issuing is over, though the cards can still be counted
        ticket_key, code = key("ticket"), code_in(typed)
        service.check_card(store.reading(), ticket_key, g.dialogue, code, digest(secret))  # guesses reach no writer
        store.write(service.enter_by_card, ticket_key, g.dialogue.id, code, secret)
    except DomainError as error:
        raise counted(error, typed) from None
    session.pop(WRONG, None)
    return secret


def stuck() -> bool:
    """Whether this browser has typed so many wrong codes that somebody should help."""
    return int(session.get(WRONG, 0)) >= PATIENCE


def enter_by_code() -> str:
    """Let this phone in by `open` and return its secret. Raises `NotNow` and `TooMany`."""
    secret = new_token()
    limits.check("entry", limits.by_address(), BALLOTS_AN_ADDRESS, HOUR, _CROWDED)
    limits.check("entry", g.dialogue.id, BALLOTS_A_DIALOGUE, HOUR, _CROWDED)
    store.write(service.enter_open, g.dialogue.id, secret)
    limits.spend("entry", limits.by_address(), BALLOTS_AN_ADDRESS, HOUR)
    limits.spend("entry", g.dialogue.id, BALLOTS_A_DIALOGUE, HOUR)
    return secret


def keep_ballot(answer: Response, secret: str) -> None:
    """Give the phone its ballot; nobody else ever has it."""
    session.pop(phone.ATTEMPT, None)
    set_cookie(answer, phone.BALLOT, secret, max_age=phone.KEPT_FOR)


def brings_card() -> bool:
    """Whether this request brings a card, or stands before a box that asks for one."""
    return bool(sent("ticket")) or entry.by_tickets(g.dialogue)


def counted(error: DomainError, typed: str) -> DomainError:
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


def code_in(typed: str) -> str:
    """The code that was typed, empty for what can be none; raises `Invalid` where nothing was."""
    if not typed.strip():
        message = N_("Hãy gõ mã in bên trong thẻ: tám chữ và số.")
        raise Invalid(message, {"ticket": message})
    return _read(typed) or ""


def _read(typed: str) -> str | None:
    """The code in what was typed or pasted: the letters alone, or an address with whatever an app hung on its end."""
    _before, ticket, rest = unquote(typed).rpartition("ticket")
    return tickets.read_code(ticket + _REST.split(rest)[0] if ticket else rest)


def key(purpose: str) -> bytes:
    """A key of issuing; raises `NotNow` once it is destroyed."""
    try:
        return store.keys().get(g.dialogue.id, purpose)
    except KeyMissing as error:
        raise NotNow(service.ISSUING_OVER) from error
