"""The projector and its remote. The leader's desk hangs on the same blueprint (`views_lead`)."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint
from flask import Response
from flask import g
from flask import make_response
from flask import render_template
from flask import request

from survey.accounts import login
from survey.accounts import policy
from survey.core.errors import Invalid
from survey.core.errors import NotFound
from survey.core.text import N_
from survey.dialogues import service as dialogues
from survey.live.streams import stream
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


@blueprint.get("/s/<code>/screen")
@allowed("screen")
def screen(code: str) -> Response:
    """The projector; for htmx its areas alone, as the stream brings them."""
    shown = queries.screen(store.reading(), g.dialogue.id)
    if shown is None:
        raise NotFound(N_("Không còn đối thoại này."))
    if is_htmx():
        return polled(partial("stage/_screen_live.html", s=shown, moved=frozenset()), str(shown.version))
    return _varied(render_template(
        "stage/screen.html", s=shown, moved=frozenset(), base=f"/s/{g.dialogue.code}", language=language(),
        address=urlsplit(qr.public_base()).netloc, code=qr.svg(qr.join_url(g.dialogue.code)),
        out_of_reach=qr.out_of_reach(),
        may_choose=policy.may(g.identity, "remote", g.dialogue.organisation_id, g.dialogue.id),
    ))  # fmt: skip


@blueprint.post("/s/<code>/screen")
@allowed("remote")
def choose(code: str) -> Response:
    """The remote: what all screens of the dialogue show from now on."""
    mode = request.form.get("mode", "")
    if mode not in queries.MODES:
        message = N_("Màn hình không có cảnh này. Hãy chọn một cảnh trong danh sách.")
        raise Invalid(message, {"mode": message})
    store.write(dialogues.change, g.dialogue.id, {"screen": mode})
    if wants_json():
        return json_answer({"screen": mode})
    if is_htmx():
        return make_response("", 204)
    return see_other(login.safe_next(request.form.get("next"), f"/s/{g.dialogue.code}/screen"))


@blueprint.get("/s/<code>/screen/live")
@allowed("screen")
def screen_live(code: str) -> Response:
    """The projector's stream; it ends when this machine is put out."""
    return stream(g.dialogue.id, "screen", alive=login.alive("screen"))


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
