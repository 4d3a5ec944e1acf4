"""*Trả lời gộp*: one answer to several questions, or to a whole topic, and taking it back."""

from __future__ import annotations

from flask import Response
from flask import g
from flask import make_response
from flask import render_template
from flask import request
from flask_babel import gettext as _

from survey.core.errors import Invalid
from survey.dialogues import queries as dialogues
from survey.moderation import together
from survey.questions import queries as questions
from survey.questions.queries import Row
from survey.questions.state import SUPPORTABLE
from survey.stage.views import blueprint
from survey.stage.views_lead_acts import back
from survey.web import store
from survey.web.errors import sentence
from survey.web.guard import allowed
from survey.web.htmx import is_htmx
from survey.web.htmx import wants_json


@blueprint.get("/s/<code>/lead/group")
@allowed("answer")
def lead_group(code: str) -> Response:
    """Everything that waits, under its topic, to be ticked."""
    return _page(code)


@blueprint.post("/s/<code>/lead/group")
@allowed("answer")
def lead_group_answer(code: str) -> Response:
    """Answer what was ticked, and all of the topics that were, in one act."""
    act = "put_in_writing" if request.form.get("act") == "put_in_writing" else "answer"
    ids = {*request.form.getlist("chosen"), *_under(request.form.getlist("topic"))}
    try:
        taken = store.write(together.answer, g.dialogue.id, ids, act, actor=g.actor)
    except Invalid as error:
        if wants_json() or is_htmx():
            raise
        return _page(code, sentence(error), ids)
    return back(code, dict(taken))


@blueprint.post("/s/<code>/lead/group/<group_id>/undo")
@allowed("answer")
def lead_group_undo(code: str, group_id: str) -> Response:
    """Take the last of them back whole."""
    return back(code, dict(store.write(together.take_back, g.dialogue.id, group_id, actor=g.actor)))


def _waiting() -> list[Row]:
    return questions.board(store.reading(), g.dialogue.id, states=SUPPORTABLE)


def _under(topics: list[str]) -> set[str]:
    return {row.id for row in _waiting() if (row.topic_id or "-") in topics} if topics else set()


def _page(code: str, error: str = "", chosen: set[str] | frozenset[str] = frozenset()) -> Response:
    rows = _waiting()
    names = [(topic.id, topic.name) for topic in dialogues.topics(store.reading(), g.dialogue.id)]
    topics = [
        (topic_id, name, [row for row in rows if (row.topic_id or "-") == topic_id])
        for topic_id, name in [*names, ("-", _("Chưa xếp nhóm vấn đề"))]
    ]
    page = render_template(
        "stage/group.html", dialogue=g.dialogue, base=f"/s/{code}", topics=[one for one in topics if one[2]],
        error=error, chosen=chosen,
    )  # fmt: skip
    return make_response(page, 422 if error else 200)
