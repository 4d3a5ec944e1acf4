"""Results for the staff: figures as of the last step; once it is closed cross-tables, a filter and the link to read them."""

from __future__ import annotations

from flask import Response
from flask import g
from flask import make_response
from flask import render_template
from flask import request

from survey.questionnaires import looking
from survey.questionnaires import queries
from survey.questionnaires.state import takes
from survey.questionnaires.views import blueprint
from survey.questionnaires.views import rights
from survey.questionnaires.views_build import SURVEY
from survey.questionnaires.views_build import desk
from survey.web import store
from survey.web.guard import allowed


@blueprint.get(f"{SURVEY}/results")
@allowed("results")
def results(code: str, questionnaire_id: str) -> Response:
    """Figures, and what was asked for beside them: `?by=`, `?x=&y=`, `?q=`."""
    row = queries.one(store.reading(), g.dialogue.id, questionnaire_id)
    found = queries.results(store.reading(), questionnaire_id)
    over = not takes(row.state, g.dialogue.phase)
    look = looking.look(found, row.items, queries.taken(store.reading(), questionnaire_id), request.args, over=over)
    return make_response(render_template(
        "questionnaires/desk_results.html", dialogue=g.dialogue, base=desk(), may=rights(), survey=row, results=found,
        look=look, over=over, texts={one.id: one.texts for one in looking.searched(found.items, look.words)},
    ))  # fmt: skip
