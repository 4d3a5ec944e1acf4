"""`/s/<code>/recommendations/<id>`: one recommendation, its state, its files and its history."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path
from typing import Any

from flask import Response
from flask import flash
from flask import g
from flask import make_response
from flask import render_template
from flask import request
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from survey.accounts import queries as accounts
from survey.core.errors import Invalid
from survey.core.errors import NotFound
from survey.core.errors import NotNow
from survey.followups import assigning
from survey.followups import attachments
from survey.followups import history
from survey.followups import recommendations
from survey.followups import recommended
from survey.followups import written
from survey.followups.forms_recommendations import FileForm
from survey.followups.forms_recommendations import RecommendationForm
from survey.followups.forms_recommendations import StepForm
from survey.followups.models_recommendations import Attachment
from survey.followups.recommended import Recommended
from survey.followups.views import blueprint
from survey.followups.views_recommendations import base
from survey.followups.views_recommendations import frame
from survey.followups.views_recommendations import offer
from survey.web import store
from survey.web.guard import allowed
from survey.web.htmx import see_other

ONE = "/s/<code>/recommendations/<recommendation_id>"
FILE = f"{ONE}/files/<file_id>"
NOBODY = frozenset({written.BY_ITSELF, "unit", "erasing"})  # actors that are no person
REFUSALS = (Invalid, NotFound, NotNow)


@blueprint.url_value_preprocessor
def _make_room(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    if endpoint == "followups.recommendation_file_add":
        request.max_content_length = attachments.LARGEST + 64 * 1024


@blueprint.get(ONE)
@allowed("follow")
def recommendation(code: str, recommendation_id: str) -> Response:
    """One with all that is known of it."""
    return _page(recommendation_id)


@blueprint.post(ONE)
@allowed("follow")
def recommendation_change(code: str, recommendation_id: str) -> Response:
    """Other words, another unit, another deadline."""
    _load(recommendation_id)
    form = RecommendationForm()
    if not form.validate():
        return _page(recommendation_id, 422, form=form)
    try:
        count = store.write(
            _change, recommendation_id, request.form.get("seen", ""), actor=g.actor, body=form.body.data or "",
            topic_id=form.topic_id.data or None, unit_id=form.unit_id.data or None,
            cooperating=form.cooperating.data or (), due=form.due.data, question_ids=_questions(recommendation_id),
        )  # fmt: skip
    except REFUSALS as error:
        form.refuse(error, "body")
        return _page(recommendation_id, error.status, form=form)
    flash(_("Đã lưu.") if count else _("Không có gì khác trước."))
    return see_other(_here(recommendation_id))


@blueprint.post(f"{ONE}/state")
@allowed("follow")
def recommendation_step(code: str, recommendation_id: str) -> Response:
    """Another state, with its reason or its answer."""
    _load(recommendation_id)
    form = StepForm()
    if not form.validate():
        return _page(recommendation_id, 422, step=form)
    try:
        store.write(_step, recommendation_id, request.form.get("seen", ""), form.data, actor=g.actor)
    except REFUSALS as error:
        form.refuse(error, "state")
        return _page(recommendation_id, error.status, step=form)
    flash(_("Đã ghi trạng thái."))
    return see_other(f"{_here(recommendation_id)}#state-h")


@blueprint.post(f"{ONE}/publication")
@allowed("publish")
def recommendation_publish(code: str, recommendation_id: str) -> Response:
    """Let everybody read it."""
    return _publish(recommendation_id, published=True)


@blueprint.post(f"{ONE}/publication/withdrawal")
@allowed("publish")
def recommendation_hide(code: str, recommendation_id: str) -> Response:
    """Let nobody but the office read it."""
    return _publish(recommendation_id, published=False)


@blueprint.post(f"{ONE}/removal")
@allowed("follow")
def recommendation_remove(code: str, recommendation_id: str) -> Response:
    """Take one away that was made by mistake."""
    store.write(written.withdraw, g.dialogue.id, recommendation_id, actor=g.actor)
    flash(_("Đã bỏ kiến nghị."))
    return see_other(f"{base()}/recommendations")


@blueprint.post(f"{ONE}/files")
@allowed("follow")
def recommendation_file_add(code: str, recommendation_id: str) -> Response:
    """Attach a file."""
    _load(recommendation_id)
    form, sent = FileForm(), request.files.get("file")
    try:
        kept = attachments.keep(data_dir(), sent.filename or "" if sent else "", sent.read() if sent else b"")
        store.write(attachments.add, recommendation_id, kept, actor=g.actor)
    except REFUSALS as error:
        form.refuse(error, "file")
        return _page(recommendation_id, error.status, file=form)
    flash(_("Đã đính kèm tệp."))
    return see_other(f"{_here(recommendation_id)}#files")


@blueprint.get(FILE)
@allowed("follow")
def recommendation_file(code: str, recommendation_id: str, file_id: str) -> Response:
    """The file, as a download."""
    return send(_file(recommendation_id, file_id))


@blueprint.post(f"{FILE}/publication")
@allowed("publish")
def recommendation_file_publish(code: str, recommendation_id: str, file_id: str) -> Response:
    """Let everybody read the file, once its recommendation may be read."""
    _file(recommendation_id, file_id)
    store.write(attachments.publish, file_id, published=True, actor=g.actor)
    return see_other(f"{_here(recommendation_id)}#files")


@blueprint.post(f"{FILE}/publication/withdrawal")
@allowed("publish")
def recommendation_file_hide(code: str, recommendation_id: str, file_id: str) -> Response:
    """Let nobody but the office read the file."""
    _file(recommendation_id, file_id)
    store.write(attachments.publish, file_id, published=False, actor=g.actor)
    return see_other(f"{_here(recommendation_id)}#files")


@blueprint.post(f"{FILE}/removal")
@allowed("follow")
def recommendation_file_remove(code: str, recommendation_id: str, file_id: str) -> Response:
    """Take a file away."""
    _file(recommendation_id, file_id)
    store.write(attachments.remove, file_id, actor=g.actor)
    flash(_("Đã bỏ tệp."))
    return see_other(f"{_here(recommendation_id)}#files")


def send(file: Attachment) -> Response:
    """A file as a download, never as a page."""
    response = make_response(attachments.read(data_dir(), file))
    response.headers.update(attachments.headers(file))
    return response


def data_dir() -> Path:
    """The folder in which the bytes of files lie."""
    return store.settings().data_dir


def _page(
    recommendation_id: str, status: int = 200, *, form: RecommendationForm | None = None, step: StepForm | None = None,
    file: FileForm | None = None,
) -> Response:  # fmt: skip
    session, one = store.reading(), _load(recommendation_id)
    rows = history.of(session, one.id)
    step = step or StepForm(formdata=None, obj=one)
    step.offer(one.state)
    given = {
        "cooperating": [id_ for id_, _name in one.cooperating],
        "unit_id": one.unit_id or "",
        "topic_id": one.topic_id or "",
    }
    page = render_template(
        "followups/recommendation.html", **frame(), one=one, step=step, file=file or FileForm(formdata=None),
        form=offer(form or RecommendationForm(formdata=None, obj=one, **given)), acts=_acts(session, rows),
        people=accounts.names(session, history.actors(rows) - NOBODY),
        waiting=assigning.candidates(session, g.dialogue.id), broken=not history.holds(session, one.id),
        mark=history.mark(session, one.id),
    )  # fmt: skip
    return make_response(page, status)


def _acts(session: Session, rows: list[Any]) -> list[list[Any]]:
    """The history, what was done at once together, the latest first."""
    return [list(each) for _key, each in groupby(rows, key=lambda row: (row.at, row.actor))][::-1]


def _change(session: Session, recommendation_id: str, seen: str, *, actor: str, **columns: Any) -> int:
    recommendations.check_seen(session, recommendation_id, seen)
    return recommendations.change(session, recommendation_id, actor=actor, **columns)


def _step(session: Session, recommendation_id: str, seen: str, given: dict[str, Any], *, actor: str) -> None:
    """What the form says holds, also where a text was taken out of it."""
    recommendations.check_seen(session, recommendation_id, seen)
    texts = {name: given[name] or "" for name in recommendations.SAID}
    recommendations.step(
        session, recommendation_id, given["state"] or "", actor=actor, whole=True, document_date=given["document_date"],
        **texts,
    )  # fmt: skip


def _publish(recommendation_id: str, *, published: bool) -> Response:
    _load(recommendation_id)
    store.write(recommendations.publish, recommendation_id, published, actor=g.actor)
    flash(_("Đã công bố: ai cũng đọc được kiến nghị này.") if published else _("Đã thôi công bố."))
    return see_other(_here(recommendation_id))


def _questions(recommendation_id: str) -> list[str]:
    """The questions that stay ticked, those of others left out."""
    there = {source.id for source in _load(recommendation_id).questions}
    free = {row.id for row in assigning.candidates(store.reading(), g.dialogue.id)}
    return [id_ for id_ in dict.fromkeys(request.form.getlist("question")) if id_ in there | free]


def _load(recommendation_id: str) -> Recommended:
    session = store.reading()
    recommendations.load(session, g.dialogue.id, recommendation_id)
    return next(one for one in recommended.of_dialogue(session, g.dialogue.id) if one.id == recommendation_id)


def _file(recommendation_id: str, file_id: str) -> Attachment:
    found = attachments.load(store.reading(), g.dialogue.id, file_id)
    if found.recommendation_id != recommendation_id:
        raise NotFound(attachments.GONE)
    return found


def _here(recommendation_id: str) -> str:
    return f"{base()}/recommendations/{recommendation_id}"
