"""`/s/<code>/publication`: what everybody may read, chosen by the office: all in one touch, or one by one."""

from __future__ import annotations

import tempfile
from typing import Any

from flask import Response
from flask import flash
from flask import g
from flask import make_response
from flask import render_template
from flask import request
from flask import send_file
from flask_babel import gettext as _
from flask_babel import ngettext

from survey.accounts import policy
from survey.core.errors import DomainError
from survey.core.errors import Invalid
from survey.core.errors import NotNow
from survey.dialogues.state import OVER
from survey.followups import attachments
from survey.followups import publishing
from survey.followups import recommended
from survey.followups.attachments import Kept
from survey.public import folder
from survey.public.views import STATES
from survey.public.views import blueprint
from survey.web import qr
from survey.web import store
from survey.web.errors import sentence
from survey.web.guard import allowed
from survey.web.htmx import see_other

PAGE = "/s/<code>/publication"
ROOM = 2 * 1024 * 1024  # bytes of a form with two long texts and a thousand boxes


@blueprint.url_value_preprocessor
def _make_room(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    if endpoint in {"public.publish", "public.publish_paper"}:
        request.max_form_memory_size = ROOM
        request.max_form_parts = 5_000
        request.max_content_length = attachments.LARGEST + ROOM


@blueprint.get(PAGE)
@allowed("publish")
def publication(code: str) -> Response:
    """What is public, what could be, the plan and the notice."""
    return _page()


@blueprint.post(f"{PAGE}/items")
@allowed("publish")
def publish(code: str) -> Response:
    """Exactly what is ticked, of what this page showed."""
    form = request.form
    return _publish(
        form.getlist("question"), form.getlist("seen-question"), form.getlist("recommendation"),
        form.getlist("seen-recommendation"),
    )  # fmt: skip


@blueprint.post(f"{PAGE}/all")
@allowed("publish")
def publish_all(code: str) -> Response:
    """Every answered question and every recommendation, in one touch."""
    questions, recommendations = publishing.everything(store.reading(), g.dialogue.id)
    return _publish(questions, questions, recommendations, recommendations)


@blueprint.post(f"{PAGE}/<any(plan,notice):kind>")
@allowed("publish")
def publish_paper(code: str, kind: str) -> Response:
    """Text and file of the plan or the notice, shown or kept; what is refused comes back as it was typed."""
    form = request.form
    try:
        _set_paper(kind, _kept_file())
    except (Invalid, NotNow) as error:
        return _page({kind: dict(form)}, {kind: error})
    flash(_("Đã lưu và công bố.") if "shown" in form else _("Đã lưu, chưa công bố."))
    return see_other(f"{_base()}/publication#{kind}")


@blueprint.post(f"{PAGE}/files/<file_id>/removal")
@allowed("publish")
def publish_remove_file(code: str, file_id: str) -> Response:
    """A file of the plan or the notice is no longer there."""
    store.write(publishing.remove_file, g.dialogue.id, file_id, actor=g.actor)
    publishing.discard(store.settings().data_dir, file_id)
    flash(_("Đã bỏ tệp."))
    return see_other(f"{_base()}/publication")


@blueprint.get(f"{PAGE}/folder.zip")
@allowed("publish")
def publication_folder(code: str) -> Response:
    """The public page as a folder for a portal."""
    target = tempfile.TemporaryFile(dir=store.settings().data_dir)  # noqa: SIM115 - the answer closes it, and so it goes
    folder.write(target, store.reading(), store.settings().data_dir, g.dialogue, STATES, qr.public_base())
    size = target.tell()
    target.seek(0)
    answer = send_file(target, "application/zip", as_attachment=True, download_name=folder.file_name(g.dialogue))
    answer.content_length = size
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _kept_file() -> Kept | None:
    file = request.files.get("file")
    if file is None or not file.filename:
        return None
    content = file.stream.read(attachments.LARGEST + 1)
    return publishing.keep(store.settings().data_dir, file.filename, content)


def _set_paper(kind: str, kept: Kept | None) -> None:
    """Text and file in one write: where that is refused, nothing of either stays."""
    form = request.form
    try:
        store.write(
            publishing.set_paper, g.dialogue.id, kind, form.get("text", ""), shown="shown" in form,
            document=form.get("document", ""), kept=kept, actor=g.actor,
        )  # fmt: skip
    except DomainError:
        if kept is not None:
            publishing.discard(store.settings().data_dir, kept.id)
        raise


def _publish(questions: list[str], among: list[str], recommendations: list[str], of: list[str]) -> Response:
    """A lot at a time, so that no hall waits for a long list."""
    wanted, changed = set(recommendations), 0
    for start in range(0, max(len(of), 1), publishing.AT_ONCE):
        lot = of[start : start + publishing.AT_ONCE]
        changed += store.write(
            publishing.publish, g.dialogue.id, question_ids=questions, among=among if start == 0 else (),
            recommendation_ids=wanted & set(lot), of=lot, actor=g.actor,
        )  # fmt: skip
    return _said(changed)


def _said(changed: int) -> Response:
    if changed:
        flash(
            ngettext("Đã cập nhật trang công khai: %(num)s mục.", "Đã cập nhật trang công khai: %(num)s mục.", changed)
        )
    else:
        flash(_("Không có gì thay đổi trên trang công khai."))
    return see_other(f"{_base()}/publication")


def _base() -> str:
    return f"/s/{g.dialogue.code}"


def _page(typed: dict[str, dict[str, str]] | None = None, errors: dict[str, DomainError] | None = None) -> Response:
    session, dialogue = store.reading(), g.dialogue
    over = dialogue.state in OVER and not dialogue.rehearsal
    return make_response(render_template(
        "public/publication.html", dialogue=dialogue, base=_base(), over=over,
        may=policy.rights(g.identity, dialogue.organisation_id, dialogue.id),
        questions=publishing.answered(session, dialogue.id) if over else [],
        public=publishing.published(session, dialogue.id),
        recommendations=recommended.of_dialogue(session, dialogue.id) if over else [],
        papers=publishing.papers(session, dialogue.id), typed=typed or {}, states=STATES,
        errors={kind: sentence(error) for kind, error in (errors or {}).items()},
        address=f"{qr.public_base()}/p/{dialogue.code}", kinds=",".join(f".{one}" for one in attachments.KINDS),
    ), 422 if errors else 200)  # fmt: skip
