"""*Phiếu giao việc* as files: out to the units, and back with a preview of every change. Nothing comes in unseen."""

from __future__ import annotations

from flask import Response
from flask import current_app
from flask import flash
from flask import g
from flask import make_response
from flask import render_template
from flask import request
from flask_babel import gettext as _
from flask_babel import ngettext
from itsdangerous import BadSignature
from itsdangerous import URLSafeSerializer
from werkzeug.datastructures import FileStorage

from survey.core.errors import Invalid
from survey.core.text import N_
from survey.followups import coming_tasks
from survey.followups import reported
from survey.followups import reports
from survey.followups import sheet
from survey.followups import sheet_tasks
from survey.followups.coming_tasks import Preview
from survey.followups.forms_reports import RowsForm
from survey.followups.forms_reports import SheetsForm
from survey.followups.returned import Fault
from survey.followups.tasks import Said
from survey.followups.upload import read_tasks
from survey.followups.views import about
from survey.followups.views import blueprint
from survey.followups.views_reports import REPORTS
from survey.followups.views_reports import UNIT
from survey.followups.views_reports import frame
from survey.followups.views_reports import here
from survey.followups.views_reports import load_tasks
from survey.followups.views_reports import reports_page
from survey.followups.views_tasks import sheet_of
from survey.web import store
from survey.web.guard import allowed
from survey.web.htmx import see_other

MOST_FILES = 60
STALE = N_("Trang xem trước này không còn dùng được. Hãy gửi lại tệp.")


@blueprint.get(f"{UNIT}/tasks.xlsx")
@allowed("follow")
def reports_sheet(code: str, unit_id: str) -> Response:
    """The sheet of one unit."""
    return sheet_of(load_tasks(unit_id))


@blueprint.get(f"{REPORTS}/tasks.zip")
@allowed("follow")
def reports_sheets(code: str) -> Response:
    """A sheet for each unit that has something to do."""
    found, told = reported.by_unit(store.reading(), g.dialogue.id), about()
    files = (
        (sheet.file_name(told.code, one.name, sheet_tasks.KIND), sheet_tasks.write(told, one))
        for one in found if one.tasks
    )  # fmt: skip
    response = make_response(sheet.archive_of(files))
    response.headers["Content-Type"] = "application/zip"
    response.headers["Content-Disposition"] = f'attachment; filename="giao-viec-{g.dialogue.code}.zip"'
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.post(f"{REPORTS}/file")
@allowed("follow")
def reports_file(code: str) -> Response:
    """What the files would change. Nothing has come in yet."""
    form = SheetsForm()
    files = [one for one in request.files.getlist("file") if one.filename]
    if not files or len(files) > MOST_FILES:
        form.file.errors = [_("Hãy chọn một tệp.") if not files else _("Mỗi lần nhiều nhất 60 tệp.")]
        return reports_page(422, sheets_form=form)
    previews = [_preview(one, form.unit.data or "") for one in files]
    _refuse_twins(previews)
    given = [
        (one.unit_id, [(it.recommendation_id, _packed(it.after)) for it in one.changes])
        for one in previews if not one.faults and one.changes
    ]  # fmt: skip
    page = render_template(
        "followups/reports_preview.html", **frame(), previews=previews, form=RowsForm(formdata=None, rows=_signer().dumps(given)),
        changes=sum(len(changes) for _unit, changes in given),
    )  # fmt: skip
    return make_response(page, 200 if given or not any(one.faults for one in previews) else 422)


@blueprint.post(f"{REPORTS}/rows")
@allowed("follow")
def reports_keep(code: str) -> Response:
    """Keep what was seen in the preview and is still ticked, all of it or nothing; approved at once where wanted."""
    keep, approved = set(request.form.getlist("keep")), "approved" in request.form
    given = [
        (unit_id, {id_: Said(*said) for id_, said in changes if f"{unit_id}:{id_}" in keep})
        for unit_id, changes in _unsigned(RowsForm().rows.data or "")
    ]
    try:
        count = store.write(reports.take_files, g.dialogue.id, given, actor=g.actor, approved=approved)
    except Invalid as error:
        flash(_(error.message), "error")
        return see_other(here())
    said = ngettext("Đã lấy %(count)s báo cáo từ phiếu.", "Đã lấy %(count)s báo cáo từ phiếu.", count, count=count)
    flash(said if approved else f"{said} {_('Các báo cáo ấy đang chờ duyệt ở đây.')}")
    return see_other(here())


def _packed(said: Said) -> tuple[str, str, str, str, str]:
    return said.state, said.text, said.document, said.day, said.seen


def _preview(upload: FileStorage, unit_id: str) -> Preview:
    name = (upload.filename or "").replace("\\", "/").rsplit("/", 1)[-1][:120]
    try:
        found = read_tasks(upload.read(), name)
    except Invalid as error:
        return Preview(name, faults=[Fault(0, error.message, dict(error.params))])
    return coming_tasks.check(store.reading(), g.dialogue, found, name, unit_id=unit_id)


def _refuse_twins(previews: list[Preview]) -> None:
    seen: dict[str, str] = {}
    for one in previews:
        if one.unit_id and one.unit_id in seen:
            message = N_("Cùng một đơn vị với tệp %(other)s. Hãy gửi từng tệp một.")
            one.faults.append(Fault(0, message, {"other": seen[one.unit_id]}))
        seen.setdefault(one.unit_id, one.file_name)


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt=f"reports:{g.dialogue.id}")


def _unsigned(raw: str) -> list[tuple[str, list[tuple[str, tuple[str, str, str, str, str]]]]]:
    try:
        return list(_signer().loads(raw))
    except BadSignature as error:
        raise Invalid(STALE) from error
