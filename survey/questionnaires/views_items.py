"""Views of the builder for the items of one questionnaire; each act is one job of the writer."""

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
from survey.questionnaires.views_build import built
from survey.questionnaires.views_build import desk
from survey.web import store
from survey.web.errors import sentence
from survey.web.guard import allowed
from survey.web.htmx import is_htmx
from survey.web.htmx import partial

ITEM = f"{SURVEY}/items/<item_id>"


@blueprint.get(f"{SURVEY}/items/new")
@allowed("manage")
def new_item(code: str, questionnaire_id: str) -> Response:
    """An empty form for an item of `?kind=`."""
    row, kind = queries.one(store.reading(), g.dialogue.id, questionnaire_id), request.args.get("kind", "")
    if kind not in KINDS:
        raise NotFound(queries.GONE)
    if row.fixed:
        flash(_(items.GUARDED if row.started else items.SEALED), "error")
        return back(questionnaire_id)
    form = FORMS[kind](formdata=None)
    form.label.render_kw = {**form.label.render_kw, "autofocus": True}
    return _item(row, kind, form)


@blueprint.post(f"{SURVEY}/items")
@allowed("manage")
def add_item(code: str, questionnaire_id: str) -> Response:
    """Append an item."""
    kind = request.form.get("kind", "")
    if kind not in KINDS:
        raise NotFound(queries.GONE)
    form = FORMS[kind]()
    try:
        made = store.write(items.add_item, g.dialogue.id, questionnaire_id, kind, _sent(form))
    except (Invalid, NotNow) as error:
        return _item_again(questionnaire_id, kind, form, error)
    return back(questionnaire_id, f"#i-{made}")


@blueprint.get(ITEM)
@allowed("manage")
def edit_item(code: str, questionnaire_id: str, item_id: str) -> Response:
    """The form of one item."""
    row = queries.one(store.reading(), g.dialogue.id, questionnaire_id)
    item = _find(row, item_id)
    known = {"label": item.label, "help": item.help, "required": item.required, "identifying": item.identifying}
    form = FORMS[item.kind](formdata=None, data={**known, **KINDS[item.kind].typed(item.settings)})
    return _item(row, item.kind, form, item_id)


@blueprint.post(ITEM)
@allowed("manage")
def change_item(code: str, questionnaire_id: str, item_id: str) -> Response:
    """Change one item."""
    kind = _find(queries.one(store.reading(), g.dialogue.id, questionnaire_id), item_id).kind
    form = FORMS[kind]()
    try:
        store.write(items.change_item, g.dialogue.id, questionnaire_id, item_id, _sent(form))
    except Invalid as error:
        return _item_again(questionnaire_id, kind, form, error, item_id)
    return back(questionnaire_id, f"#i-{item_id}")


@blueprint.post(f"{ITEM}/up")
@allowed("manage")
def move_up(code: str, questionnaire_id: str, item_id: str) -> Response:
    """One place up."""
    return _act(questionnaire_id, item_id, items.move_item, -1)


@blueprint.post(f"{ITEM}/down")
@allowed("manage")
def move_down(code: str, questionnaire_id: str, item_id: str) -> Response:
    """One place down."""
    return _act(questionnaire_id, item_id, items.move_item, 1)


@blueprint.post(f"{ITEM}/place")
@allowed("manage")
def place_item(code: str, questionnaire_id: str, item_id: str) -> Response:
    """Right below another item, or first of all."""
    return _act(questionnaire_id, item_id, items.place_item, request.form.get("after", ""))


@blueprint.post(f"{ITEM}/copy")
@allowed("manage")
def copy_item(code: str, questionnaire_id: str, item_id: str) -> Response:
    """A twin below it."""
    return _act(questionnaire_id, item_id, items.copy_item, said=_("Đã nhân đôi mục."))


@blueprint.post(f"{ITEM}/deletion")
@allowed("manage")
def delete_item(code: str, questionnaire_id: str, item_id: str) -> Response:
    """Remove it; the list keeps the way back."""
    return _act(questionnaire_id, item_id, items.delete_item, said=_("Đã xóa mục. Xóa nhầm thì bấm “Đưa lại”."))


@blueprint.post(f"{ITEM}/return")
@allowed("manage")
def restore_item(code: str, questionnaire_id: str, item_id: str) -> Response:
    """Put a deleted one back where it stood."""
    return _act(questionnaire_id, item_id, items.restore_item, said=_("Đã đưa mục về chỗ cũ."))


def _act(questionnaire_id: str, item_id: str, act: Callable[..., Any], *more: Any, said: str = "") -> Response:
    """Run one act on an item: the list again for our script, with what to say aloud; else back to the item."""
    status, kind = 200, "message"
    try:
        made = store.write(act, g.dialogue.id, questionnaire_id, item_id, *more)
    except NotNow as error:
        said, made, status, kind = sentence(error), None, error.status, "error"
    touched, row = made or item_id, queries.one(store.reading(), g.dialogue.id, questionnaire_id)
    if not is_htmx():
        if said:
            flash(said, kind)
        return back(questionnaire_id, f"#i-{touched}" if _stands(row, touched) else "")
    return partial(
        "questionnaires/_built.html", status, **built(row), said=said or _where(row, touched), touched=touched
    )


def _stands(row: queries.Row, item_id: str) -> bool:
    """Whether the page shows the item, or the place where it was."""
    return item_id in {item.id for item in row.items} | {one.id for one in row.removed[:1]}


def _where(row: queries.Row, item_id: str) -> str:
    """Where an item stands now, in words."""
    place = next((n for n, item in enumerate(row.items, 1) if item.id == item_id), 0)
    label = row.items[place - 1].label if place else ""
    return str(_("“%(label)s” đứng thứ %(place)s trên %(count)s.", label=label, place=place, count=len(row.items)))


def _sent(form: FlaskForm) -> dict[str, Any]:
    """What was typed, with the rule and the place."""
    return {**typed(form), "shown_if": _rule(), "after": request.form.get("after", "")}


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


def _after(row: queries.Row, item_id: str | None) -> str:
    """The place that the form shows: what was chosen, else where the item stands; a new one comes last."""
    if "after" in request.values:
        return str(request.values["after"])
    place = next((n for n, item in enumerate(row.items) if item.id == item_id), len(row.items))
    return row.items[place - 1].id if place else items.FIRST


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
        item_id=item_id, first=items.FIRST, after=_after(row, item_id), left=left or [],
        rule=_rows(_find(row, item_id) if item_id else None), earlier=_earlier(row, item_id),
    ), status)  # fmt: skip
