"""Polls and votes at the booth: who has no phone answers what the hall is asked with the ballot of a card."""

from __future__ import annotations

from flask import Response
from flask import g
from flask import request
from flask_babel import gettext as _

from survey.core.errors import DomainError
from survey.core.errors import Invalid
from survey.pages import booth
from survey.pages.views import blueprint
from survey.pages.views_booth import base
from survey.pages.views_booth import over
from survey.pages.views_booth import sits
from survey.questionnaires import service
from survey.questionnaires import shown
from survey.questionnaires.plans import MOST_CHOICES
from survey.questionnaires.queries import response_mark
from survey.web import store
from survey.web.errors import sentence
from survey.web.guard import with_code
from survey.web.htmx import json_answer
from survey.web.htmx import see_other
from survey.web.limits import limiter

LONGEST_TEXT = 400  # characters of a refused answer that stand in the box again


@blueprint.get("/d/<code>/booth/polls")
@with_code
def booth_polls(code: str) -> Response:
    """Which poll takes answers now, for the page of a booth that lies open; no sign of life of who sits there."""
    poll = shown.current(store.reading(), g.dialogue)
    answer = json_answer({"poll": poll.id if poll and poll.open else ""})
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.post("/d/<code>/booth/polls/<poll_id>")
@limiter.limit("240 per minute")
@with_code
def booth_poll(code: str, poll_id: str) -> Response:
    """Answer what the hall is asked now, or otherwise than before; the ballot counts once."""
    row = shown.one(store.reading(), g.dialogue, poll_id)
    if not sits():
        return over()
    typed = {row.item: {"": request.form.getlist(row.item)}}
    try:
        mark = response_mark(store.keys().get(g.dialogue.id, "response"), g.ballot or "", poll_id)
        store.write(service.respond, poll_id, mark, typed, None)
    except DomainError as error:
        said = error.fields.get(row.item) if isinstance(error, Invalid) else None
        kept = [text[:LONGEST_TEXT] for text in typed[row.item][""][:MOST_CHOICES]]
        booth.keep(poll_error=_(said) if said else sentence(error), refused=poll_id, chosen=kept)
        return see_other(f"{base()}#poll")
    booth.keep(polled=poll_id)
    return see_other(f"{base()}#poll")
