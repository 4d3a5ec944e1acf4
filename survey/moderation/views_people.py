"""Asking back and replying, and the switch by which a long queue helps itself."""

from __future__ import annotations

from flask import Response
from flask import g
from flask import make_response
from flask import render_template
from flask import request
from flask_babel import gettext as _

from survey.core.errors import DomainError
from survey.core.errors import Invalid
from survey.core.text import clean
from survey.moderation import asking_back
from survey.moderation import passing
from survey.moderation import stepping
from survey.moderation.views import blueprint
from survey.moderation.views import done
from survey.moderation.views import next_path
from survey.moderation.views import said
from survey.questions import hints
from survey.questions import queries
from survey.questions.views_ask import authors
from survey.web import errors
from survey.web import store
from survey.web.guard import allowed
from survey.web.guard import with_ballot
from survey.web.htmx import is_htmx
from survey.web.htmx import json_answer
from survey.web.htmx import see_other
from survey.web.htmx import wants_json
from survey.web.limits import limiter


@blueprint.post("/s/<code>/questions/<question_id>/ask_back")
@allowed("moderate")
def ask_back(code: str, question_id: str) -> Response:
    """Ask whoever asked this to say more, without learning who it is."""
    sentence = request.form.get(f"sentence-{question_id}", request.form.get("sentence", ""))
    try:
        asked, step = store.write(
            stepping.ask_back, g.dialogue.id, question_id, sentence, actor=g.actor,
            seen=request.values.get("seen", ""), wording=request.values.get("wording", ""),
        )  # fmt: skip
    except Invalid as error:
        if is_htmx() or wants_json():
            raise
        return _ask_again(code, question_id, sentence, error)
    return done(code, dict(asked), toast=said(question_id, "ask_back"), step=step)


@blueprint.post("/s/<code>/questions/<question_id>/ask_back/withdrawal")
@allowed("moderate")
def take_back(code: str, question_id: str) -> Response:
    """Ask no longer; the question waits as before."""
    taken = store.write(asking_back.take_back, g.dialogue.id, question_id, actor=g.actor)
    return done(code, dict(taken), toast=said(question_id, "take_back"))


@blueprint.post("/s/<code>/passing")
@allowed("moderate")
def pass_by_itself(code: str) -> Response:
    """Let short clean questions pass by themselves for now, or no longer (field `on`: 1 or 0)."""
    on = store.write(passing.switch, g.dialogue.id, on=request.form.get("on") == "1")
    return done(code, {"on": on})


@blueprint.post("/d/<code>/questions/<question_id>/reply")
@limiter.limit("60 per minute")
@with_ballot
def reply(code: str, question_id: str) -> Response:
    """Answer what the moderators ask about the own question; refused, the page comes back with what was typed."""
    text = request.form.get(f"reply-{question_id}", request.form.get("reply", ""))
    own = question_id in {row.id for row in queries.mine(store.reading(), g.dialogue.id, authors())}
    unread = own and not wants_json() and "anyway" not in request.form
    if unread and (found := hints.of_question(store.reading(), g.dialogue, clean(text))):
        return _reply_again(code, question_id, text, hint=hints.quoted(found))
    try:
        asked = request.args.get("asked", "")
        replied = store.write(asking_back.reply, g.dialogue.id, question_id, authors(), text, asked=asked)
    except DomainError as error:
        if wants_json() or error.status not in {403, 422}:
            raise
        return _reply_again(code, question_id, text, error=error)
    if wants_json():
        return json_answer(dict(replied))
    return see_other(f"/d/{code}?tab=mine&sent=4")


def _ask_again(code: str, question_id: str, typed: str, error: Invalid) -> Response:
    page = render_template(
        "moderation/ask_back_again.html", dialogue=g.dialogue, base=f"/s/{code}", typed=typed, error=_(error.message),
        row=queries.one(store.reading(), g.dialogue.id, question_id), next=next_path(code),
    )  # fmt: skip
    return make_response(page, 422)


def _reply_again(
    code: str, question_id: str, typed: str, *, hint: str = "", error: DomainError | None = None
) -> Response:
    """The own question, what was asked and what was typed; without the question for who did not ask it."""
    own = queries.mine(store.reading(), g.dialogue.id, authors())
    page = render_template(
        "moderation/reply.html", dialogue=g.dialogue, base=f"/d/{code}", typed=typed, hint=hint,
        row=next((row for row in own if row.id == question_id), None), error=errors.sentence(error) if error else "",
        longest=asking_back.LONGEST,
    )  # fmt: skip
    return make_response(page, error.status if error else 200)
