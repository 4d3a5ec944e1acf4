"""Leaving the list's side on a phone: what binds no place any more is forgotten, and what would make the ballot again is wiped.

Where room and list stand on two hosts, neither can wipe what a browser keeps for the other; so the room's "rời đi và xóa"
leads here, and from here back.
"""

from __future__ import annotations

from flask import Response
from flask import request

from survey.roll.views import blueprint
from survey.roll.views_frame import page
from survey.roll.views_member import forget_seat
from survey.web.guard import on_roll
from survey.web.htmx import json_answer
from survey.web.htmx import see_other
from survey.web.htmx import wants_json


@blueprint.get("/m/<code>/leave")
@on_roll
def leaving(code: str) -> Response:
    """What is wiped here, before anything is; or that it is done, with the way back into the room."""
    return page("roll/m_leave.html", None, done="done" in request.args)


@blueprint.post("/m/<code>/leave")
@on_roll
def leave(code: str) -> Response:
    """Forget whose place it is; the script of the page has wiped what the browser kept."""
    forget_seat()
    return json_answer({"left": True}) if wants_json() else see_other(f"{request.path}?done=1")
