"""A stream as an answer, and where to resume it."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from flask import Response
from flask import current_app
from flask import request

from survey.live.hub import Hub
from survey.live.hub import Key
from survey.web.i18n import language


def hub() -> Hub:
    """The hub of this process."""
    return cast(Hub, current_app.extensions["hub"])


def stream(dialogue_id: str, audience: str, alive: Callable[[], bool] = lambda: True) -> Response:
    """Answer with the stream of `audience`, from `Last-Event-ID` or `?after=` on.

    Authorise before you call: whoever reads this stream sees all that the audience may see.
    """
    body = hub().stream(Key(dialogue_id, audience, language()), _after(), alive)
    response = Response(body, mimetype="text/event-stream")
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"
    response.keeps_cookies_out = True  # type: ignore[attr-defined]
    return response


def _after() -> int | None:
    raw = request.headers.get("Last-Event-ID") or request.args.get("after") or ""
    return int(raw) if raw.isdecimal() and len(raw) < 19 else None
