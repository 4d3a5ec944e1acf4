"""Similar questions: suggested while a member writes, and once before a form without scripts is sent."""

from __future__ import annotations

from contextlib import suppress

from flask import Response
from flask import g
from flask import jsonify
from flask import request

from survey.core.keys import KeyMissing
from survey.questions import suggest
from survey.questions.similar import LEAST
from survey.questions.suggest import Suggestion
from survey.questions.views import blueprint
from survey.web import store
from survey.web.guard import with_ballot
from survey.web.htmx import partial
from survey.web.htmx import wants_json
from survey.web.limits import by_ballot
from survey.web.pace import Pace

FROM = 12  # characters: what is shorter is near to everything
LOOKED_AT = 500

_pace = Pace(40, 60)  # a writer pauses less often; a script would fill a processor


@blueprint.get("/d/<code>/questions/similar")
@with_ballot
def similar(code: str) -> Response:
    """At most three questions on the board that say nearly what is in `body`."""
    _pace.spend(by_ballot())
    found = look(request.args.get("body", ""))
    if wants_json():
        answer = jsonify([one._asdict() for one in found])
        answer.headers["Vary"] = "HX-Request, Accept"
    else:
        answer = partial("questions/_similar.html", similar=found, base=f"/d/{g.dialogue.code}")
    answer.headers["Cache-Control"] = "no-store"
    return answer


def look(text: str, least: float = LEAST) -> list[Suggestion]:
    """What this phone may be shown beside `text`."""
    if len(text.strip()) < FROM:
        return []
    session, key = store.reading(), None
    with suppress(KeyMissing):
        key = store.keys().get(g.dialogue.id, "vote")
    found = suggest.near(session, g.dialogue.id, text[:LOOKED_AT], least)
    return suggest.suggestions(found, session, key, g.ballot)
