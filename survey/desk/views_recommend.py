"""One touch at the moderators' table or the leader's desk: this question becomes something to be done."""

from __future__ import annotations

from flask import Response
from flask import g

from survey.core.errors import NotFound
from survey.core.text import N_
from survey.desk.views import blueprint
from survey.followups import written
from survey.moderation.views import done
from survey.moderation.views import said
from survey.questions import queries
from survey.web import store
from survey.web.guard import allowed


@blueprint.post("/s/<code>/questions/<question_id>/recommendation")
@allowed("answer")
def recommend(code: str, question_id: str) -> Response:
    """Make a recommendation of the question as it stands, with the unit of its topic; a second touch makes none."""
    if queries.one(store.reading(), g.dialogue.id, question_id) is None:
        raise NotFound(N_("Không còn câu hỏi này trong đối thoại."))
    made = store.write(written.make_each, g.dialogue.id, [question_id], actor=g.actor)
    return done(
        code, {"id": question_id, "made": made}, toast=said(question_id, "recommend" if made else "recommended")
    )
