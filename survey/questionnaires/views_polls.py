"""Polls and votes in the hall: the moderator's page and touches, and a member's one tap."""

from __future__ import annotations

from flask import Response
from flask import g
from flask import make_response
from flask import render_template
from flask import request
from flask_babel import gettext as _

from survey.core.errors import Invalid
from survey.core.errors import NotFound
from survey.core.errors import NotNow
from survey.core.text import clean_line
from survey.questionnaires import plans
from survey.questionnaires import polls
from survey.questionnaires import queries
from survey.questionnaires import service
from survey.questionnaires import shown
from survey.questionnaires.forms import refuse
from survey.questionnaires.forms_polls import PollForm
from survey.questionnaires.kinds import KINDS
from survey.questionnaires.views import blueprint
from survey.questionnaires.views import rights
from survey.web import store
from survey.web.errors import sentence
from survey.web.guard import allowed
from survey.web.guard import with_ballot
from survey.web.htmx import is_htmx
from survey.web.htmx import json_answer
from survey.web.htmx import see_other
from survey.web.htmx import wants_json
from survey.web.limits import limiter

POLL = "/s/<code>/polls/<poll_id>"
TABS = frozenset({"unseen", "ranking", "mine"})


@blueprint.get("/d/<code>/polls/<poll_id>")
@with_ballot
def poll(code: str, poll_id: str) -> Response:
    """One poll by itself: to answer without scripts, and to look at again."""
    return _alone(shown.one(store.reading(), g.dialogue, poll_id))


@blueprint.post("/d/<code>/polls/<poll_id>")
@limiter.limit("60 per minute")
@with_ballot
def answer_poll(code: str, poll_id: str) -> Response:
    """Take the ballot's one answer; sending it again, or another one until the closing, counts once."""
    row = shown.one(store.reading(), g.dialogue, poll_id)
    typed = {row.item: {"": request.form.getlist(row.item)}}
    mark = queries.response_mark(store.keys().get(g.dialogue.id, "response"), g.ballot or "", poll_id)
    try:
        done = store.write(service.respond, poll_id, mark, typed, None)
    except (Invalid, NotNow) as error:
        if wants_json():
            raise
        said = error.fields.get(row.item) if isinstance(error, Invalid) else None
        text = _(said) if said else sentence(error)
        row = shown.one(store.reading(), g.dialogue, poll_id)
        return _alone(row, typed[row.item][""], text, error.status)
    if wants_json():
        return json_answer(done, 201 if done["new"] else 200)
    tab = request.form.get("tab", "")
    return see_other(f"/d/{g.dialogue.code}{'?tab=' + tab if tab in TABS else ''}")


@blueprint.get("/s/<code>/polls")
@allowed("moderate")
def poll_list(code: str) -> Response:
    """What runs, what is kept ready, what was asked; and the form for another one."""
    return _list(PollForm(formdata=None))


@blueprint.post("/s/<code>/polls")
@allowed("remote")
def poll_new(code: str) -> Response:
    """A poll: one of the ready ones (`ready`), or as typed; opened at once unless it is to be kept (`keep`)."""
    form = PollForm()
    ready = plans.READY.get(request.form.get("ready", ""))
    try:
        if ready is not None:
            typed = clean_line(request.form.get("label", ""))
            store.write(polls.start, g.dialogue.id, plans.named(ready, typed))
        elif "keep" in request.form:
            store.write(polls.prepare, g.dialogue.id, form.plan())
        else:
            store.write(polls.start, g.dialogue.id, form.plan())
    except Invalid as error:
        if wants_json() or is_htmx():
            raise
        refuse(form, error.fields)
        return _list(form, 422)
    return _done()


@blueprint.post(f"{POLL}/opening")
@allowed("remote")
def poll_open(code: str, poll_id: str) -> Response:
    """Ask the hall."""
    store.write(polls.open_, g.dialogue.id, poll_id)
    return _done()


@blueprint.post(f"{POLL}/closing")
@allowed("remote")
def poll_close(code: str, poll_id: str) -> Response:
    """Count no more, and show what came."""
    store.write(polls.close, g.dialogue.id, poll_id)
    return _done()


@blueprint.post(f"{POLL}/removal")
@allowed("remote")
def poll_remove(code: str, poll_id: str) -> Response:
    """Take away one that was kept ready."""
    store.write(polls.remove, g.dialogue.id, poll_id)
    return _done()


@blueprint.post("/s/<code>/polls/end")
@allowed("remote")
def poll_end(code: str) -> Response:
    """Go on: the result leaves phones and screens."""
    store.write(polls.go_on, g.dialogue.id, {"screen": "question"} if g.dialogue.screen == "poll" else {})
    return _done()


@blueprint.post(f"{POLL}/words")
@allowed("moderate")
def poll_word(code: str, poll_id: str) -> Response:
    """A short answer that a moderator has read: `show` it, or `withhold` it."""
    wanted = (("show", polls.SHOWN), ("withhold", polls.WITHHELD))
    for field, stands in wanted:
        if field in request.form:
            store.write(polls.decide_word, g.dialogue.id, poll_id, request.form[field], stands)
            return _done()
    raise NotFound(polls.GONE)


def _done() -> Response:
    """Moderators see what they did by their stream; a program gets what stands, a plain form its page."""
    if wants_json():
        now = shown.current(store.reading(), g.dialogue)
        return json_answer({"id": now.id, "state": now.state, "responses": now.responses} if now else {"id": None})
    if is_htmx():
        return make_response("", 204)
    here = f"/s/{g.dialogue.code}"
    wanted = request.form.get("next", "")
    return see_other(wanted if wanted.startswith(f"{here}/moderate") else f"{here}/polls")


def _list(form: PollForm, status: int = 200) -> Response:
    session, dialogue = store.reading(), g.dialogue
    now = shown.current(session, dialogue)
    page = render_template(
        "questionnaires/polls.html", dialogue=dialogue, base=f"/s/{dialogue.code}", form=form, may=rights(), poll=now,
        words=shown.to_read(session, now) if now else (), kept=shown.all_of(session, dialogue, ready=True),
        past=[each for each in reversed(shown.all_of(session, dialogue, ready=False)) if now is None or each.id != now.id],
    )  # fmt: skip
    return make_response(page, status)


def _alone(row: shown.Poll, typed: list[str] | None = None, text: str = "", status: int = 200) -> Response:
    own = typed
    if own is None:
        key = store.keys().get(g.dialogue.id, "response") if store.keys().exists(g.dialogue.id, "response") else b""
        own = answered(row, key)
    page = render_template(
        "questionnaires/poll.html", dialogue=g.dialogue, base=f"/d/{g.dialogue.code}", poll=row, own=own, refused=text
    )
    return make_response(page, status)


def answered(row: shown.Poll, key: bytes) -> list[str]:
    """What this phone answered, as its form sends it."""
    if not key or g.ballot is None:
        return []
    sent = queries.sent(store.reading(), row.id, queries.response_mark(key, g.ballot, row.id))
    return KINDS[row.kind].fill(sent.answers[row.item])[""] if sent and row.item in sent.answers else []
