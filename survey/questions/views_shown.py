"""What phones showed, told in batches and without any cookie."""

from __future__ import annotations

import re

from flask import Response
from flask import g
from flask import make_response
from flask import request

from survey.questions import shown
from survey.questions.views import blueprint
from survey.web import limits
from survey.web import store
from survey.web.guard import with_code
from survey.web.limits import limiter
from survey.web.origin import without_cookie

_ID = re.compile(r"[a-z2-7]{12}")


@blueprint.post("/d/<code>/shown")
@without_cookie
@limiter.limit("60000 per hour", key_func=limits.by_address)  # a hall of 350 behind one address, three a minute each
@with_code
def tell(code: str) -> Response:
    """Count one glance at each question that is named; 204, whoever asks and whatever it says."""
    named = _ID.findall(request.get_data(cache=False, as_text=True)[:4_000])[: shown.MOST_AT_ONCE]
    dialogue = g.dialogue
    if named and shown.WAITING.add(dialogue.id, named):
        store.write(shown.write, dialogue.id, shown.WAITING.take(dialogue.id), dialogue.ballots)
    return make_response("", 204)
