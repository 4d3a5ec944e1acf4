"""Views by which a new questionnaire starts from one that is there: a template, or an earlier one of the organisation."""

from __future__ import annotations

from typing import NamedTuple

from flask import Response
from flask import flash
from flask import g
from flask import make_response
from flask import render_template
from flask import request
from flask_babel import gettext as _

from survey.core.errors import NotFound
from survey.dialogues import queries as dialogues
from survey.dialogues.models import Dialogue
from survey.questionnaires import building
from survey.questionnaires import queries
from survey.questionnaires.templates import TEMPLATES
from survey.questionnaires.views import blueprint
from survey.questionnaires.views import may_manage
from survey.questionnaires.views import rights
from survey.questionnaires.views_build import back
from survey.questionnaires.views_build import desk
from survey.web import store
from survey.web.errors import sentence
from survey.web.guard import allowed

START = "/s/<code>/surveys/start"
MOST = 40  # dialogues that are looked through, the latest first


class Earlier(NamedTuple):
    """A dialogue with the questionnaires that may be copied from it."""

    dialogue: Dialogue
    surveys: list[queries.Row]


@blueprint.get(START)
@allowed("manage")
def start_page(code: str) -> Response:
    """Templates and earlier questionnaires, to choose one."""
    return _page()


@blueprint.post(START)
@allowed("manage")
def start(code: str) -> Response:
    """A new draft from what was chosen: "template:NAME" or "DIALOGUE:QUESTIONNAIRE"."""
    source, _colon, name = request.form.get("source", "").partition(":")
    try:
        if source == "template":
            made = store.write(building.create_from, g.dialogue.id, name)
        elif source in {one.dialogue.id for one in _earlier()}:
            target = None if source == g.dialogue.id else g.dialogue.id
            made = store.write(building.copy, source, name, target)
        else:
            return _page(_("Hãy chọn một mẫu hoặc một phiếu."), 422)
    except NotFound as error:
        return _page(sentence(error), error.status)
    flash(_("Đây là phiếu mới, chưa có câu trả lời nào."))
    return back(made)


def _earlier() -> list[Earlier]:
    """The organisation's dialogues that this person manages, this one first, with the questionnaires of each."""
    session = store.reading()
    found = [d for d in dialogues.of_organisation(session, g.dialogue.organisation_id) if may_manage(d)][:MOST]
    found.sort(key=lambda one: one.id != g.dialogue.id)
    return [Earlier(one, surveys) for one in found if (surveys := queries.of_dialogue(session, one.id))]


def _page(error: str = "", status: int = 200) -> Response:
    drawn = render_template(
        "questionnaires/start.html", dialogue=g.dialogue, base=desk(), may=rights(), plans=TEMPLATES, earlier=_earlier(),
        error=error, chosen=request.form.get("source", ""),
    )  # fmt: skip
    return make_response(drawn, status)
