"""Merging and taking apart, from the lists of the moderator's page. Each is one act, and its toast undoes it."""

from __future__ import annotations

from flask import Response
from flask import g
from flask import make_response
from flask import render_template
from flask import request
from flask_babel import gettext as _

from survey.core.errors import Invalid
from survey.moderation import clusters
from survey.moderation import merging
from survey.moderation import stepping
from survey.moderation.undoing import Step
from survey.moderation.views import blueprint
from survey.moderation.views import done
from survey.moderation.views import named
from survey.moderation.views import next_path
from survey.moderation.views import said
from survey.questions import queries
from survey.questions.groups import MOST
from survey.web import store
from survey.web.guard import allowed
from survey.web.htmx import is_htmx
from survey.web.htmx import wants_json


@blueprint.post("/s/<code>/questions/merge")
@allowed("moderate")
def merge_chosen(code: str) -> Response:
    """Merge the questions that are named (`chosen`, or `others` in the address), under `shared` where that is written."""
    wording, marks = request.form.get("shared", "").strip() if "others" not in request.args else "", named("chosen")
    try:
        merged = store.write(
            merging.merge_chosen, _key(), g.dialogue.id, list(marks), actor=g.actor, wording=wording, marks=marks
        )
    except Invalid as error:
        if is_htmx() or wants_json():
            raise
        return _again(code, error, wording, list(marks))
    return _merged(code, merged)


@blueprint.post("/s/<code>/questions/<question_id>/merge")
@allowed("moderate")
def merge(code: str, question_id: str) -> Response:
    """Make the questions named by `others` wordings of this one."""
    marks = named()
    merged = store.write(merging.merge, _key(), g.dialogue.id, question_id, list(marks), actor=g.actor, marks=marks)
    return _merged(code, merged)


@blueprint.post("/s/<code>/questions/<question_id>/split")
@allowed("moderate")
def split(code: str, question_id: str) -> Response:
    """Undo the latest merge of this question."""
    merged, step = store.write(stepping.split, _key(), g.dialogue.id, question_id, actor=g.actor)
    return done(code, dict(merged), toast=said(question_id, "split"), step=step)


@blueprint.post("/s/<code>/questions/<question_id>/apart")
@allowed("moderate")
def apart(code: str, question_id: str) -> Response:
    """Say that a waiting question (or those named by `others`, which stand on its card) is like no other."""
    moved = store.write(clusters.set_apart, g.dialogue.id, list(named()) or [question_id], apart=True, actor=g.actor)
    step = Step(act="apart", id=question_id, others=moved["ids"]) if moved["ids"] else None
    return done(code, dict(moved), toast=said(question_id, "apart"), step=step)


def _merged(code: str, merged: merging.Grouped) -> Response:
    step = Step(act="merge", id=merged["id"], group=merged["group"])
    return done(code, dict(merged), toast=said(merged["id"], "merge", many=len(merged["others"]) + 1), step=step)


def _key() -> bytes:
    return store.keys().get(g.dialogue.id, "vote")


def _again(code: str, error: Invalid, wording: str, chosen: list[str]) -> Response:
    """The choice and the wording once more, with what is missing."""
    page = render_template(
        "moderation/merge_again.html", dialogue=g.dialogue, base=f"/s/{code}", typed=wording, error=_(error.message),
        next=next_path(code), rows=queries.some(store.reading(), g.dialogue.id, chosen[:MOST]),
    )  # fmt: skip
    return make_response(page, 422)
