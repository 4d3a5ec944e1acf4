"""The board for programs."""

from __future__ import annotations

from flask import Response
from flask import g
from flask import make_response
from flask import request

from survey.core.errors import NoBallot
from survey.core.text import N_
from survey.live import kept
from survey.questions import queries
from survey.questions.views import blueprint
from survey.room.waiting import waits
from survey.web import store
from survey.web.guard import with_code
from survey.web.htmx import json_answer


@blueprint.get("/d/<code>/board.json")
@with_code
def board(code: str) -> Response:
    """All published questions in board order; 304 while nothing public has changed."""
    may_look()
    answer = make_response("", 200)
    answer.set_etag(str(g.dialogue.version), weak=True)
    if answer.make_conditional(request).status_code == 304:
        return answer
    content = kept.program(g.dialogue.id, (g.dialogue.version, g.dialogue.state), _content)
    full = Response(content, mimetype="application/json")
    full.set_etag(str(g.dialogue.version), weak=True)
    full.headers["Cache-Control"] = "private, no-cache"
    return full


def _content() -> bytes:
    rows = queries.board(store.reading(), g.dialogue.id)
    questions = [
        {"id": row.id, "number": row.number, "body": row.body, "topic": row.topic, "supporters": row.supporters,
         "state": row.state}
        for row in rows
    ]  # fmt: skip
    said = json_answer({"version": g.dialogue.version, "state": g.dialogue.state, "questions": questions})
    return bytes(said.get_data())


def looks() -> bool:
    """In `open` the code is enough; elsewhere it takes a ballot, or to wait at the gate, unless the board is public."""
    return bool(g.ballot or waits() or g.dialogue.entry == "open" or g.dialogue.board_public)


def may_look() -> None:
    """Raise `NoBallot` for whoever may not see the board."""
    if not looks():
        raise NoBallot(N_("Bảng câu hỏi chỉ mở cho người đã vào phòng. Hãy vào phòng trước."))
