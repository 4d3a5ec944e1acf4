"""Views of the builder: the organiser's list, one questionnaire, its results; each act is one job of the writer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response
from flask import flash
from flask import g
from flask import make_response
from flask import render_template
from flask import request
from flask_babel import gettext as _

from survey.core.errors import Invalid
from survey.core.errors import NotNow
from survey.questionnaires import building
from survey.questionnaires import checking
from survey.questionnaires import conditions
from survey.questionnaires import paging
from survey.questionnaires import queries
from survey.questionnaires.forms import SurveyForm
from survey.questionnaires.forms import refuse
from survey.questionnaires.forms import typed
from survey.questionnaires.kinds import KINDS
from survey.questionnaires.kinds import LONGEST_TEXT
from survey.questionnaires.templates import TEMPLATES
from survey.questionnaires.views import blueprint
from survey.questionnaires.views import rights
from survey.web import store
from survey.web.errors import sentence
from survey.web.guard import allowed
from survey.web.htmx import see_other
from survey.web.qr import join_url

SURVEY = "/s/<code>/surveys/<questionnaire_id>"


@blueprint.get("/s/<code>/surveys")
@allowed("results")
def listing(code: str) -> Response:
    """All questionnaires of the dialogue with the way to their results; for the organiser also the ways to a new one."""
    return _list(SurveyForm(formdata=None))


@blueprint.post("/s/<code>/surveys")
@allowed("manage")
def create(code: str) -> Response:
    """A new questionnaire: by name, or from a template."""
    form = SurveyForm()
    try:
        if request.form.get("template"):
            made = store.write(building.create_from, g.dialogue.id, request.form["template"])
        else:
            made = store.write(building.create, g.dialogue.id, form.title.data or "")
    except Invalid as error:
        refuse(form, error.fields)
        return _list(form, 422)
    return back(made)


@blueprint.get(SURVEY)
@allowed("manage")
def edit(code: str, questionnaire_id: str) -> Response:
    """One questionnaire: its items in order, its state, its settings."""
    row = queries.one(store.reading(), g.dialogue.id, questionnaire_id)
    return _edit(row, SurveyForm(formdata=None, obj=row))


@blueprint.post(SURVEY)
@allowed("manage")
def change(code: str, questionnaire_id: str) -> Response:
    """Change name and settings."""
    form = SurveyForm()
    try:
        store.write(building.change, g.dialogue.id, questionnaire_id, typed(form))
    except Invalid as error:
        refuse(form, error.fields)
        return _edit(queries.one(store.reading(), g.dialogue.id, questionnaire_id), form, 422)
    flash(_("Đã lưu."))
    return back(questionnaire_id)


@blueprint.post(f"{SURVEY}/opening")
@allowed("manage")
def open_(code: str, questionnaire_id: str) -> Response:
    """Take responses."""
    return run(questionnaire_id, building.open_, _("Phiếu đã mở. Đoàn viên thấy phiếu trong phòng."))


@blueprint.post(f"{SURVEY}/closing")
@allowed("manage")
def close(code: str, questionnaire_id: str) -> Response:
    """Take no more responses."""
    return run(questionnaire_id, building.close, _("Phiếu đã đóng. Không nhận thêm câu trả lời."))


@blueprint.post(f"{SURVEY}/copy")
@allowed("manage")
def copy(code: str, questionnaire_id: str) -> Response:
    """A new draft with the same items."""
    made = store.write(building.copy, g.dialogue.id, questionnaire_id)
    flash(_("Đây là phiếu mới, chưa có câu trả lời nào."))
    return back(made)


@blueprint.post(f"{SURVEY}/deletion")
@allowed("manage")
def delete(code: str, questionnaire_id: str) -> Response:
    """Remove a questionnaire that nobody has answered; another dialogue's is answered as one that is not there."""
    queries.one(store.reading(), g.dialogue.id, questionnaire_id)
    try:
        store.write(building.delete, g.dialogue.id, questionnaire_id)
    except NotNow as error:
        flash(sentence(error), "error")
        return back(questionnaire_id)
    flash(_("Đã xóa phiếu."))
    return see_other(f"/s/{g.dialogue.code}/surveys")


@blueprint.get(f"{SURVEY}/preview")
@allowed("manage")
def preview(code: str, questionnaire_id: str) -> Response:
    """The questionnaire as a phone shows it, page by page; nothing can be sent from here."""
    row = queries.one(store.reading(), g.dialogue.id, questionnaire_id)
    pages = paging.pages(row.items)
    number = min(max(request.args.get("page", 1, int), 1), len(pages))
    return make_response(
        render_template(
            "questionnaires/preview.html",
            dialogue=g.dialogue,
            base=desk(),
            survey=row,
            page=number,
            pages=len(pages),
            items=pages[number - 1],
            typed={},
            longest=LONGEST_TEXT,
            kinds=KINDS,
            ruled=conditions.described(row.items),
            numbers={item.id: number for number, item in enumerate(row.asked, 1)},
        )
    )


def run(questionnaire_id: str, act: Callable[..., Any], done: str) -> Response:
    """Run one act and go back to the questionnaire; say what happened, or why not."""
    try:
        store.write(act, g.dialogue.id, questionnaire_id)
    except NotNow as error:
        flash(sentence(error), "error")
    else:
        flash(done)
    return back(questionnaire_id)


def _list(form: SurveyForm, status: int = 200) -> Response:
    rows = queries.of_dialogue(store.reading(), g.dialogue.id)
    return make_response(render_template(
        "questionnaires/list.html", dialogue=g.dialogue, base=desk(), may=rights(), surveys=rows, form=form, plans=TEMPLATES
    ), status)  # fmt: skip


def _edit(row: queries.Row, form: SurveyForm, status: int = 200) -> Response:
    return make_response(render_template(
        "questionnaires/edit.html", may=rights(), form=form, address=f"{join_url(g.dialogue.code)}/surveys/{row.id}",
        **built(row),
    ), status)  # fmt: skip


def built(row: queries.Row) -> dict[str, Any]:
    """What the list of items shows: the items, what is wrong with them, and what may come back."""
    has_unit = any(item.kind == "unit" for item in row.items)
    return {
        "dialogue": g.dialogue, "base": desk(), "survey": row, "kinds": KINDS, "faults": checking.stops(row.items),
        "advice": checking.advice(row.items, store.unit_sizes(g.dialogue.id) if has_unit else None),
        "ruled": conditions.described(row.items),
        "numbers": {item.id: number for number, item in enumerate(row.asked, 1)},
    }  # fmt: skip


def back(questionnaire_id: str, anchor: str = "") -> Response:
    """To the page of the questionnaire."""
    return see_other(f"{desk()}/surveys/{questionnaire_id}{anchor}")


def desk() -> str:
    """The staff's path of this dialogue."""
    return f"/s/{g.dialogue.code}"
