"""The MC's script: what to say at the opening, with the twenty seconds that explain the entry in force."""

from __future__ import annotations

from flask import g
from flask import render_template

from survey.core import phrase
from survey.desk.views import blueprint
from survey.dialogues import entry
from survey.followups.before import before
from survey.web import qr
from survey.web import store
from survey.web.guard import allowed


@blueprint.get("/s/<code>/script")
@allowed("open")
def script(code: str) -> str:
    """A page to print and read aloud."""
    dialogue = g.dialogue
    address = qr.join_url(dialogue.code).split("://", 1)[-1]
    key = dialogue.issue_key if entry.is_strong(dialogue) else None
    words = phrase.of(key) if key else ""
    return render_template(
        "desk/script.html",
        dialogue=dialogue,
        base=f"/s/{dialogue.code}",
        address=address,
        words=words,
        before=before(store.reading(), dialogue, published=True),
    )
