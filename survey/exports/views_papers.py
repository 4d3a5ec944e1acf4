"""The papers of a dialogue: a page that says what each is for and what is missing in it, and the files themselves."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask import g
from flask import make_response
from flask import render_template
from flask import request

from survey.accounts import policy
from survey.dialogues.state import OVER
from survey.exports import making_papers
from survey.exports import paper_list
from survey.exports import papers
from survey.exports import scene
from survey.exports.scene import Scene
from survey.exports.service import File
from survey.exports.views import blueprint
from survey.web import qr
from survey.web import store
from survey.web.guard import allowed


@blueprint.get("/s/<code>/papers")
@allowed("export")
def papers_(code: str) -> str:
    """All papers, in the order in which an office needs them."""
    found = _scene()
    made = [_line(found, kind) for kind in paper_list.KINDS]
    order = (paper_list.AFTER, paper_list.BEFORE) if g.dialogue.state in OVER else (paper_list.BEFORE, paper_list.AFTER)
    groups = [(group, [one for one in made if one["kind"].group == group]) for group in order]
    draft = found.office.draft if _draft() is None else bool(_draft())
    may = policy.rights(g.identity, g.dialogue.organisation_id, g.dialogue.id)
    return render_template(
        "exports/papers.html", dialogue=g.dialogue, base=f"/s/{g.dialogue.code}", may=may, groups=groups, office=found.office,
        owing=making_papers.owing(found), draft=draft, query=f"?draft={int(draft)}" if draft != found.office.draft else "",
        pdf=making_papers.can_print(), own=policy.may(g.identity, "manage", g.dialogue.organisation_id),
    )  # fmt: skip


def paper(name: str, fmt: str) -> Response:
    """One paper as a file; the route is that of all exports."""
    return _sent(making_papers.make(_scene(), name, fmt, draft=_draft()))


@blueprint.get("/s/<code>/exports/reminder-<unit_id>.<any(docx,pdf):fmt>")
@allowed("export")
def reminder(code: str, unit_id: str, fmt: str) -> Response:
    """The letter to one unit."""
    return _sent(making_papers.reminder(_scene(), unit_id, fmt, draft=_draft()))


@blueprint.get("/s/<code>/exports/reminders-<any(docx,pdf):fmt>.zip")
@allowed("export")
def reminders(code: str, fmt: str) -> Response:
    """The letters to all units that owe something."""
    return _sent(making_papers.reminders(_scene(), fmt, draft=_draft()))


def _scene() -> Scene:
    return scene.read(store.reading(), g.dialogue, qr.join_url(g.dialogue.code))


def _draft() -> bool | None:
    """Whether the mark was asked for or refused in the address."""
    return {"0": False, "1": True}.get(request.args.get("draft", ""))


def _line(found: Scene, kind: paper_list.Kind) -> dict[str, Any]:
    made = kind.make(found)
    signers = [" / ".join(filter(None, (one.capacity, one.post, one.name))) for one in made.signatures]
    return {
        "kind": kind, "day": kind.day(found), "free": kind.free(found), "gaps": papers.gaps(made), "signers": signers,
    }  # fmt: skip


def _sent(made: File) -> Response:
    content, mimetype, name = made
    response = make_response(content)
    response.headers["Content-Type"] = mimetype
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    return response
