"""Views of the door's forms: somebody who is not on the roll, somebody who comes instead, another unit, taking back."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from flask import Response
from flask import flash
from flask import g
from flask import make_response
from flask import render_template
from flask import request
from flask_babel import gettext as _

from survey.core.errors import Conflict
from survey.core.errors import Invalid
from survey.core.errors import NotNow
from survey.core.text import N_
from survey.desk import queries_entry as queries
from survey.desk.forms_door import AdditionForm
from survey.desk.forms_door import SubstituteForm
from survey.desk.forms_door import TakeBackForm
from survey.desk.forms_door import UnitForm
from survey.desk.views import blueprint
from survey.desk.views_door_person import answer
from survey.desk.views_door_person import attempt
from survey.desk.views_door_person import base
from survey.desk.views_door_person import key
from survey.desk.views_door_person import person_page
from survey.desk.views_door_person import see
from survey.roll import additions
from survey.roll import door as roll
from survey.web import store
from survey.web.errors import sentence
from survey.web.guard import allowed
from survey.web.htmx import json_answer
from survey.web.htmx import see_other
from survey.web.htmx import wants_json

Form = TypeVar("Form", bound=UnitForm)


@blueprint.get("/s/<code>/door/additions")
@allowed("door")
def door_addition(code: str) -> Response:
    """The form for somebody who is not on the roll."""
    return _addition(_offered(AdditionForm(formdata=None, name=request.args.get("name", "")[:80])))


@blueprint.post("/s/<code>/door/additions")
@allowed("door")
def door_add(code: str) -> Response:
    """Give them a seat, counted apart."""
    form = _offered(AdditionForm())
    try:
        queries.check_open(store.roll_reading(), g.dialogue)
        form.check()
        reason, note = form.reason.data or "", form.note.data or ""
        made = store.roll_write(additions.add, key(), g.dialogue.id, form.person(), reason, note, actor=g.actor)
    except (Invalid, Conflict, NotNow) as error:
        if wants_json():
            raise
        form.blame(error)
        return _addition(form, error)
    return _made(made, _("Đã bổ sung tại cửa. Người này được đếm riêng với danh sách đã chốt."))


@blueprint.post("/s/<code>/door/<member_id>/substitute")
@allowed("door")
def door_substitute(code: str, member_id: str) -> Response:
    """Close this seat and give who comes instead one of their own."""
    form = _offered(SubstituteForm(prefix="instead-"))

    def run() -> Response:
        form.check()
        who = (key(), g.dialogue.id, member_id, form.person(), form.note.data or "")
        made = store.roll_write(additions.substitute, *who, actor=g.actor)
        return _made(made, _("Chỗ cũ đã đóng. Người đi thay có chỗ của mình và được đếm riêng."))

    return _filled_in(member_id, run, instead=form)


@blueprint.post("/s/<code>/door/<member_id>/unit")
@allowed("door")
def door_unit(code: str, member_id: str) -> Response:
    """Put the main unit right."""
    form = _offered(UnitForm())

    def run() -> Response:
        form.check()
        store.roll_write(roll.set_unit, g.dialogue.id, member_id, form.unit_id, actor=g.actor)
        return answer(member_id, N_("Đã sửa đơn vị. Số đã công bố khi chốt danh sách giữ nguyên."))

    return _filled_in(member_id, run, unit_form=form)


@blueprint.post("/s/<code>/door/<member_id>/removal")
@allowed("door")
def door_take_back(code: str, member_id: str) -> Response:
    """Undo an addition for which nothing was issued."""
    why = TakeBackForm().why.data or ""

    def run() -> Response:
        store.roll_write(additions.take_back, g.dialogue.id, member_id, why, actor=g.actor)
        if wants_json():
            return json_answer({"id": member_id, "removed": True})
        flash(_("Đã bỏ dòng bổ sung. Nếu là người đi thay thì chỗ cũ mở lại."))
        return see_other(f"{base()}/door")

    return attempt(member_id, run)


def _offered(form: Form) -> Form:
    form.offer(queries.unit_choices(store.reading(), g.dialogue.organisation_id))
    return form


def _filled_in(member_id: str, run: Callable[[], Response], **forms: UnitForm) -> Response:
    """`attempt`, and what cannot be taken stands at its field, with what was typed."""
    try:
        return attempt(member_id, run, **forms)
    except Invalid as error:
        if wants_json():
            raise
        for form in forms.values():
            form.blame(error)
        return person_page(see(member_id), status=error.status, **forms)


def _addition(form: AdditionForm, error: Invalid | Conflict | NotNow | None = None) -> Response:
    refusal = sentence(error) if isinstance(error, (Conflict, NotNow)) else ""
    here = queries.door(store.roll_reading(), g.dialogue)
    shown = {"dialogue": g.dialogue, "base": base(), "here": here, "form": form, "refusal": refusal}
    return make_response(render_template("desk/door_addition.html", **shown), error.status if error else 200)


def _made(member_id: str, done: str) -> Response:
    if wants_json():
        return json_answer({"id": member_id}, 201)
    flash(done)
    return see_other(f"{base()}/door/{member_id}")
