"""The heads of units: staff make their links, and each head says by one of them whether the count is right."""

from __future__ import annotations

from flask import Response
from flask import flash
from flask import g
from flask import make_response
from flask import render_template
from flask import request
from flask_babel import gettext as _

from survey.core.errors import DomainError
from survey.core.errors import Invalid
from survey.core.errors import NotFound
from survey.core.errors import NotNow
from survey.core.text import N_
from survey.dialogues.state import State
from survey.organisations import queries as organisations
from survey.organisations import units
from survey.roll import heads
from survey.roll import overview
from survey.roll.forms import HeadForm
from survey.roll.models import UnitCount
from survey.roll.views import blueprint
from survey.roll.views_desk import here
from survey.roll.views_desk import refused
from survey.roll.views_desk import tell
from survey.roll.views_people import forest
from survey.roll.views_people import surroundings
from survey.web import guesses
from survey.web import qr
from survey.web import store
from survey.web.guard import allowed
from survey.web.guard import on_roll
from survey.web.htmx import json_answer
from survey.web.htmx import see_other
from survey.web.htmx import wants_json

_DRAFT = N_("Đối thoại còn là bản soạn nên đường dẫn chưa mở được. Hãy bấm “Thu ý kiến trước” ở trang Tổng quan.")
_OPENED = N_("Hội trường đã mở nên các đơn vị không xác nhận được nữa. Câu trả lời đã có vẫn giữ nguyên.")


@blueprint.post("/s/<code>/roll/units")
@allowed("roll")
def head_links(code: str) -> Response:
    """Links for all heads that have none yet, shown this once."""
    return _made(None)


@blueprint.post("/s/<code>/roll/units/<unit_id>/link")
@allowed("roll")
def head_link(code: str, unit_id: str) -> Response:
    """A new link for the head of one unit; the old one is dead. What the head has said stays until it is changed."""
    return _made([unit_id])


@blueprint.get("/s/<code>/roll/units/<unit_id>/link")
@allowed("roll")
def head_link_again(code: str, unit_id: str) -> Response:
    """A link is shown once; who loads the page anew comes back to the desk."""
    return see_other(here())


@blueprint.route("/m/<code>/units/<token>", methods=["GET", "POST"])
@on_roll
def head(code: str, token: str) -> Response:
    """The count of a unit and two buttons, for its head. Reading it is free, and it holds no name: see `heads`."""
    row = _row(token)
    if request.method == "GET":
        return _page(row, HeadForm(formdata=None, data={"remark": row.remark}))
    form = HeadForm(request.form)  # and never what a program sends as JSON, which may have any shape
    try:
        if g.dialogue.state != State.COLLECTING:
            raise NotNow(_OPENED)
        said = request.form.get("answer", "")
        store.roll_write(heads.answer, g.dialogue.id, token, said, form.remark.data or "")
    except Invalid as error:
        if wants_json():
            raise
        form.remark.errors = [_(error.message)]
        return _page(row, form, 422)
    tell()
    if wants_json():
        return json_answer({"answer": said})
    flash(_("Đã ghi nhận. Cảm ơn đồng chí."))
    return see_other(request.path)


def _row(token: str) -> UnitCount:
    try:
        return heads.by_token(store.roll_reading(), g.dialogue.id, token)
    except NotFound:
        guesses.missed()
        raise


def _page(row: UnitCount, form: HeadForm, status: int = 200) -> Response:
    unit = units.names(store.reading(), g.dialogue.organisation_id).get(row.unit_id, "")
    page = render_template(
        "roll/unit_head.html", dialogue=g.dialogue, unit=unit, row=row, form=form,
        besides=heads.besides(store.roll_reading(), g.dialogue.id, row.unit_id),
        closed=g.dialogue.state != State.COLLECTING, base=f"/m/{g.dialogue.code}",
        organisation=organisations.name_of(store.reading(), g.dialogue.organisation_id),
    )  # fmt: skip
    response = make_response(page, status)
    response.headers["Cache-Control"] = "no-store"
    return response


def _made(unit_ids: list[str] | None) -> Response:
    try:
        if g.dialogue.state != State.COLLECTING:
            raise NotNow(_DRAFT if g.dialogue.state == State.DRAFT else _OPENED)
        made = store.roll_write(heads.make_links, g.dialogue.id, unit_ids, actor=g.actor)
    except DomainError as error:
        return refused(error)
    if not made:
        flash(
            _("Đơn vị nào cũng đã có đường dẫn. Bí thư làm mất thì bấm “Đường dẫn mới” ở dòng của đơn vị ấy."), "warn"
        )
        return see_other(here())
    found = overview.overview(store.roll_reading(), g.dialogue.id, forest())
    links = [
        (line, f"{qr.roll_base()}/m/{g.dialogue.code}/units/{made[line.id]}") for line in found.heads if line.id in made
    ]
    page = render_template("roll/desk_links.html", **surroundings(), links=links, out_of_reach=qr.out_of_reach())
    response = make_response(page)
    response.headers["Cache-Control"] = "no-store"
    return response
