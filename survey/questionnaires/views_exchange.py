"""Views by which a questionnaire comes in from a file and goes out as one. What was read is looked at before it is made.

Nothing that was uploaded is kept here. The preview carries what was read, signed for one dialogue and one person and good
for a day; so any process can confirm it, and closing the page leaves nothing behind.
"""

from __future__ import annotations

from typing import Any

from flask import Response
from flask import current_app
from flask import flash
from flask import g
from flask import make_response
from flask import render_template
from flask import request
from flask_babel import gettext as _
from itsdangerous import BadSignature
from itsdangerous import TimestampSigner

from survey.core.apart import NotRead
from survey.core.errors import DomainError
from survey.core.errors import Invalid
from survey.core.offload import off_the_loop
from survey.core.text import N_
from survey.questionnaires.exchange import bringing
from survey.questionnaires.exchange import plain
from survey.questionnaires.exchange import sheets
from survey.questionnaires.exchange import upload
from survey.questionnaires.forms_exchange import ConfirmForm
from survey.questionnaires.forms_exchange import FileForm
from survey.questionnaires.kinds import KINDS
from survey.questionnaires.views import blueprint
from survey.questionnaires.views import rights
from survey.questionnaires.views_build import SURVEY
from survey.questionnaires.views_build import back
from survey.questionnaires.views_build import desk
from survey.web import store
from survey.web.errors import sentence
from survey.web.guard import allowed
from survey.web.htmx import json_answer
from survey.web.htmx import see_other
from survey.web.htmx import wants_json

IMPORT = "/s/<code>/surveys/import"
ROOM = 4 * 1024 * 1024  # bytes of a preview that comes back; other forms stay at Werkzeug's half MB
GOOD_FOR = 24 * 3600  # seconds
MOST_DRAWN = 300  # complaints of one list


@blueprint.url_value_preprocessor
def _make_room(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    # Before the CSRF check, which is the first to read the form.
    if endpoint == "questionnaires.exchange_make":
        request.max_form_memory_size = ROOM


@blueprint.get(IMPORT)
@allowed("manage")
def exchange_page(code: str) -> Response:
    """Choose a file."""
    return _page(FileForm(formdata=None))


@blueprint.get(f"{IMPORT}/<any(preview,questionnaire):act>")
@allowed("manage")
def exchange_again(code: str, act: str) -> Response:
    """Where a form was answered with a page: who loads it anew comes back to the beginning."""
    return see_other(f"{desk()}/surveys/import")


@blueprint.post(f"{IMPORT}/preview")
@allowed("manage")
def exchange_preview(code: str) -> Response:
    """Show what a file would make, and what in it has no place here. Nothing was made yet."""
    form = FileForm()
    try:
        data, name = form.content()
        made = upload.read_upload(data, name)
    except (Invalid, NotRead) as error:
        return _refused(form, error)
    found = bringing.at_home(made, bringing.tree(store.reading(), g.dialogue.id))
    status = 200 if any(KINDS[item["kind"]].asks for item in found["document"]["items"]) else 422
    if wants_json():
        return json_answer({"document": found["document"], "complaints": found["complaints"]}, status)
    packed = _signer().sign(upload.packed(found["document"])).decode()
    return _preview(ConfirmForm(formdata=None, read=packed), found, status)


@blueprint.post(f"{IMPORT}/questionnaire")
@allowed("manage")
def exchange_make(code: str) -> Response:
    """Make what was seen in the preview: a draft."""
    document = _unsigned(ConfirmForm().read.data or "")
    here = bringing.tree(store.reading(), g.dialogue.id)
    try:
        rows = off_the_loop(lambda: bringing.rows_of(document, here))
        made = store.write(bringing.bring_in, g.dialogue.id, document, rows)
    except Invalid as error:
        return _refused(FileForm(formdata=None), error)
    flash(_("Đã nhập phiếu. Đây là bản soạn, chưa đoàn viên nào thấy."))
    return back(made)


@blueprint.get(f"{SURVEY}/questionnaire.<any(xlsx,json):act>")
@allowed("manage")
def exchange_file(code: str, questionnaire_id: str, act: str) -> Response:
    """The questionnaire as a file that comes back in unchanged; no answer is in it."""
    document = bringing.taken_out(store.reading(), g.dialogue.id, questionnaire_id)
    writer = sheets.workbook if act == "xlsx" else plain.write
    response = make_response(off_the_loop(lambda: writer(document)))
    response.headers["Content-Type"] = sheets.MIMETYPE if act == "xlsx" else plain.MIMETYPE
    response.headers["Content-Disposition"] = f'attachment; filename="phieu-{questionnaire_id}.{act}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _refused(form: FileForm, error: DomainError) -> Response:
    if wants_json():
        raise error
    form.file.errors = [sentence(error)]
    return _page(form, error.status)


def _page(form: FileForm, status: int = 200) -> Response:
    drawn = render_template(
        "questionnaires/import.html", dialogue=g.dialogue, base=desk(), may=rights(), form=form
    )  # fmt: skip
    return make_response(drawn, status)


def _preview(form: ConfirmForm, found: dict[str, Any], status: int) -> Response:
    lost = [one for one in found["complaints"] if one["lost"]]
    doubts = [one for one in found["complaints"] if not one["lost"]]
    drawn = render_template(
        "questionnaires/import_preview.html", dialogue=g.dialogue, base=desk(), may=rights(), form=form, kinds=KINDS,
        document=found["document"], rows=found["rows"], lost=lost, doubts=doubts, most=MOST_DRAWN,
        asked=sum(KINDS[item["kind"]].asks for item in found["document"]["items"]),
    )  # fmt: skip
    return make_response(drawn, status)


def _signer() -> TimestampSigner:
    return TimestampSigner(current_app.secret_key or "", salt=f"questionnaire-import:{g.dialogue.id}:{g.actor}")


def _unsigned(raw: str) -> dict[str, Any]:
    try:
        return upload.unpacked(_signer().unsign(raw, max_age=GOOD_FOR).decode())
    except BadSignature as error:
        raise Invalid(N_("Trang xem trước này không còn dùng được. Hãy gửi lại tệp; chưa có gì được nhập.")) from error
