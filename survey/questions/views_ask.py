"""Ask, correct, withdraw. Whatever is refused comes back with what was typed."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from flask import Response
from flask import g
from flask import make_response
from flask import render_template
from flask import request
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError

from survey.core.errors import Conflict
from survey.core.errors import DomainError
from survey.core.errors import NoBallot
from survey.core.ids import new_id
from survey.core.keys import KeyMissing
from survey.core.text import N_
from survey.dialogues import queries as dialogues
from survey.dialogues.state import ASKABLE
from survey.questions import forms
from survey.questions import hints
from survey.questions import muted
from survey.questions import queries
from survey.questions import service
from survey.questions import suggest
from survey.questions.service import LONGEST
from survey.questions.views import blueprint
from survey.questions.views_similar import look
from survey.room import phone
from survey.room import places
from survey.room import queries as ballots
from survey.room.entering import enter_from_here
from survey.room.entering import keep_ballot
from survey.room.entering import stuck
from survey.room.waiting import writes_into_the_box
from survey.web import errors
from survey.web import guard
from survey.web import limits
from survey.web import store
from survey.web.guard import with_ballot
from survey.web.guard import with_code
from survey.web.htmx import is_htmx
from survey.web.htmx import json_answer
from survey.web.htmx import partial
from survey.web.htmx import see_other
from survey.web.htmx import wants_json
from survey.web.limits import limiter
from survey.web.session import set_cookie

DAY = 24 * 3600
_ENOUGH = N_("Bạn đã gửi đủ %(most)s câu trong ngày. Những gì bạn viết vẫn còn đây; bạn có thể ủng hộ câu đã có.")
_SHUT = N_("Đối thoại không nhận thêm câu hỏi lúc này. Những gì bạn viết vẫn còn đây.")


@blueprint.get("/d/<code>/ask")
@with_code
def write(code: str) -> Response:
    """A new question; `?edit=` corrects an own one, `?again=` writes a rejected one anew."""
    if writes_into_the_box():
        return see_other(f"/d/{g.dialogue.code}/box#box-asks")
    own = _own_row(request.args.get("edit") or request.args.get("again") or "")
    if own is None:
        return _page(error="" if g.dialogue.phase in ASKABLE else _(_SHUT))
    return _page(body=own.body, topic=own.topic_id or "", edit=own.id if "edit" in request.args else "")


@blueprint.post("/d/<code>/ask")
@limiter.limit("6000 per hour", key_func=limits.by_address)
@with_code
def write_on(code: str) -> Response:
    """Enter the room with a half-written question in hand: the same page with the same text, let in or not."""
    typed = forms.typed()
    secret = None if g.ballot else enter_from_here()
    g.ballot = g.ballot or ballots.ballot_of(store.reading(), g.dialogue.id, secret)
    answer = _page(body=typed.body, topic=typed.topic, client_id=typed.client_id)
    if secret:
        keep_ballot(answer, secret)
    return answer


@blueprint.post("/d/<code>/questions")
@limiter.limit("60 per minute")
@with_ballot
def ask(code: str) -> Response:
    """Ask. The same client id with the same text is the same ask and costs nothing."""
    typed, dialogue = forms.typed(), g.dialogue
    author = _author(typed.client_id)
    if not queries.mine(store.reading(), dialogue.id, [author]):
        limits.check("ask", limits.by_ballot(), dialogue.ask_limit, DAY, _ENOUGH, most=dialogue.ask_limit)
        if asked_back := _hint(typed) or _alike(typed):
            return asked_back
    topic = forms.topic_id(store.reading(), dialogue.id, typed.topic)
    site = places.tag(store.reading(), store.keys(), dialogue.id, g.ballot)
    asked = store.write(service.ask, dialogue.id, author, typed.body, topic, _muter(), site)
    if asked["new"]:
        limits.spend("ask", limits.by_ballot(), dialogue.ask_limit, DAY)
    answer = _answer(asked, 201, "sent=1")
    set_cookie(answer, phone.MINE, phone.write_mine([*_mine(), typed.client_id]), max_age=phone.KEPT_FOR)
    return answer


@blueprint.post("/d/<code>/questions/<question_id>")
@limiter.limit("60 per minute")
@with_ballot
def correct(code: str, question_id: str) -> Response:
    """Change the own question until it is approved."""
    typed = forms.typed()
    if hint := _hint(typed, question_id):
        return hint
    topic = forms.topic_id(store.reading(), g.dialogue.id, typed.topic)
    asked = store.write(service.correct, g.dialogue.id, question_id, authors(), typed.body, topic)
    return _answer(asked, 200, "sent=2")


@blueprint.delete("/d/<code>/questions/<question_id>")
@blueprint.post("/d/<code>/questions/<question_id>/withdrawal")
@limiter.limit("60 per minute")
@with_ballot
def withdraw(code: str, question_id: str) -> Response:
    """Take the own question back; doing it twice changes nothing."""
    asked = store.write(service.withdraw, g.dialogue.id, question_id, authors())
    return _answer(asked, 200, "sent=3")


@blueprint.errorhandler(DomainError)
def refused(error: DomainError) -> Response:
    """A refused question comes back with its text; every other refusal is answered as everywhere."""
    text = errors.sentence(error)
    return _again(error.status, text, error) or errors.answer(error.status, error.token, text, error)


@blueprint.errorhandler(CSRFError)
def stale(_error: CSRFError) -> Response:
    """The page lay open too long (or its cookie is gone): the text comes back with a fresh token."""
    text = _(errors.STALE)
    return _again(400, text) or errors.answer(400, "csrf", text)


def authors() -> list[bytes]:
    """The author marks of all questions that this phone says it asked."""
    if not g.ballot:
        return []
    with suppress(KeyMissing):  # destroyed on its announced date: from then on nothing is anybody's
        return [_author(client_id) for client_id in _mine()]
    return []


def _mine() -> list[str]:
    return phone.read_mine(request.cookies.get(phone.MINE))


def _muter() -> muted.Muter | None:
    with suppress(KeyMissing):  # it dies when issuing closes: from then on no ballot is known again
        return muted.muter(store.keys().get(g.dialogue.id, "mute"), g.ballot)
    return None


def _author(client_id: str) -> bytes:
    return queries.author_mark(store.keys().get(g.dialogue.id, "ask"), g.ballot, client_id)


def _own_row(question_id: str) -> queries.Row | None:
    marks = authors() if question_id else []
    own = queries.mine(store.reading(), g.dialogue.id, marks) if marks else []
    return next((row for row in own if row.id == question_id), None)


def _answer(asked: service.Asked, status: int, told: str) -> Response:
    if wants_json():
        return json_answer({"id": asked["id"], "state": asked["state"], "version": asked["version"]}, status)
    base = f"/d/{g.dialogue.code}"
    if is_htmx():
        return partial("questions/_asked.html", status, asked=asked, base=base)
    return see_other(f"{base}?tab=mine&{told}")


def _hint(typed: forms.Typed, edit: str = "") -> Response | None:
    """Before sending: what of the text gives its author away; None where nothing does, and after "vẫn gửi".

    Programs are never stopped by it; our own page, which sends JSON too, asks for it by the field `check`.
    """
    fields, json = request.form, wants_json()
    if "cut" not in fields and ("anyway" in fields or (json and "check" not in fields)):
        return None
    text = service.member_text(typed.body)
    found = hints.of_question(store.reading(), g.dialogue, text)
    if "cut" in fields:
        return _page(body=hints.without(text, found), topic=typed.topic, client_id=typed.client_id, edit=edit)
    if not found:
        return None
    if json:
        return json_answer({"hint": _(hints.SENTENCE, said=hints.quoted(found))})
    if is_htmx():
        return partial("questions/_hint.html", hint=hints.quoted(found), unit_only=hints.unit_only(found))
    return _page(body=typed.body, topic=typed.topic, client_id=typed.client_id, edit=edit, found=found)


def _alike(typed: forms.Typed) -> Response | None:
    """Once, where no script could say so while it was written: what the board has already, beside both ways on."""
    if wants_json() or is_htmx() or "alike" in request.form:
        return None
    similar = look(service.member_text(typed.body), suggest.STOPS)
    if not similar:
        return None
    return _page(body=typed.body, topic=typed.topic, client_id=typed.client_id, similar=similar)


def _again(status: int, text: str, error: DomainError | None = None) -> Response | None:
    """The form with what was typed, where this request carried a question from a page; None otherwise."""
    view = (request.endpoint or "").removeprefix("questions.")
    entering = view == write_on.__name__
    instead = view == "vote" and "body" in request.form  # the support of a similar question, out of the form `ask`
    if request.method != "POST" or not (entering or instead or view in {ask.__name__, correct.__name__}):
        return None
    if wants_json() or is_htmx():
        return None
    args: Mapping[str, Any] = request.view_args or {}
    if "dialogue" not in g:  # refused before the guard looked
        try:
            guard.require("code", args)
        except DomainError:  # an error handler must not raise: nobody would catch it
            return None
    return _page(
        status, body=request.form.get("body", ""), topic=request.form.get("topic", ""),
        error="" if entering else text, card_error=text if entering else "",
        client_id="" if isinstance(error, Conflict) and not entering else request.form.get("client_id", ""),
        outside=isinstance(error, NoBallot), edit="" if instead else args.get("question_id", ""),
    )  # fmt: skip


def _page(
    status: int = 200, *, body: str = "", topic: str = "", client_id: str = "", edit: str = "", error: str = "",
    outside: bool = False, card_error: str = "", found: Sequence[hints.Hint] = (),
    similar: Sequence[suggest.Suggestion] = (),
) -> Response:  # fmt: skip
    page = render_template(
        "questions/ask.html", dialogue=g.dialogue, base=f"/d/{g.dialogue.code}", body=body, topic=topic, error=error,
        client_id=client_id if phone.CLIENT_ID.fullmatch(client_id) else new_id(), edit=edit, longest=LONGEST,
        topics=dialogues.topics(store.reading(), g.dialogue.id), outside=outside or g.ballot is None,
        card=request.form.get("ticket", ""), card_error=card_error, stuck=stuck(),
        hint=hints.quoted(found), unit_only=hints.unit_only(found), similar=similar, anyway="anyway" in request.form,
    )  # fmt: skip
    return make_response(page, status)
