"""The public side of moderating: reasons and counts, for anybody who has the code."""

from __future__ import annotations

from flask import g
from flask import render_template

from survey.moderation import publicity
from survey.moderation.state import OTHER
from survey.moderation.state import REASONS
from survey.moderation.views import blueprint
from survey.web import store
from survey.web.guard import with_code


@blueprint.get("/d/<code>/moderation")
@with_code
def public_log(code: str) -> str:
    """By which rules questions are read before they go on the board, and how often each was used."""
    return render_template(
        "pages/moderation_log.html", dialogue=g.dialogue, base=f"/d/{code}", step=publicity.STEP,
        reasons=[sentence for token, sentence in REASONS.items() if token != OTHER],
        lines=publicity.lines(store.reading(), g.dialogue.id),
    )  # fmt: skip
