"""Views of the builder for the items of one questionnaire; each act is one job of the writer."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask import flash
from flask import g
from flask import make_response
from flask import render_template
from flask import request
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from survey.core.errors import DomainError
from survey.core.errors import Invalid
from survey.core.errors import NotFound
from survey.core.errors import NotNow
from survey.questionnaires import conditions
from survey.questionnaires import items
from survey.questionnaires import queries
from survey.questionnaires.forms import FORMS
from survey.questionnaires.forms import refuse
from survey.questionnaires.forms import typed
from survey.questionnaires.kinds import KINDS
from survey.questionnaires.views import blueprint
from survey.questionnaires.views import rights
from survey.questionnaires.views_build import SURVEY
from survey.questionnaires.views_build import back
from survey.questionnaires.views_build import desk
from survey.questionnaires.views_build import run
from survey.web import store
from survey.web.errors import sentence
from survey.web.guard import allowed

ITEM = f"{SURVEY}/items/<item_id>"


@blueprint.get(f"{SURVEY}/items/new")
@allowed("manage")
def new_item(code: str, questionnaire_id: str) -> Response:
    """An empty form for an item of `?kind=`."""
    row, kind = queries.one(store.reading(), g.dialogue.id, questionnaire_id), request.args.get("kind", "")
    if kind not in KINDS:
        raise NotFound(queries.GONE)
    if row.started:
        flash(_(items.GUARDED), "error")
        return back(questionnaire_id)
    return _item(row, kind, FORMS[kind](formdata=None))


@blueprint.post(f"{SURVEY}/items")
@allowed("manage")
def add_item(code: str, questionnaire_id: str) -> Response:
    """Append an item."""
    kind = request.form.get("kind", "")
    if kind not in KINDS:
        raise NotFound(queries.GONE)
    form = FORMS[kind]()
    try:
        made = store.write(items.add_item, g.dialogue.id, questionnaire_id, kind, {**typed(form), "shown_if": _rule()})
    except (Invalid, NotNow) as error:
        return _item_again(questionnaire_id, kind, form, error)
    return back(questionnaire_id, f"#i-{made}")


@blueprint.get(ITEM)
@allowed("manage")
def edit_item(code: str, questionnaire_id: str, item_id: str) -> Response:
    """The form of one item."""
    row = queries.one(store.reading(), g.dialogue.id, questionnaire_id)
    item = _find(row, item_id)
    known = {"label": item.label, "help": item.help, "required": item.required}
    form = FORMS[item.kind](formdata=None, data={**known, **KINDS[item.kind].typed(item.settings)})
    return _item(row, item.kind, form, item_id)


@blueprint.post(ITEM)
@allowed("manage")
def change_item(code: str, questionnaire_id: str, item_id: str) -> Response:
    """Change one item."""
    kind = _find(queries.one(store.reading(), g.dialogue.id, questionnaire_id), item_id).kind
    form = FORMS[kind]()
    try:
        store.write(items.change_item, g.dialogue.id, questionnaire_id, item_id, {**typed(form), "shown_if": _rule()})
    except Invalid as error:
        return _item_again(questionnaire_id, kind, form, error, item_id)
    return back(questionnaire_id, f"#i-{item_id}")


@blueprint.post(f"{ITEM}/up")
@allowed("manage")
def move_up(code: str, questionnaire_id: str, item_id: str) -> Response:
    """One place up."""
    return run(questionnaire_id, items.move_item, "", item_id, -1)


@blueprint.post(f"{ITEM}/down")
@allowed("manage")
def move_down(code: str, questionnaire_id: str, item_id: str) -> Response:
    """One place down."""
    return run(questionnaire_id, items.move_item, "", item_id, 1)


@blueprint.post(f"{ITEM}/copy")
@allowed("manage")
def copy_item(code: str, questionnaire_id: str, item_id: str) -> Response:
    """A twin below it."""
    return run(questionnaire_id, items.copy_item, "", item_id)


@blueprint.post(f"{ITEM}/deletion")
@allowed("manage")
def delete_item(code: str, questionnaire_id: str, item_id: str) -> Response:
    """Remove it."""
    return run(questionnaire_id, items.delete_item, _("Đã xóa mục."), item_id)


def _rule() -> dict[str, Any]:
    """What the rows "Chỉ hỏi khi" say; raises `Invalid`."""
    form = request.form
    return conditions.from_form(form.get("if_join", ""), form.getlist("if_what"), form.getlist("if_value"))


def _rows(item: queries.ItemRow | None) -> dict[str, Any]:
    """The rows of the rule as the form shows them: what was typed, else what is kept; always two free ones more."""
    if "if_what" in request.form:
        whats, values = request.form.getlist("if_what"), request.form.getlist("if_value")
        rows = [row for row in zip(whats, [*values, *[""] * len(whats)], strict=False) if row[0]]
        return {"join": request.form.get("if_join"), "rows": [*rows, ("", ""), ("", "")]}
    rule = item.shown_if if item else {}
    rows = [conditions.written_row(test) for test in rule.get("tests", ())]
    return {"join": rule.get("join"), "rows": [*rows, ("", ""), ("", "")]}


def _earlier(row: queries.Row, item_id: str | None) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """What a rule of this item may ask: for each earlier item its number and words, and the rows to choose from."""
    place = next((n for n, item in enumerate(row.items) if item.id == item_id), len(row.items))
    numbers = {item.id: number for number, item in enumerate(row.asked, 1)}
    earlier = [item for item in row.items[:place] if item.id in numbers]
    return [(f"{numbers[item.id]}. {item.label}", conditions.offered(item)) for item in earlier]


def _find(row: queries.Row, item_id: str) -> queries.ItemRow:
    item = next((item for item in row.items if item.id == item_id), None)
    if item is None:
        raise NotFound(queries.GONE)
    return item


def _item_again(
    questionnaire_id: str, kind: str, form: FlaskForm, error: DomainError, item_id: str | None = None
) -> Response:
    left = refuse(form, error.fields) if isinstance(error, Invalid) else [sentence(error)]
    row = queries.one(store.reading(), g.dialogue.id, questionnaire_id)
    return _item(row, kind, form, item_id, left, error.status)


def _item(
    row: queries.Row,
    kind: str,
    form: FlaskForm,
    item_id: str | None = None,
    left: list[str] | None = None,
    status: int = 200,
) -> Response:
    return make_response(render_template(
        "questionnaires/item.html", dialogue=g.dialogue, base=desk(), may=rights(), survey=row, kind=KINDS[kind], form=form,
        item_id=item_id, left=left or [], rule=_rows(_find(row, item_id) if item_id else None), earlier=_earlier(row, item_id),
    ), status)  # fmt: skip
