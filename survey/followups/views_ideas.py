"""`/d/<code>/ideas`: the box of ideas on a member's phone. Reading writes nothing, so nothing tells who reads."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from flask import Response
from flask import g
from flask import request
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError

from survey.core.errors import DomainError
from survey.core.errors import NoBallot
from survey.core.errors import NotNow
from survey.core.keys import KeyMissing
from survey.core.text import N_
from survey.core.text import clean
from survey.core.text import clean_line
from survey.followups import ideas
from survey.followups import ideas_pages as pages
from survey.followups import ideas_reading as reading
from survey.followups.views import blueprint
from survey.questions import forms
from survey.questions import hints
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
_FULL = N_(
    "Máy này đã giữ %(most)s câu hỏi và ý tưởng, nhiều nhất có thể; thêm nữa thì thư cũ nhất không mở được. Những gì bạn "
    "viết vẫn còn đây."
)
_REFUSED = frozenset({403, 409, 422, 429})


@blueprint.get("/d/<code>/ideas")
@with_code
def ideas_page(code: str) -> Response:
    """What was taken up, for everybody; for a phone that is in also the form and its own threads."""
    return pages.page()


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
            _check_room(typed.client_id)
            limits.check("idea", limits.by_ballot(), dialogue.ask_limit, DAY, _ENOUGH, most=dialogue.ask_limit)
            if found := _hint(typed.body):
                return pages.page(found=found)
        topic = forms.topic_id(store.reading(), dialogue.id, typed.topic)
        id_ = store.write(ideas.write, dialogue.id, author, typed.body, topic, _muter(), pages.today())
    except DomainError as error:
        if wants_json() or error.status not in _REFUSED:
            raise
        return pages.page(error.status, error=errors.sentence(error))
    if not known:
        limits.spend("idea", limits.by_ballot(), dialogue.ask_limit, DAY)
    answer = json_answer({"id": id_}, 201) if wants_json() else see_other(f"/d/{code}/ideas?sent=1#own")
    set_cookie(answer, phone.MINE, phone.write_mine([*pages.mine(), typed.client_id]), max_age=phone.KEPT_FOR)
    return answer


@blueprint.get("/d/<code>/ideas/<thread_id>")
@with_ballot
def ideas_one(code: str, thread_id: str) -> Response:
    """One own thread: of an idea, or of an own question that is answered in writing."""
    return pages.one(thread_id)


@blueprint.post("/d/<code>/ideas/<thread_id>/replies")
@limiter.limit("60 per minute")
@with_ballot
def ideas_reply(code: str, thread_id: str) -> Response:
    """Write on, from the phone that asked."""
    body = sent("body")
    try:
        limits.check("idea-reply", limits.by_ballot(), REPLIES, DAY, _ENOUGH_REPLIES, most=REPLIES)
        if found := _hint(body):
            return pages.one(thread_id, found=found)
        store.write(ideas.reply, g.dialogue.id, thread_id, pages.own_marks(), body, _muter(), pages.today())
    except DomainError as error:
        if wants_json() or error.status not in _REFUSED:
            raise
        return pages.one(thread_id, error.status, error=errors.sentence(error))
    limits.spend("idea-reply", limits.by_ballot(), REPLIES, DAY)
    return json_answer({"id": thread_id}, 201) if wants_json() else see_other(f"/d/{code}/ideas/{thread_id}?sent=2")


@blueprint.get("/d/<code>/ideas/<thread_id>/name")
@with_ballot
def ideas_name(code: str, thread_id: str) -> Response:
    """Sign one thread: what that unveils, and a box for the name, which nothing fills in."""
    return pages.name(pages.own_letter(thread_id))


@blueprint.post("/d/<code>/ideas/<thread_id>/name")
@limiter.limit("60 per minute")
@with_ballot
def ideas_sign(code: str, thread_id: str) -> Response:
    """First the page that says once more what is unveiled; only its own button signs."""
    letter, name = pages.own_letter(thread_id), clean_line(sent("name"))
    if name and "confirmed" not in request.form:
        return pages.name(letter, typed=name, ask=True)
    try:
        store.write(ideas.sign, g.dialogue.id, thread_id, pages.own_marks(), name, _muter(), pages.today())
    except DomainError as error:
        if wants_json() or error.status not in _REFUSED:
            raise
        return pages.name(letter, error.status, typed=name, error=errors.sentence(error))
    return see_other(f"/d/{code}/ideas/{thread_id}?sent={3 if name else 4}")


@blueprint.post("/d/<code>/ideas/<thread_id>/withdrawal")
@limiter.limit("60 per minute")
@with_ballot
def ideas_withdraw(code: str, thread_id: str) -> Response:
    """Take the own idea back."""
    store.write(ideas.withdraw, g.dialogue.id, thread_id, pages.own_marks(), pages.today())
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
            return pages.page(status, error=text)
    return errors.answer(status, token, text, error)


def _check_room(client_id: str) -> None:
    """Raise `NotNow` for one more than a phone keeps: its oldest would fall out, and with it whatever is answered to it."""
    kept = pages.mine()
    if client_id not in kept and len(kept) >= phone.MOST_MINE:
        raise NotNow(_FULL, most=phone.MOST_MINE)


def _muter() -> ideas.Muter | None:
    with suppress(KeyMissing):
        return ideas.muter(store.keys().get(g.dialogue.id, "idea"), g.ballot)
    return None


def _hint(body: str) -> str:
    """What of the text gives its author away, once; empty after "vẫn gửi" and for programs."""
    if "anyway" in request.form or wants_json():
        return ""
    return hints.quoted(hints.of_question(store.reading(), g.dialogue, clean(body)))
