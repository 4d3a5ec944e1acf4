"""Two closed questionnaires side by side, for the staff who may read the results of both."""

from __future__ import annotations

from flask import Response
from flask import g
from flask import make_response
from flask import render_template
from flask import request

from survey.questionnaires import comparing
from survey.questionnaires import queries
from survey.questionnaires.state import takes
from survey.questionnaires.views import blueprint
from survey.questionnaires.views import may_read_results
from survey.questionnaires.views import rights
from survey.questionnaires.views_build import SURVEY
from survey.questionnaires.views_build import desk
from survey.web import store
from survey.web.guard import allowed


@blueprint.get(f"{SURVEY}/comparison")
@allowed("results")
def comparison(code: str, questionnaire_id: str) -> Response:
    """What can be compared with, and with `?with=` the figures of both; what may not be read is not there."""
    session = store.reading()
    row = queries.one(session, g.dialogue.id, questionnaire_id)
    over = not takes(row.state, g.dialogue.phase)
    found = comparing.others(session, g.dialogue.organisation_id, questionnaire_id) if over else []
    known = {one.id: one for one in found if may_read_results(one.dialogue_id)}
    other = known.get(request.args.get("with", ""))
    first = queries.results(session, questionnaire_id, texts=False)
    second = queries.results(session, other.id, texts=False) if other else None
    return make_response(render_template(
        "questionnaires/compare.html", dialogue=g.dialogue, base=desk(), may=rights(), survey=row, over=over, other=other,
        others=list(known.values()), first=first, second=second, pairs=comparing.pairs(first, second) if second else [],
    ))  # fmt: skip
