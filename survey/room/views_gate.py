"""At the gate: in at once, with others, or alone by one's own choice. Whoever waits reads the room meanwhile."""

from __future__ import annotations

from flask import Response
from flask import g
from flask import request
from flask import session
from flask_babel import gettext as _

from survey.core.clock import now
from survey.room import gate
from survey.room import phone
from survey.room.views_pass import base
from survey.room.waiting import WAITS
from survey.web import store
from survey.web.htmx import json_answer
from survey.web.htmx import see_other
from survey.web.htmx import sent
from survey.web.htmx import wants_json
from survey.web.session import set_cookie

ACCEPTED = 202


def knocked(secret: str) -> Response | None:
    """None once the ballot of an opened credential is in; else how this phone waits. Raises what `gate.knock` raises."""
    alone = bool(sent("alone"))
    found = gate.knock(store.stores(), g.dialogue, secret, now(), store.empty_box, alone=alone)
    if found.entered:
        session.pop(WAITS, None)
        return None
    session[WAITS] = True
    if not wants_json():
        return see_other(base())
    few = _("Vào ngay: nhóm chỉ có %(waiting)s người", waiting=found.waiting) if found.may_go else ""
    told = {"waiting": found.waiting, "retry": found.retry, "may_go": found.may_go, "few": few, "message": _said(found)}
    return json_answer({"entered": False, **told}, ACCEPTED)


def keep_mine(answer: Response) -> None:
    """The questions that came in by the box are this phone's own: it says which, because nobody else knows."""
    asked = phone.read_mine(sent("mine")[:4_000])
    if asked:
        known = phone.read_mine(request.cookies.get(phone.MINE))
        set_cookie(answer, phone.MINE, phone.write_mine([*known, *asked]), max_age=phone.KEPT_FOR)


def _said(found: gate.Answer) -> str:
    if found.waiting is None:
        return str(_("Phòng đang mở: máy vào cùng mọi người, trong khoảng nửa phút."))
    text = _(
        "Đang đợi ở cửa: %(waiting)s người, đủ %(least)s thì cùng vào. Bạn đọc bảng được ngay.",
        waiting=found.waiting, least=g.dialogue.box_least,
    )  # fmt: skip
    return str(text)
