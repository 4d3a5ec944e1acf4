"""The projector and its remote. The leader's desk hangs on the same blueprint (`views_lead`)."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint
from flask import Response
from flask import g
from flask import make_response
from flask import render_template
from flask import request

from survey.accounts import login
from survey.accounts import policy
from survey.core.clock import now
from survey.core.errors import Invalid
from survey.core.errors import NotFound
from survey.core.text import N_
from survey.live.streams import stream
from survey.questionnaires import polls
from survey.stage import queries
from survey.web import qr
from survey.web import store
from survey.web.guard import allowed
from survey.web.htmx import is_htmx
from survey.web.htmx import json_answer
from survey.web.htmx import partial
from survey.web.htmx import see_other
from survey.web.htmx import wants_json
from survey.web.i18n import language

blueprint = Blueprint("stage", __name__)
TURN, LONGEST_TURN = 3, 60  # minutes


@blueprint.get("/s/<code>/screen")
@allowed("screen")
def screen(code: str) -> Response:
    """The projector; for htmx its areas alone, as the stream brings them. With `?scene=` a second screen that keeps to one."""
    shown = queries.screen(store.reading(), g.dialogue.id, _scene())
    if shown is None:
        raise NotFound(N_("Không còn đối thoại này."))
    if is_htmx():
        return polled(partial("stage/_screen_live.html", s=shown, moved=frozenset()), str(shown.version))
    return _varied(page(shown, may_choose=policy.may(g.identity, "remote", g.dialogue.organisation_id, g.dialogue.id)))


@blueprint.get("/s/<code>/screen/preview")
@allowed("remote")
def preview(code: str) -> Response:
    """One scene as the hall would see it now, for the remote's eyes, and the button that shows it."""
    shown = queries.screen(store.reading(), g.dialogue.id, _scene() or "ranking")
    if shown is None:
        raise NotFound(N_("Không còn đối thoại này."))
    return make_response(page(shown, previewed=True))


@blueprint.post("/s/<code>/screen")
@allowed("remote")
def choose(code: str) -> Response:
    """The remote: what all screens of the dialogue show from now on."""
    mode = request.form.get("mode", "")
    if mode not in queries.MODES:
        message = N_("Màn hình không có cảnh này. Hãy chọn một cảnh trong danh sách.")
        raise Invalid(message, {"mode": message})
    if mode == "timer" and not g.dialogue.timer_until:
        return _chosen(_until(TURN))
    return _chosen({"screen": mode})


@blueprint.post("/s/<code>/screen/timer")
@allowed("remote")
def time_turn(code: str) -> Response:
    """So many minutes for whoever has the floor, from now on and on the screens; none takes the timer away."""
    minutes = request.form.get("minutes", -1, type=int)
    if not 0 <= minutes <= LONGEST_TURN:
        message = N_("Hãy chọn từ 1 đến 60 phút; 0 để tắt đồng hồ.")
        raise Invalid(message, {"minutes": message})
    return _chosen(_until(minutes) if minutes else {"timer_until": None, "screen": "question"})


def _until(minutes: int) -> dict[str, Any]:
    return {"timer_until": now() + dt.timedelta(minutes=minutes), "screen": "timer"}


def _chosen(values: dict[str, Any]) -> Response:
    store.write(polls.go_on, g.dialogue.id, values)
    if wants_json():
        return json_answer({"screen": values["screen"]})
    if is_htmx():
        return make_response("", 204)
    return see_other(login.safe_next(request.form.get("next"), f"/s/{g.dialogue.code}/screen"))


@blueprint.get("/s/<code>/screen/live")
@allowed("screen")
def screen_live(code: str) -> Response:
    """The projector's stream; it ends when this machine is put out."""
    scene = _scene()
    return stream(g.dialogue.id, f"screen-{scene}" if scene else "screen", alive=login.alive("screen"))


def _scene() -> str:
    """The scene that this screen keeps to; empty where it follows the remote."""
    scene = request.args.get("scene", "")
    return scene if scene in queries.SCENES else ""


def page(shown: queries.Screen, template: str = "stage/screen.html", **own: Any) -> str:
    """The projector's page; `own` is what another screen has instead: its address, its code, its way in."""
    common: dict[str, Any] = {
        "base": f"/s/{g.dialogue.code}", "code": qr.svg(qr.join_url(g.dialogue.code)), "may_choose": False,
        "previewed": False, "scene": _scene(), "told": f"{shown.code[:3]} {shown.code[3:]}",
    }  # fmt: skip
    return render_template(template, **{
        "s": shown, "moved": frozenset(), "language": language(), "address": urlsplit(qr.public_base()).netloc,
        "out_of_reach": qr.out_of_reach(), "clock": int(now().timestamp() * 1000), **common, **own,
    })  # fmt: skip


def polled(response: Response, tag: str) -> Response:
    """A partial that is asked for again and again where streams fail: 304 while nothing is new."""
    response.set_etag(f"{tag}-{language()}")
    response.make_conditional(request)
    return response


def _varied(page: str) -> Response:
    response = make_response(page)
    response.headers["Vary"] = "HX-Request, Accept"
    return response


# The desk hangs its routes on the blueprint above, so it comes after it.
from survey.stage import views_lead  # noqa: E402, F401
from survey.stage import views_sites  # noqa: E402, F401
