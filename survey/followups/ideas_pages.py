"""The pages of the box of ideas on a member's phone, and what the phone says is its own."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from typing import Any

from flask import Response
from flask import g
from flask import make_response
from flask import render_template
from flask import request

from survey.core.clock import now
from survey.core.errors import NotFound
from survey.core.ids import new_id
from survey.core.keys import KeyMissing
from survey.dialogues import queries as dialogues
from survey.followups import ideas
from survey.followups import ideas_reading as reading
from survey.followups import ideas_state as rules
from survey.followups.ideas_reading import Letter
from survey.questions import queries as questions
from survey.room import phone
from survey.web import store


def own_marks() -> ideas.Own:
    """What this phone says it wrote, as marks; nothing once the key is destroyed."""
    with suppress(KeyMissing):
        if g.ballot:
            key, known = store.keys().get(g.dialogue.id, "ask"), mine()
            return ideas.Own(
                frozenset(ideas.author_mark(key, g.ballot, one) for one in known),
                frozenset(questions.author_mark(key, g.ballot, one) for one in known),
            )
    return ideas.Own()


def mine() -> list[str]:
    """The client ids that this phone keeps."""
    return phone.read_mine(request.cookies.get(phone.MINE))


def today() -> dt.date:
    """The day of Vietnam."""
    return ideas.today(now())


def own_letter(thread_id: str) -> Letter:
    """The own thread; raises `NotFound` for anybody else's, as for what is not there."""
    found = reading.own_one(store.reading(), g.dialogue.id, own_marks(), thread_id)
    if found is None:
        raise NotFound(ideas.NOBODYS)
    return found


def _frame() -> dict[str, Any]:
    session, dialogue = store.reading(), g.dialogue
    box, day = reading.box_of(session, dialogue.id), today()
    return {
        "dialogue": dialogue, "base": f"/d/{dialogue.code}", "box": box, "open": ideas.is_open(box, dialogue, day),
        "last": rules.last_day(box.until, dialogue.keys_until) if box else None, "longest": rules.LONGEST,
        "ends": reading.ends_on(box, dialogue.keys_until, day, rules.WARNING), "sent": request.args.get("sent"),
        "dead": dialogue.keys_until is not None and day >= dialogue.keys_until,
    }  # fmt: skip


def page(status: int = 200, *, error: str = "", found: str = "") -> Response:
    """The box, with what was typed; `found` is what of it gives its author away."""
    session, typed = store.reading(), request.form
    client_id = typed.get("client_id", "")
    text = render_template(
        "followups/ideas.html", **_frame(), error=error, hint=found, body=typed.get("body", ""),
        topic=typed.get("topic", ""), topics=dialogues.topics(session, g.dialogue.id),
        client_id=client_id if phone.CLIENT_ID.fullmatch(client_id) and status != 409 else new_id(),
        own=reading.own(session, g.dialogue.id, own_marks()), taken=reading.taken_up(session, g.dialogue.id),
    )  # fmt: skip
    return _kept_by_nobody(text, status)


def one(thread_id: str, status: int = 200, *, error: str = "", found: str = "") -> Response:
    """One own thread, with what was typed into it."""
    text = render_template(
        "followups/ideas_one.html", **_frame(), letter=own_letter(thread_id), error=error, hint=found,
        body=request.form.get("body", ""),
    )  # fmt: skip
    return _kept_by_nobody(text, status)


def name(letter: Letter, status: int = 200, *, typed: str = "", ask: bool = False, error: str = "") -> Response:
    """Signing: the box for the name or, with `ask`, the page whose button signs."""
    text = render_template(
        "followups/ideas_name.html", **_frame(), letter=letter, typed=typed, ask=ask, error=error,
        longest_name=rules.NAME_LENGTH,
    )  # fmt: skip
    return _kept_by_nobody(text, status)


def _kept_by_nobody(page: str, status: int) -> Response:
    answer = make_response(page, status)
    answer.headers["Cache-Control"] = "no-store"
    return answer
