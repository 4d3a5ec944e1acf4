"""Views of the builder for the items of one questionnaire; each act is one job of the writer."""

from __future__ import annotations

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
        made = store.write(items.add_item, g.dialogue.id, questionnaire_id, kind, typed(form))
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
        store.write(items.change_item, g.dialogue.id, questionnaire_id, item_id, typed(form))
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
        item_id=item_id, left=left or [],
    ), status)  # fmt: skip
