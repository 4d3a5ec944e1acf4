"""`/d/<code>/ideas`: the box of ideas on a member's phone. Reading writes nothing, so nothing tells who reads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from flask import Response
from flask import g
from flask import make_response
from flask import render_template
from flask import request
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError

from survey.core.clock import now
from survey.core.errors import DomainError
from survey.core.errors import NoBallot
from survey.core.errors import NotFound
from survey.core.ids import new_id
from survey.core.keys import KeyMissing
from survey.core.text import N_
from survey.core.text import clean
from survey.core.text import clean_line
from survey.dialogues import queries as dialogues
from survey.followups import ideas
from survey.followups import ideas_reading as reading
from survey.followups import ideas_state as rules
from survey.followups.ideas_reading import Letter
from survey.followups.views import blueprint
from survey.questions import forms
from survey.questions import hints
from survey.questions import queries as questions
from survey.room import phone
from survey.web import errors
from survey.web import guard
from survey.web import limits
from survey.web import store
from survey.web.guard import with_ballot
from survey.web.guard import with_code
from survey.web.htmx import json_answer
from survey.web.htmx import see_other
from survey.web.htmx import sent
from survey.web.htmx import wants_json
from survey.web.limits import limiter
from survey.web.session import set_cookie

DAY = 24 * 3600
REPLIES = 20  # a day, of one ballot
_ENOUGH = N_("Bạn đã gửi đủ %(most)s ý tưởng trong ngày. Những gì bạn viết vẫn còn đây; hãy gửi vào ngày mai.")
_ENOUGH_REPLIES = N_("Bạn đã viết đủ %(most)s lần trong ngày. Những gì bạn viết vẫn còn đây; hãy gửi vào ngày mai.")
_REFUSED = frozenset({403, 409, 422, 429})


@blueprint.get("/d/<code>/ideas")
@with_code
def ideas_page(code: str) -> Response:
    """What was taken up, for everybody; for a phone that is in also the form and its own threads."""
    return _page()


@blueprint.post("/d/<code>/ideas")
@limiter.limit("60 per minute")
@with_ballot
def ideas_write(code: str) -> Response:
    """Put an idea into the box. The same client id with the same text is the same idea and costs nothing."""
    typed, dialogue = forms.typed(), g.dialogue
    author = ideas.author_mark(store.keys().get(dialogue.id, "ask"), g.ballot, typed.client_id)
    try:
        known = reading.own(store.reading(), dialogue.id, ideas.Own(frozenset({author})))
        if not known:
            limits.check("idea", limits.by_ballot(), dialogue.ask_limit, DAY, _ENOUGH, most=dialogue.ask_limit)
            if found := _hint(typed.body):
                return _page(found=found)
        topic = forms.topic_id(store.reading(), dialogue.id, typed.topic)
        id_ = store.write(ideas.write, dialogue.id, author, typed.body, topic, _muter(), _today())
    except DomainError as error:
        if wants_json() or error.status not in _REFUSED:
            raise
        return _page(error.status, error=errors.sentence(error))
    if not known:
        limits.spend("idea", limits.by_ballot(), dialogue.ask_limit, DAY)
    answer = json_answer({"id": id_}, 201) if wants_json() else see_other(f"/d/{code}/ideas?sent=1#own")
    set_cookie(answer, phone.MINE, phone.write_mine([*_mine(), typed.client_id]), max_age=phone.KEPT_FOR)
    return answer


@blueprint.get("/d/<code>/ideas/<thread_id>")
@with_ballot
def ideas_one(code: str, thread_id: str) -> Response:
    """One own thread: of an idea, or of an own question that is answered in writing."""
    return _one(thread_id)


@blueprint.post("/d/<code>/ideas/<thread_id>/replies")
@limiter.limit("60 per minute")
@with_ballot
def ideas_reply(code: str, thread_id: str) -> Response:
    """Write on, from the phone that asked."""
    body = sent("body")
    try:
        limits.check("idea-reply", limits.by_ballot(), REPLIES, DAY, _ENOUGH_REPLIES, most=REPLIES)
        if found := _hint(body):
            return _one(thread_id, found=found)
        store.write(ideas.reply, g.dialogue.id, thread_id, own_marks(), body, _muter(), _today())
    except DomainError as error:
        if wants_json() or error.status not in _REFUSED:
            raise
        return _one(thread_id, error.status, error=errors.sentence(error))
    limits.spend("idea-reply", limits.by_ballot(), REPLIES, DAY)
    return json_answer({"id": thread_id}, 201) if wants_json() else see_other(f"/d/{code}/ideas/{thread_id}?sent=2")


@blueprint.get("/d/<code>/ideas/<thread_id>/name")
@with_ballot
def ideas_name(code: str, thread_id: str) -> Response:
    """Sign one thread: what that unveils, and a box for the name, which nothing fills in."""
    return _name(_own_letter(thread_id))


@blueprint.post("/d/<code>/ideas/<thread_id>/name")
@limiter.limit("60 per minute")
@with_ballot
def ideas_sign(code: str, thread_id: str) -> Response:
    """First the page that says once more what is unveiled; only its own button signs."""
    letter, name = _own_letter(thread_id), clean_line(sent("name"))
    if name and "confirmed" not in request.form:
        return _name(letter, typed=name, ask=True)
    try:
        store.write(ideas.sign, g.dialogue.id, thread_id, own_marks(), name, _muter(), _today())
    except DomainError as error:
        if wants_json() or error.status not in _REFUSED:
            raise
        return _name(letter, error.status, typed=name, error=errors.sentence(error))
    return see_other(f"/d/{code}/ideas/{thread_id}?sent={3 if name else 4}")


@blueprint.post("/d/<code>/ideas/<thread_id>/withdrawal")
@limiter.limit("60 per minute")
@with_ballot
def ideas_withdraw(code: str, thread_id: str) -> Response:
    """Take the own idea back."""
    store.write(ideas.withdraw, g.dialogue.id, thread_id, own_marks())
    return see_other(f"/d/{code}/ideas?sent=5#own")


@blueprint.errorhandler(NoBallot)
@blueprint.errorhandler(CSRFError)
def ideas_kept(error: Exception) -> Response:
    """A phone that lost its ballot or lay open too long gets its words back."""
    gone = isinstance(error, NoBallot)
    text = errors.sentence(error) if isinstance(error, NoBallot) else _(errors.STALE)
    status, token = (401, "no_ballot") if gone else (400, "csrf")
    writes = request.endpoint in {"followups.ideas_write", "followups.ideas_reply"} and request.method == "POST"
    args: Mapping[str, Any] = request.view_args or {}
    if writes and not wants_json():
        with suppress(DomainError):  # an error handler must not raise: nobody would catch it
            if "dialogue" not in g:
                guard.require("code", args)
            return _page(status, error=text)
    return errors.answer(status, token, text, error)


def own_marks() -> ideas.Own:
    """What this phone says it wrote, as marks; nothing once the key is destroyed."""
    with suppress(KeyMissing):
        if g.ballot:
            key, known = store.keys().get(g.dialogue.id, "ask"), _mine()
            return ideas.Own(
                frozenset(ideas.author_mark(key, g.ballot, one) for one in known),
                frozenset(questions.author_mark(key, g.ballot, one) for one in known),
            )
    return ideas.Own()


def _mine() -> list[str]:
    return phone.read_mine(request.cookies.get(phone.MINE))


def _muter() -> ideas.Muter | None:
    with suppress(KeyMissing):
        return ideas.muter(store.keys().get(g.dialogue.id, "idea"), g.ballot)
    return None


def _today() -> dt.date:
    return ideas.today(now())


def _hint(body: str) -> str:
    """What of the text gives its author away, once; empty after "vẫn gửi" and for programs."""
    if "anyway" in request.form or wants_json():
        return ""
    return hints.quoted(hints.of_question(store.reading(), g.dialogue, clean(body)))


def _own_letter(thread_id: str) -> Letter:
    found = reading.own_one(store.reading(), g.dialogue.id, own_marks(), thread_id)
    if found is None:
        raise NotFound(ideas.NOBODYS)
    return found


def _frame() -> dict[str, Any]:
    session, dialogue = store.reading(), g.dialogue
    box, day = reading.box_of(session, dialogue.id), _today()
    return {
        "dialogue": dialogue, "base": f"/d/{dialogue.code}", "box": box, "open": ideas.is_open(box, dialogue, day),
        "last": rules.last_day(box.until, dialogue.keys_until) if box else None, "longest": rules.LONGEST,
        "ends": reading.ends_on(box, dialogue.keys_until, day, rules.WARNING), "sent": request.args.get("sent"),
        "dead": dialogue.keys_until is not None and day >= dialogue.keys_until,
    }  # fmt: skip


def _page(status: int = 200, *, error: str = "", found: str = "") -> Response:
    session, typed = store.reading(), request.form
    client_id = typed.get("client_id", "")
    page = render_template(
        "followups/ideas.html", **_frame(), error=error, hint=found, body=typed.get("body", ""),
        topic=typed.get("topic", ""), topics=dialogues.topics(session, g.dialogue.id),
        client_id=client_id if phone.CLIENT_ID.fullmatch(client_id) and status != 409 else new_id(),
        own=reading.own(session, g.dialogue.id, own_marks()), taken=reading.taken_up(session, g.dialogue.id),
    )  # fmt: skip
    return _kept_by_nobody(page, status)


def _one(thread_id: str, status: int = 200, *, error: str = "", found: str = "") -> Response:
    page = render_template(
        "followups/ideas_one.html", **_frame(), letter=_own_letter(thread_id), error=error, hint=found,
        body=request.form.get("body", ""),
    )  # fmt: skip
    return _kept_by_nobody(page, status)


def _name(letter: Letter, status: int = 200, *, typed: str = "", ask: bool = False, error: str = "") -> Response:
    page = render_template(
        "followups/ideas_name.html", **_frame(), letter=letter, typed=typed, ask=ask, error=error,
        longest_name=rules.NAME_LENGTH,
    )  # fmt: skip
    return _kept_by_nobody(page, status)


def _kept_by_nobody(page: str, status: int) -> Response:
    answer = make_response(page, status)
    answer.headers["Cache-Control"] = "no-store"
    return answer
