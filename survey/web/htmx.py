"""Answers for three kinds of client: htmx (a partial), a plain form (303), and JSON for who asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from typing import Any

from flask import Response
from flask import jsonify
from flask import make_response
from flask import redirect
from flask import render_template
from flask import request
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header


def is_htmx() -> bool:
    """Whether htmx asks and wants a partial."""
    return request.headers.get("HX-Request") == "true"


def wants_json() -> bool:
    """Whether the client asks for JSON by its Accept header, or by an address of the public API."""
    if request.path.startswith(("/p/", "/p.")) and request.path.endswith(".json"):
        return True
    return _prefers_json(request.headers.get("Accept", ""))


@lru_cache(maxsize=256)
def _prefers_json(accept: str) -> bool:
    if "application/json" not in accept:
        return False
    best = parse_accept_header(accept, MIMEAccept).best_match(["text/html", "application/json"])
    return best == "application/json"


def sent(name: str) -> str:
    """A field of the form, or of the JSON object that a program sends in its place; empty for what is no text.

    Halves of signs, which JSON may hold and no answer can, are left out.
    """
    values: Mapping[str, object] = request.form
    if request.is_json:
        with suppress(RecursionError):
            got = request.get_json(silent=True)
            values = got if isinstance(got, Mapping) else {}
    value = values.get(name) or ""
    return value.encode("utf-8", "ignore").decode() if isinstance(value, str) else ""


def partial(template: str, status: int = 200, **context: Any) -> Response:
    """Render a partial; caches must not mix it with the whole page of the same URL."""
    response = make_response(render_template(template, **context), status)
    response.headers["Vary"] = "HX-Request, Accept"
    return response


def see_other(location: str) -> Response:
    """`303 See Other`, so that reload and back never send a form again."""
    response = make_response(redirect(location, code=303))
    response.headers["Vary"] = "HX-Request, Accept"
    return response


def json_answer(data: Mapping[str, Any], status: int = 200) -> Response:
    """A JSON answer that no cache keeps."""
    response = jsonify(dict(data))
    response.status_code = status
    response.headers["Cache-Control"] = "no-store"
    response.headers["Vary"] = "HX-Request, Accept"
    return response
