"""Results for the staff: figures as of the last step; once it is closed cross-tables, a filter and the link to read them."""

from __future__ import annotations

from flask import Response
from flask import flash
from flask import g
from flask import make_response
from flask import render_template
from flask import request
from flask_babel import gettext as _

from survey.core.errors import NotFound
from survey.core.errors import NotNow
from survey.questionnaires import gist
from survey.questionnaires import looking
from survey.questionnaires import queries
from survey.questionnaires import sharing
from survey.questionnaires.results import Results
from survey.questionnaires.snapshot import Snapshot
from survey.questionnaires.state import takes
from survey.questionnaires.views import blueprint
from survey.questionnaires.views import rights
from survey.questionnaires.views_build import SURVEY
from survey.questionnaires.views_build import desk
from survey.web import guesses
from survey.web import store
from survey.web.errors import sentence
from survey.web.guard import allowed
from survey.web.guard import with_code
from survey.web.htmx import see_other
from survey.web.qr import public_base


@blueprint.get(f"{SURVEY}/results")
@allowed("results")
def results(code: str, questionnaire_id: str) -> Response:
    """Figures, and what was asked for beside them: `?by=`, `?x=&y=`, `?q=`, `?at=&page=`."""
    row = queries.one(store.reading(), g.dialogue.id, questionnaire_id)
    found = queries.results(store.reading(), questionnaire_id, texts=False)
    over = not takes(row.state, g.dialogue.phase)
    look = looking.look(found, row.items, _gist(found), request.args, over=over)
    return make_response(render_template(
        "questionnaires/desk_results.html", dialogue=g.dialogue, base=desk(), may=rights(), survey=row, results=found,
        look=look, over=over,
    ))  # fmt: skip


@blueprint.post(f"{SURVEY}/link")
@allowed("manage")
def share(code: str, questionnaire_id: str) -> Response:
    """A link to read the results; it is shown once, because only its digest is kept."""
    try:
        token = store.write(sharing.share, g.dialogue.id, questionnaire_id)
    except NotNow as error:
        flash(sentence(error), "error")
    else:
        url = f"{public_base()}/p/{g.dialogue.code}/results/{token}"
        flash(_("Hãy chép ngay, trang này chỉ hiện một lần: %(url)s", url=url))
    return _files(questionnaire_id)


@blueprint.post(f"{SURVEY}/link/withdrawal")
@allowed("manage")
def unshare(code: str, questionnaire_id: str) -> Response:
    """The link stops working."""
    store.write(sharing.withdraw, g.dialogue.id, questionnaire_id)
    flash(_("Đã thu hồi. Đường dẫn cũ không mở được nữa."))
    return _files(questionnaire_id)


@blueprint.get("/p/<code>/results/<token>")
@with_code
def shared(code: str, token: str) -> Response:
    """The figures for whoever has the link, without what people wrote, without a cookie and without a button."""
    session = store.reading()
    try:
        questionnaire_id = sharing.by_token(session, g.dialogue.id, token)
    except NotFound:
        guesses.missed()
        raise
    row = queries.for_members(session, g.dialogue.id, questionnaire_id)
    answer = make_response(render_template(
        "questionnaires/shared.html", dialogue=g.dialogue, survey=row,
        results=queries.results(session, questionnaire_id, texts=False),
    ))  # fmt: skip
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


def _gist(found: Results) -> gist.Gist:
    """What the responses of the last step say; of a survey that was counted before steps were kept, its texts alone."""
    packed = queries.packed(store.reading(), found.id)
    if packed:
        return gist.remembered(packed)
    return gist.made(Snapshot(found.people, {}, {one.id: one.texts for one in found.items}))


def _files(questionnaire_id: str) -> Response:
    return see_other(f"{desk()}/surveys/{questionnaire_id}/files")
