"""The files of one questionnaire: a page that says what there is, and the files themselves."""

from __future__ import annotations

from flask import Response
from flask import g
from flask import make_response
from flask import render_template
from flask_babel import gettext as _

from survey.accounts import policy
from survey.exports import making_surveys
from survey.exports.views import blueprint
from survey.questionnaires import queries as questionnaires
from survey.web import store
from survey.web.guard import allowed


@blueprint.get("/s/<code>/surveys/<questionnaire_id>/files")
@allowed("export")
def survey_files(code: str, questionnaire_id: str) -> str:
    """What can be taken home of one questionnaire, and why there are no rows where there are none."""
    row = questionnaires.one(store.reading(), g.dialogue.id, questionnaire_id)
    why = making_surveys.refusal(store.reading(), g.dialogue, questionnaire_id)
    may = policy.rights(g.identity, g.dialogue.organisation_id, g.dialogue.id)
    return render_template(
        "exports/survey.html", dialogue=g.dialogue, base=f"/s/{g.dialogue.code}", survey=row, may=may, why=_(why) if why else ""
    )  # fmt: skip


@blueprint.get("/s/<code>/exports/survey-<questionnaire_id>.<fmt>")
@allowed("export")
def survey_file(code: str, questionnaire_id: str, fmt: str) -> Response:
    """One file."""
    content, mimetype, name = making_surveys.make(store.reading(), g.dialogue, questionnaire_id, fmt)
    response = make_response(content)
    response.headers["Content-Type"] = mimetype
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/s/<code>/surveys/<questionnaire_id>/print")
@allowed("export")
def survey_print(code: str, questionnaire_id: str) -> str:
    """The figures as a page with a print style."""
    report = making_surveys.printed(store.reading(), g.dialogue, questionnaire_id)
    return render_template("exports/print.html", dialogue=g.dialogue, report=report, base=f"/s/{g.dialogue.code}")
