"""Views by which staff bring questions in: spoken in the hall, on paper, pasted, from a file. Nothing comes in unseen."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

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
from markupsafe import Markup

from survey.core.errors import Invalid
from survey.core.errors import NotNow
from survey.core.ids import new_id
from survey.core.text import N_
from survey.core.text import fold
from survey.desk.forms_intake import ConfirmForm
from survey.desk.forms_intake import FileForm
from survey.desk.forms_intake import OneForm
from survey.desk.forms_intake import PasteForm
from survey.desk.views import blueprint
from survey.dialogues import queries as dialogues
from survey.moderation import queries
from survey.moderation import service
from survey.moderation.intake import Found
from survey.moderation.intake import Reading
from survey.moderation.intake import mark_twins
from survey.moderation.intake import packed
from survey.moderation.intake import unpacked
from survey.moderation.service import BroughtIn
from survey.moderation.upload import read_pasted
from survey.moderation.upload import read_upload
from survey.web import store
from survey.web.errors import sentence
from survey.web.guard import allowed
from survey.web.htmx import see_other

WAYS = {"spoken": OneForm, "paper": OneForm, "paste": PasteForm, "file": FileForm}
AT_ONCE = 10  # questions in one write, so that an import of two thousand never holds a voter back
DRAWN_AT_ONCE = 30  # rows of a preview; between two lots the streams have their turn
ROOM = 8 * 1024 * 1024  # bytes of a pasted text or of a preview that comes back; other forms stay at Werkzeug's half MB


@blueprint.url_value_preprocessor
def _make_room(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    # Before the CSRF check, which is the first to read the form.
    if endpoint in {"desk.intake_preview", "desk.intake_confirm"}:
        request.max_form_memory_size = ROOM


@blueprint.get("/s/<code>/intake")
@allowed("bring_in")
def intake(code: str) -> Response:
    """One way of bringing questions in, chosen by `?way=`."""
    way = request.args.get("way", "spoken")
    way = way if way in WAYS else "spoken"
    unit = request.args.get("unit", "") if way == "paper" else ""  # papers come in stacks of one branch
    return _intake(code, way, WAYS[way](formdata=None, unit=unit))


@blueprint.post("/s/<code>/intake")
@allowed("bring_in")
def intake_one(code: str) -> Response:
    """Put one question on the board; `call` has it answered at once."""
    form = OneForm()
    way = "paper" if form.source.data == "paper" else "spoken"
    if not form.validate():
        return _intake(code, way, form, 422)
    row = BroughtIn(
        form.text.data or "", form.topic.data or "", form.unit.data or "", form.count.data or 0, source=way,
        key=form.client_id.data or "",
    )  # fmt: skip
    try:
        (question_id,) = store.write(service.bring_in, g.dialogue.id, [row], actor=g.actor)
    except (Invalid, NotNow) as error:
        form.text.errors = [sentence(error)]
        return _intake(code, way, form, error.status)
    if "call" in request.form:
        store.write(service.decide, g.dialogue.id, question_id, "call", actor=g.actor)
    number = queries.some(store.reading(), g.dialogue.id, [question_id])[0].number
    flash(_("Đã đưa lên bảng: câu %(number)s. Mời ghi câu tiếp theo.", number=number))
    keep = {"unit": form.unit.data} if way == "paper" and form.unit.data else {}
    return see_other(f"/s/{code}/intake?{urlencode({'way': way, **keep})}")


@blueprint.post("/s/<code>/intake/preview")
@allowed("bring_in")
def intake_preview(code: str) -> Response:
    """Show what a pasted text or a file holds. Nothing has come in yet."""
    way = "file" if "file" in request.files else "paste"
    form: Any = WAYS[way]()
    if not form.validate():
        return _intake(code, way, form, 422)
    try:
        reading = _read(way, form)
    except Invalid as error:
        getattr(form, way if way == "file" else "text").errors = [_(error.message)]
        return _intake(code, way, form, 422)
    return _preview(code, reading, way, form)


@blueprint.post("/s/<code>/intake/questions")
@allowed("bring_in")
def intake_confirm(code: str) -> Response:
    """Bring in what was seen in the preview and is still ticked."""
    form = ConfirmForm()
    batch, reading = _unsigned(form.rows.data or "")
    keep = set(request.form.getlist("keep"))
    rows = [
        _brought(row, f"{batch}:{place}", request.form.get("sheets_are"))
        for place, row in enumerate(reading.rows)
        if str(place) in keep
    ]
    for start in range(0, len(rows), AT_ONCE):
        part = rows[start : start + AT_ONCE]
        store.write(service.bring_in, g.dialogue.id, part, actor=g.actor, new_topics=bool(form.new_topics.data))
    flash(_("Đã đưa %(count)s câu lên bảng.", count=len(rows)))
    return see_other(f"/s/{code}/moderate?list={'approved' if rows else 'pending'}")


def _read(way: str, form: Any) -> Reading:
    if way == "file":
        upload = form.file.data
        if not upload or not upload.filename:
            raise Invalid(N_("Hãy chọn một tệp."))
        reading = read_upload(upload.read(), upload.filename)
    else:
        reading = read_pasted(form.text.data)
    rows = [replace(row, unit=row.unit or form.unit.data, topic=row.topic or _chosen(form)) for row in reading.rows]
    known = queries.known_texts(store.reading(), g.dialogue.id, (fold(row.text) for row in rows))
    reading.rows = mark_twins(rows, known)
    return reading


def _chosen(form: Any) -> str:
    topics = dialogues.topics(store.reading(), g.dialogue.id)
    return next((topic.name for topic in topics if topic.id == form.topic.data), "")


def _brought(row: Found, key: str, sheets_are: str | None) -> BroughtIn:
    topic = row.topic or (row.sheet if sheets_are == "topic" else "")
    unit = row.unit or (row.sheet if sheets_are == "unit" else "")
    return BroughtIn(row.text, topic, unit, row.count, row.answered, "imported", key, row.note)


def _intake(code: str, way: str, form: Any, status: int = 200) -> Response:
    form.offer(dialogues.topics(store.reading(), g.dialogue.id))
    if way in {"spoken", "paper"} and not form.client_id.data:
        form.client_id.data = new_id()
    page = render_template("desk/intake.html", dialogue=g.dialogue, base=f"/s/{code}", way=way, form=form)
    return make_response(page, status)


def _preview(code: str, reading: Reading, way: str, form: Any) -> Response:
    names = {fold(topic.name) for topic in dialogues.topics(store.reading(), g.dialogue.id)}
    fresh = list(dict.fromkeys(row.topic for row in reading.rows if row.topic and fold(row.topic) not in names))
    confirm = ConfirmForm(formdata=None, rows=_signed(reading), new_topics=True)
    page = render_template(
        "desk/intake_preview.html", dialogue=g.dialogue, base=f"/s/{code}", way=way, reading=reading, fresh=fresh,
        rows=_drawn(reading.rows),
        form=confirm, original=form,
    )  # fmt: skip
    return make_response(page)


def _drawn(rows: list[Found]) -> Markup:
    lots = []
    for start in range(0, len(rows), DRAWN_AT_ONCE):
        lot = enumerate(rows[start : start + DRAWN_AT_ONCE], start)
        lots.append(render_template("moderation/_found.html", rows=lot))
        time.sleep(0)
    return Markup("".join(lots))  # noqa: S704 - rendered


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt=f"intake:{g.dialogue.id}")


def _signed(reading: Reading) -> str:
    """The reading as a form can carry it, compressed; with a name of its own, so that it comes in once."""
    return str(_signer().dumps([new_id(), packed(reading)]))


def _unsigned(raw: str) -> tuple[str, Reading]:
    try:
        batch, data = _signer().loads(raw)
    except BadSignature as error:
        raise Invalid(N_("Trang xem trước này không còn dùng được. Hãy gửi lại tệp hoặc dán lại các câu.")) from error
    return batch, unpacked(data)
