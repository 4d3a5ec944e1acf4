"""Merging and taking apart, from the lists of the moderator's page. Each is one act, and its toast undoes it."""

from __future__ import annotations

from flask import Response
from flask import g
from flask import make_response
from flask import render_template
from flask import request
from flask_babel import gettext as _

from survey.core.errors import Invalid
from survey.core.text import excerpt
from survey.moderation import merging
from survey.moderation.views import blueprint
from survey.moderation.views import done
from survey.moderation.views import next_path
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
    wording = request.form.get("shared", "").strip() if "others" not in request.args else ""
    try:
        merged = store.write(merging.merge_chosen, _key(), g.dialogue.id, _named(), actor=g.actor, wording=wording)
    except Invalid as error:
        if is_htmx() or wants_json():
            raise
        return _again(code, error, wording)
    return done(code, dict(merged), toast=_said(merged, "merge", "split"))


@blueprint.post("/s/<code>/questions/<question_id>/merge")
@allowed("moderate")
def merge(code: str, question_id: str) -> Response:
    """Make the questions named by `others` wordings of this one."""
    merged = store.write(merging.merge, _key(), g.dialogue.id, question_id, _named(), actor=g.actor)
    return done(code, dict(merged), toast=_said(merged, "merge", "split"))


@blueprint.post("/s/<code>/questions/<question_id>/split")
@allowed("moderate")
def split(code: str, question_id: str) -> Response:
    """Undo the latest merge of this question."""
    merged = store.write(merging.split, _key(), g.dialogue.id, question_id, actor=g.actor)
    row = queries.one(store.reading(), g.dialogue.id, question_id)
    again = "merge" if row is not None and row.state != "withdrawn" else ""  # a written wording is gone
    return done(code, dict(merged), toast=_said(merged, "split", again))


def _key() -> bytes:
    return store.keys().get(g.dialogue.id, "vote")


def _named() -> list[str]:
    """Ids: boxes that were ticked, a list, or one parameter with commas. The address goes before the form."""
    found = request.args.getlist("others") or request.form.getlist("others") or request.form.getlist("chosen")
    return [one for several in found for one in several.split(",") if one]


def _again(code: str, error: Invalid, wording: str) -> Response:
    """The choice and the wording once more, with what is missing."""
    page = render_template(
        "moderation/merge_again.html", dialogue=g.dialogue, base=f"/s/{code}", typed=wording, error=_(error.message),
        next=next_path(code), rows=queries.some(store.reading(), g.dialogue.id, _named()[:MOST]),
    )  # fmt: skip
    return make_response(page, 422)


def _said(merged: merging.Grouped, act: str, undo: str) -> dict[str, str]:
    row = queries.one(store.reading(), g.dialogue.id, merged["id"])
    others = ",".join(merged["others"]) if undo == "merge" else ""
    return {"id": merged["id"], "act": act, "undo": undo, "seen": "", "others": others,
            "body": excerpt(row.body, 7) if row else ""}  # fmt: skip
