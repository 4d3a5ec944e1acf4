"""Lists as files: out to the units, and back with a preview of every change. Nothing comes in unseen or by halves."""

from __future__ import annotations

from flask import Response
from flask import current_app
from flask import flash
from flask import g
from flask import make_response
from flask import render_template
from flask import request
from flask_babel import gettext as _
from itsdangerous import BadSignature
from itsdangerous import URLSafeSerializer
from werkzeug.datastructures import FileStorage

from survey.core.errors import Invalid
from survey.core.text import N_
from survey.desk.forms_prepare import KeepForm
from survey.desk.forms_prepare import ReturnForm
from survey.desk.views import blueprint
from survey.desk.views_prepare import PREPARE
from survey.desk.views_prepare import UNIT
from survey.desk.views_prepare import frame
from survey.desk.views_prepare import here
from survey.desk.views_prepare import prepare_page
from survey.followups import coming_back
from survey.followups import queries
from survey.followups import service
from survey.followups import sheet
from survey.followups.coming_back import Preview
from survey.followups.returned import Fault
from survey.followups.service import Overtaken
from survey.followups.service import Typed
from survey.followups.upload import read_upload
from survey.followups.views import about
from survey.followups.views import file_of
from survey.web import store
from survey.web.guard import allowed
from survey.web.htmx import see_other

MOST_FILES = 60
STALE = N_("Trang xem trước này không còn dùng được. Hãy gửi lại tệp.")


@blueprint.get(f"{UNIT}/list.xlsx")
@allowed("prepare")
def prepare_list(code: str, unit_id: str) -> Response:
    """The list of one unit as a spreadsheet."""
    queries.load_unit(store.reading(), g.dialogue, unit_id)
    return file_of(queries.list_of(store.reading(), g.dialogue.id, unit_id))


@blueprint.get(f"{PREPARE}/lists.zip")
@allowed("prepare")
def prepare_lists(code: str) -> Response:
    """All lists, a spreadsheet a unit."""
    lists = [one for one in queries.overview(store.reading(), g.dialogue.id).lists if one.wanted]
    response = make_response(sheet.all_of_them(about(), lists))
    response.headers["Content-Type"] = "application/zip"
    response.headers["Content-Disposition"] = f'attachment; filename="chuan-bi-{g.dialogue.code}.zip"'
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.post(f"{PREPARE}/file")
@allowed("prepare")
def prepare_file(code: str) -> Response:
    """What the files would change. Nothing has come in yet."""
    form = ReturnForm()
    files = [one for one in request.files.getlist("file") if one.filename]
    if not files or len(files) > MOST_FILES:
        form.file.errors = [_("Hãy chọn một tệp.") if not files else _("Mỗi lần nhiều nhất 60 tệp.")]
        return prepare_page(422, return_form=form)
    previews = [_preview(one, form.unit.data or "") for one in files]
    _refuse_twins(previews)
    given = [
        (one.unit_id, [(change.question_id, change.after, change.seen) for change in one.changes])
        for one in previews if not one.faults and one.changes
    ]  # fmt: skip
    page = render_template(
        "followups/prepare_preview.html", **frame(), previews=previews, form=KeepForm(formdata=None, rows=_signer().dumps(given)),
        changes=sum(len(changes) for _unit, changes in given),
    )  # fmt: skip
    return make_response(page, 200 if given or not any(one.faults for one in previews) else 422)


@blueprint.post(f"{PREPARE}/answers")
@allowed("prepare")
def prepare_keep(code: str) -> Response:
    """Keep what was seen in the preview and is still ticked: all of it or nothing."""
    keep = set(request.form.getlist("keep"))
    given = [
        (unit_id, {id_: Typed(text, seen) for id_, text, seen in changes if f"{unit_id}:{id_}" in keep})
        for unit_id, changes in _unsigned(KeepForm().rows.data or "")
    ]
    try:
        count = store.write(service.answer_all, g.dialogue.id, given, actor=g.actor)
    except Overtaken:
        flash(_("Chưa lấy gì: trong lúc xem trước, có câu vừa được sửa. Hãy gửi lại tệp để xem nội dung mới."), "error")
        return see_other(here())
    flash(_("Đã lấy nội dung của %(count)s câu.", count=count))
    return see_other(f"{here()}#lists")


def _preview(upload: FileStorage, unit_id: str) -> Preview:
    name = (upload.filename or "").replace("\\", "/").rsplit("/", 1)[-1][:120]
    try:
        found = read_upload(upload.read(), name)
    except Invalid as error:
        return Preview(name, faults=[Fault(0, error.message, dict(error.params))])
    return coming_back.check(store.reading(), g.dialogue, found, name, unit_id=unit_id)


def _refuse_twins(previews: list[Preview]) -> None:
    seen: dict[str, str] = {}
    for one in previews:
        if one.unit_id and one.unit_id in seen:
            message = N_("Cùng một đơn vị với tệp %(other)s. Hãy gửi từng tệp một.")
            one.faults.append(Fault(0, message, {"other": seen[one.unit_id]}))
        seen.setdefault(one.unit_id, one.file_name)


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt=f"prepare:{g.dialogue.id}")


def _unsigned(raw: str) -> list[tuple[str, list[tuple[str, str, str]]]]:
    try:
        return list(_signer().loads(raw))
    except BadSignature as error:
        raise Invalid(STALE) from error
