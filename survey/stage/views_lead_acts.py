"""What the leader's desk does: begin, move the end, hand a question to a unit, end, and undo the end."""

from __future__ import annotations

from flask import Response
from flask import g
from flask import make_response
from flask import render_template
from flask import request

from survey import ending
from survey import lifecycle
from survey.core.errors import Invalid
from survey.core.errors import NotFound
from survey.core.errors import NotNow
from survey.core.text import N_
from survey.dialogues import service as dialogues
from survey.dialogues.state import State
from survey.followups import queries as followups
from survey.moderation import handing
from survey.moderation.undoing import Step
from survey.moderation.views import done
from survey.moderation.views import said
from survey.organisations import units
from survey.questions import queries as questions
from survey.stage.views import blueprint
from survey.web import store
from survey.web.guard import allowed
from survey.web.htmx import is_htmx
from survey.web.htmx import json_answer
from survey.web.htmx import see_other
from survey.web.htmx import wants_json

MOST_DIGITS = 6
BEFORE = frozenset({State.DRAFT, State.COLLECTING})


@blueprint.post("/s/<code>/lead/start")
@allowed("preside")
def lead_start(code: str) -> Response:
    """Open the hall; begun already, it changes nothing. The leader may be late, and a co-chair sits here."""
    if g.dialogue.state in BEFORE:
        lifecycle.take(store.stores(), g.dialogue.id, State.LIVE, actor=g.actor)
    elif g.dialogue.phase != State.LIVE:
        raise NotNow(N_("Đối thoại đã khép lại. Ban tổ chức mở lại được ở trang Tổng quan."))
    return back(code, {"state": str(State.LIVE)})


@blueprint.post("/s/<code>/lead/length")
@allowed("preside")
def lead_length(code: str) -> Response:
    """Let the hall last so many minutes in all: what the button says, however often it is sent."""
    typed = request.values.get("minutes", "")
    if not (typed.isascii() and typed.isdecimal() and len(typed) < MOST_DIGITS):
        message = N_("Hãy chọn số phút.")
        raise Invalid(message, {"minutes": message})
    minutes = int(typed)
    store.write(dialogues.set_length, g.dialogue.id, minutes)
    return back(code, {"minutes": minutes})


@blueprint.post("/s/<code>/lead/end")
@allowed("preside")
def lead_end(code: str) -> Response:
    """*Kết thúc*: everything stops, what is left is answered in writing, and for five minutes it can be undone."""
    count = store.write(ending.end, g.dialogue.id, actor=g.actor)
    return back(code, {"in_writing": count})


@blueprint.post("/s/<code>/lead/end/undo")
@allowed("preside")
def lead_end_undo(code: str) -> Response:
    """As if it had not been ended."""
    count = store.write(ending.undo, g.dialogue.id, actor=g.actor)
    return back(code, {"waiting": count})


@blueprint.get("/s/<code>/lead/questions/<question_id>/unit")
@allowed("answer")
def lead_units(code: str, question_id: str) -> str:
    """All units of the organisation, those that take part in the preparation first."""
    row = questions.one(store.reading(), g.dialogue.id, question_id)
    if row is None or row.number is None:
        raise NotFound(N_("Câu hỏi này không còn trên bảng."))
    near = followups.preparing(store.reading(), g.dialogue.id)
    return render_template(
        "stage/units.html", dialogue=g.dialogue, base=f"/s/{code}", row=row, near=near,
        tree=units.tree(store.reading(), g.dialogue.organisation_id),
    )  # fmt: skip


@blueprint.post("/s/<code>/questions/<question_id>/unit")
@allowed("answer")
def lead_hand(code: str, question_id: str) -> Response:
    """Hand the question to a unit, which answers it in writing."""
    decided = store.write(
        handing.hand, g.dialogue.id, question_id, request.values.get("unit", ""), actor=g.actor,
        seen=request.values.get("seen", ""),
    )  # fmt: skip
    step: Step | None = None
    if decided["before"] != decided["after"]:
        step = Step(act="put_in_writing", id=question_id, before=decided["before"], after=decided["after"])
    return done(code, dict(decided), toast=said(question_id, "put_in_writing"), step=step)


def back(code: str, data: dict[str, object]) -> Response:
    """JSON for a program, nothing for htmx (the stream brings the change), the desk for a plain form."""
    if wants_json():
        return json_answer(data)
    return make_response("", 204) if is_htmx() else see_other(f"/s/{code}/lead")
