"""The others at the moderators' table: who is there, and a link for one more when the queue grows long."""

from __future__ import annotations

import datetime as dt
import time
from typing import Any

from flask import Response
from flask import g
from flask import make_response
from flask import render_template
from flask import request
from flask_babel import gettext as _
from markupsafe import Markup

from survey.accounts import links
from survey.accounts import policy
from survey.accounts.policy import Role
from survey.core.errors import Invalid
from survey.desk import people
from survey.desk.views import blueprint
from survey.moderation import presence
from survey.moderation.told import bus
from survey.web import errors
from survey.web import qr
from survey.web import store
from survey.web.guard import allowed
from survey.web.htmx import is_htmx
from survey.web.htmx import json_answer
from survey.web.htmx import partial
from survey.web.htmx import wants_json

HELPER_LIFE = dt.timedelta(hours=1)  # a QR code on a laptop in a full hall is not for next week


@blueprint.post("/s/<code>/presence")
@allowed("moderate")
def be_here(code: str) -> Response:
    """Say which question this browser has before it (`reading`, or none); with `whole`, what the stream would say."""
    reading = request.form.get("reading", "")[:40]
    tell_place(reading if reading.isalnum() else "")
    if not is_htmx() or not request.form.get("whole") or not own_screen_said():
        return make_response("", 204)
    seen = people.look(store.reading(), g.dialogue)
    answer = make_response(Markup(people.parts(seen)))  # noqa: S704 - rendered by a template
    answer.headers["Vary"] = "HX-Request"
    return answer


@blueprint.post("/s/<code>/second")
@allowed("moderate")
def second(code: str) -> Response:
    """A link for one more at this table, to scan or to type, good once and for an hour; with the inviter's own role."""
    role = Role.MODERATOR if _may("admit") else Role.SECRETARY
    name = request.form.get("name", "").strip() or _("Người điều hành thứ hai")
    try:
        token = store.write(
            links.invite, g.dialogue.organisation_id, role.value, g.dialogue.id, name, actor=g.actor, life=HELPER_LIFE
        )
    except Invalid as error:
        if is_htmx() or wants_json():
            raise
        return _page(422, typed=name, error=errors.sentence(error))
    address = f"{qr.public_base()}/s/invitation/{token}"
    if wants_json():
        return json_answer({"address": address}, 201)
    if is_htmx():
        answer = partial("moderation/_second.html", address=address, drawing=qr.svg(address), name=name, inline=True)
    else:
        answer = _page(200, address=address, drawing=qr.svg(address), name=name)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def seen_here() -> dict[str, Any]:
    """What the moderators' page needs for this; the browser that opens it is at the table from now on."""
    tell_place("")
    me = presence.who(g.identity.sign_in_id)
    return {"people": people.look(store.reading(), g.dialogue, me), "me": me, "clock": f"{time.time():.1f}"}


def tell_place(question_id: str) -> None:
    """This browser reads this question, or none."""
    place = presence.who(g.identity.sign_in_id)
    bus().publish(presence.here(g.dialogue.id, place, g.actor, question_id))


def own_screen_said() -> bool:
    """Whether somebody said on this browser that the hall does not see its screen: nothing of the queue goes before."""
    return request.cookies.get(f"own_screen_{g.dialogue.code}") == "1"


def _may(permission: str) -> bool:
    return policy.may(g.identity, permission, g.dialogue.organisation_id, g.dialogue.id)


def _page(status: int, **shown: Any) -> Response:
    base = f"/s/{g.dialogue.code}"
    return make_response(render_template("desk/second.html", dialogue=g.dialogue, base=base, **shown), status)
