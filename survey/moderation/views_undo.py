"""Undo: the newest decision of this moderator that still stands is taken back, and the toast says which."""

from __future__ import annotations

from flask import Response
from flask import g

from survey.core.errors import NotNow
from survey.moderation import trail
from survey.moderation import undoing
from survey.moderation.views import blueprint
from survey.moderation.views import done
from survey.moderation.views import said
from survey.web import store
from survey.web.guard import allowed
from survey.web.htmx import wants_json


@blueprint.post("/s/<code>/undo")
@allowed("moderate")
def undo(code: str) -> Response:
    """Take back the newest decision of this moderator that still stands; pressed again, the one before it."""
    key = store.keys().get(g.dialogue.id, "vote")
    try:
        undone = store.write(undoing.undo, key, g.dialogue.id, trail.steps(code), actor=g.actor, permission="moderate")
    except NotNow:
        trail.keep(code, [])
        if wants_json():
            raise
        return done(code, {}, toast={"id": "", "act": "nothing", "body": ""})
    trail.keep(code, trail.steps(code)[: undone["left"]])
    step = undone["step"]
    toast = said(step["id"], "undo") | {"undone": step["act"], "left": undone["left"]}
    return done(code, {"id": step["id"], "undone": step["act"], "version": undone["version"]}, toast=toast)
