"""What people wrote in questionnaires, on its way to the board: seen in shuffled order, taken over or set aside in bulk."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask import flash
from flask import g
from flask import make_response
from flask import render_template
from flask import request
from flask_babel import gettext as _

from survey.accounts import policy
from survey.core.errors import DomainError
from survey.core.errors import Invalid
from survey.core.errors import NotFound
from survey.desk.views import blueprint
from survey.dialogues import queries as dialogues
from survey.moderation import bridge
from survey.moderation import offers
from survey.moderation.bridge import Chosen
from survey.web import store
from survey.web.errors import sentence
from survey.web.guard import allowed
from survey.web.htmx import see_other
from survey.web.htmx import wants_json

ANSWERS = "/s/<code>/survey-answers"
ROOM = 4 * 1024 * 1024  # bytes of a form with a page of texts
AT_ONCE = 5  # cards in one write, so that a voter never waits for a page of merges


@blueprint.url_value_preprocessor
def _make_room(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    if endpoint in {"desk.survey_answers_take", "desk.survey_answers_dismiss"}:
        request.max_form_memory_size = ROOM


@blueprint.get(ANSWERS)
@allowed("bring_in")
def survey_answers(code: str) -> Response:
    """Texts out of questionnaires that may go on the board, likely duplicates together."""
    return _page()


@blueprint.post(f"{ANSWERS}/questions")
@allowed("bring_in")
def survey_answers_take(code: str) -> Response:
    """Make questions of the cards that are ticked: on the board, or in the queue."""
    pending, wanted = request.form.get("to") == "queue", _chosen()
    made = drafts = late = 0
    try:
        bridge.check(wanted)
    except (Invalid, NotFound) as error:
        return _page(error)
    texts = _texts()
    for start in range(0, len(wanted), AT_ONCE):
        part = wanted[start : start + AT_ONCE]
        done = store.write(bridge.take, _key("vote"), g.dialogue.id, texts, part, pending=pending, actor=g.actor)
        made, drafts, late = made + done.questions, drafts + done.drafts, late + done.late
    if made and pending:
        flash(_("Đã đưa %(made)s câu vào hàng chờ, từ %(drafts)s lời viết.", made=made, drafts=drafts))
    elif made:
        flash(_("Đã đưa %(made)s câu lên bảng, từ %(drafts)s lời viết.", made=made, drafts=drafts))
    if late:
        flash(_("%(late)s câu người khác đã xử lý trước, nên không đưa lần nữa.", late=late), "warn")
    return see_other(_here())


@blueprint.post(f"{ANSWERS}/dismissal")
@allowed("bring_in")
def survey_answers_dismiss(code: str) -> Response:
    """Set the cards that are ticked aside."""
    texts = _texts()
    ids = [id_ for one in _chosen() for id_ in (one.lead, *one.others) if id_ in texts]
    count = store.write(bridge.dismiss, g.dialogue.id, ids)
    flash(_("Đã bỏ qua %(count)s lời viết.", count=count))
    return see_other(_here())


@blueprint.post(f"{ANSWERS}/dismissal/withdrawal")
@allowed("bring_in")
def survey_answers_bring_back(code: str) -> Response:
    """Show again what was set aside."""
    store.write(bridge.bring_back, g.dialogue.id)
    flash(_("Đã đưa lại vào danh sách những lời đã bỏ qua."))
    return see_other(_here())


def _chosen() -> list[Chosen]:
    """The ticked cards as they were typed."""
    form = request.form
    return [
        Chosen(lead, tuple(form.getlist(f"same-{lead}")), form.get(f"wording-{lead}", ""),
               form.get(f"topic-{lead}", "") or form.get("topic", ""))
        for lead in form.getlist("take")
    ]  # fmt: skip


def _texts() -> dict[str, str]:
    """The drafts as they are now, read outside the write: thousands of them take a while."""
    found = offers.drafts(store.reading(), _key("response"), g.dialogue.id)
    return {draft.id: draft.text for draft in found}


def _page(error: DomainError | None = None) -> Response:
    """The page; with what was typed and the sentences at their cards, where it was refused (a program gets the error)."""
    if error is not None and wants_json():
        raise error
    session = store.reading()
    session.expire_all()
    page = render_template(
        "desk/survey_answers.html", dialogue=g.dialogue, base=f"/s/{g.dialogue.code}",
        may=policy.rights(g.identity, g.dialogue.organisation_id, g.dialogue.id),
        found=offers.page(session, _key("response"), g.dialogue.id), offered=offers.offered(session, g.dialogue.id),
        topics=dialogues.topics(session, g.dialogue.id), typed=request.form if error else None,
        refused=sentence(error) if error else "", fields=error.fields if isinstance(error, Invalid) else {},
    )  # fmt: skip
    return make_response(page, 422 if error else 200)


def _key(purpose: str) -> bytes:
    return store.keys().get(g.dialogue.id, purpose)


def _here() -> str:
    return f"/s/{g.dialogue.code}/survey-answers"
