"""In by a pass of the roll's side, and what every way in ends with. A pass proves itself: see `web.origin.proved_by`."""

from __future__ import annotations

from flask import Response
from flask import g
from flask import make_response
from flask import render_template

from survey.core.clock import now
from survey.core.errors import Conflict
from survey.core.errors import DomainError
from survey.core.errors import Invalid
from survey.core.errors import NotNow
from survey.dialogues import entry
from survey.room import phone
from survey.room import service
from survey.room import views_site
from survey.room.entering import keep_ballot
from survey.room.entering import key
from survey.web import errors
from survey.web import origin
from survey.web import store
from survey.web.htmx import json_answer
from survey.web.htmx import see_other
from survey.web.htmx import sent
from survey.web.htmx import wants_json
from survey.web.session import drop_cookie


def enter_by_pass(text: str) -> Response:
    """Let the ballot in that the pass holds; on a phone with another ballot nothing happens before that is confirmed."""
    held = bytes.fromhex(g.ballot) if g.ballot and not sent("replace") else None
    try:
        opened = service.open_pass(key("pass"), g.dialogue, text, int(now().timestamp()), held)
        if held is None and origin.left_cookies_behind():
            return _page(None, text)  # one more tap, from a page of ours, shows whether this phone holds a ballot
        if held is None:
            store.write(service.enter_by_pass, g.dialogue.id, opened)
    except (Invalid, Conflict, NotNow) as error:
        if wants_json():
            raise
        return _page(error, text)
    answer = entered(opened.secret)
    for name in (phone.MINE, phone.SKIPPED) if sent("replace") else ():
        drop_cookie(answer, name)  # the lists of whoever had this phone before
    return answer


def entered(secret: str | None) -> Response:
    """Into the room, with the ballot for a phone that just got it, at the site that the request names."""
    views_site.keep_brought(secret)
    answer = json_answer({"entered": True, "url": base()}) if wants_json() else see_other(base())
    if secret:
        keep_ballot(answer, secret)
    return answer


def base() -> str:
    """The path of this room."""
    return f"/d/{g.dialogue.code}"


def roll_apart() -> bool:
    """Whether a member's browser keeps something for the list's side that no page of this host can wipe."""
    return bool(store.settings().roll_url) and entry.by_roll(g.dialogue)


def seat_url() -> str:
    """Where a member opens the personal link, on the roll's side."""
    return f"{store.settings().roll_url or ''}/m/{g.dialogue.code}"


def _page(error: DomainError | None, text: str) -> Response:
    """Why the pass was not taken and the way back; or, for another's pass on this phone, what may be done about it."""
    page = render_template(
        "room/pass.html", dialogue=g.dialogue, base=base(), text=text, taken=isinstance(error, service.Taken),
        error=errors.sentence(error) if error else "", mixed=entry.by_tickets(g.dialogue),
        back=seat_url() if entry.by_roll(g.dialogue) else base(),
    )  # fmt: skip
    answer = make_response(page, error.status if error else 200)
    answer.headers["Cache-Control"] = "no-store"
    return answer
