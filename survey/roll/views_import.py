"""Views by which a list of members comes in: what it is for, the file, a look at what it would do, and only then the roll.

Nothing that was uploaded is kept here. The preview carries the plan itself, signed for one dialogue and one person and
good for a day; so any process can confirm it, and closing the page leaves nothing behind.
"""

from __future__ import annotations

from typing import Any

from flask import Response
from flask import current_app
from flask import flash
from flask import g
from flask import make_response
from flask import request
from flask_babel import gettext as _
from itsdangerous import BadSignature
from itsdangerous import TimestampSigner

from survey.core.apart import NotRead
from survey.core.errors import Busy
from survey.core.errors import Invalid
from survey.core.errors import NotNow
from survey.core.offload import off_the_loop
from survey.core.text import N_
from survey.dialogues.service import touch
from survey.roll import service
from survey.roll.forms_import import ConfirmForm
from survey.roll.forms_import import ImportForm
from survey.roll.importing import bringing
from survey.roll.importing import terms
from survey.roll.importing import upload
from survey.roll.importing.growing import Node
from survey.roll.importing.plan import Now
from survey.roll.importing.plan import Plan
from survey.roll.importing.workbook import MIMETYPE
from survey.roll.importing.workbook import workbook
from survey.roll.models import Roll
from survey.roll.views import blueprint
from survey.roll.views_import_pages import page
from survey.roll.views_import_pages import preview
from survey.roll.views_import_pages import say
from survey.roll.views_people import forest
from survey.roll.views_people import link_key
from survey.web import store
from survey.web.errors import sentence
from survey.web.guard import allowed
from survey.web.htmx import json_answer
from survey.web.htmx import see_other
from survey.web.htmx import wants_json

IMPORT = "/s/<code>/roll/import"
ROOM = 8 * 1024 * 1024  # bytes of a plan that comes back; other forms stay at Werkzeug's half MB
GOOD_FOR = 24 * 3600  # seconds


@blueprint.url_value_preprocessor
def _make_room(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    # Before the CSRF check, which is the first to read the form.
    if endpoint == "roll.import_members":
        request.max_form_memory_size = ROOM


@blueprint.get(IMPORT)
@allowed("roll")
def import_page(code: str) -> Response:
    """What the list is for, and the file."""
    form = ImportForm(formdata=None)
    form.show(_roll(), g.dialogue.starts_at)
    return page(form)


@blueprint.get(f"{IMPORT}/<any(terms,preview,members):act>")
@allowed("roll")
def import_again(code: str, act: str) -> Response:
    """Where a form was answered with a page: who loads it anew comes back to the beginning."""
    return see_other(f"/s/{g.dialogue.code}/roll/import")


@blueprint.post(f"{IMPORT}/roll.xlsx")
@allowed("roll")
def import_roll(code: str) -> Response:
    """The roll as a workbook to mend and send again; the headings alone where it is empty. That it was taken is logged."""
    known, members = forest(), list(bringing.known(store.roll_reading(), g.dialogue.id))
    response = make_response(off_the_loop(lambda: workbook(members, known.path)))
    store.roll_write(service.log, g.dialogue.id, "file", actor=g.actor, people=len(members))
    response.headers["Content-Type"] = MIMETYPE
    response.headers["Content-Disposition"] = f'attachment; filename="danh-sach-{g.dialogue.code}.xlsx"'
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.post(f"{IMPORT}/terms")
@allowed("roll")
def import_terms(code: str) -> Response:
    """Keep purpose, notice and day of deletion, without a file."""
    form = ImportForm()
    try:
        _agree(form)
    except Invalid as error:
        form.refuse(error)
        return page(form, 422)
    flash(_("Đã lưu mục đích, lời báo và ngày xóa."))
    return see_other(f"/s/{g.dialogue.code}/roll/import")


@blueprint.post(f"{IMPORT}/preview")
@allowed("roll")
def import_preview(code: str) -> Response:
    """Show what a file would do. Nobody has come in yet."""
    form = ImportForm()
    link_key()
    try:
        _agree(form)
        data, name = form.content()
        packed, view = upload.read_upload(data, name, form.unit.data or "", _now())
    except (Invalid, NotRead) as error:
        form.refuse(error)
        return page(form, error.status)
    plan = _signer().sign(packed).decode()
    if wants_json():
        return json_answer({"plan": plan, **view})
    return preview(ConfirmForm(formdata=None, plan=plan), view)


@blueprint.post(f"{IMPORT}/members")
@allowed("roll")
def import_members(code: str) -> Response:
    """Bring in what was seen in the preview; rows with faults were left out there already."""
    form = ConfirmForm()
    plan = _unsigned(form.plan.data or "")
    apart = {int(at) for at in request.form.getlist("apart") if at.isascii() and at.isdecimal() and len(at) < 6}
    try:
        done = bringing.bring_in(
            store.stores(), g.dialogue.organisation_id, g.dialogue.id, plan.entries, apart, reason=form.reason.data or "",
            actor=g.actor,
        )  # fmt: skip
    except (Invalid, NotNow, Busy) as error:
        form.reason.errors = [sentence(error)]
        return preview(form, plan.view, error.status, apart)
    store.write(touch, g.dialogue.id, public=_frozen())
    lost = len(plan.view["lost"])
    if wants_json():
        return json_answer({"left_out": lost, **{name: done[name] for name in ("new", "changed", "same", "refused")}})
    say(done, lost)
    return see_other(f"/s/{g.dialogue.code}/roll/people")


def _roll() -> Roll | None:
    return store.roll_reading().get(Roll, g.dialogue.id)


def _frozen() -> bool:
    roll = _roll()
    return roll is not None and roll.frozen_at is not None


def _agree(form: ImportForm) -> None:
    store.roll_write(terms.agree, g.dialogue.id, form.terms(), g.dialogue.starts_at, actor=g.actor)


def _now() -> Now:
    nodes = [Node(unit.id, unit.parent_id, unit.name) for unit in forest().units.values()]
    return Now(nodes, list(bringing.known(store.roll_reading(), g.dialogue.id)), _frozen())


def _signer() -> TimestampSigner:
    return TimestampSigner(current_app.secret_key or "", salt=f"roll-import:{g.dialogue.id}:{g.actor}")


def _unsigned(raw: str) -> Plan:
    try:
        return upload.unpacked(_signer().unsign(raw, max_age=GOOD_FOR).decode())
    except BadSignature as error:
        raise Invalid(
            N_("Trang xem trước này không còn dùng được. Hãy gửi lại tệp; chưa có ai được đưa vào.")
        ) from error
