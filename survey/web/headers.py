"""Headers of every answer: strict CSP, no referrer to others, no frame, nothing kept by caches; gzip for pages."""

from __future__ import annotations

import gzip

from flask import Flask
from flask import Response
from flask import request

from survey.web import origin
from survey.web import store
from survey.web.session import is_secure
from survey.web.session import tree_of

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
PLAIN = {  # what a file under /static carries as well
    "Referrer-Policy": "same-origin",  # with no-referrer, Flask-WTF would refuse every POST over HTTPS
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
SECURE = {  # over plain HTTP browsers ignore both, and complain about the second on every page
    "Strict-Transport-Security": "max-age=31536000",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_HEADERS = {"Content-Security-Policy": CSP, **PLAIN}
_COMPRESSED = ("text/html", "application/json", "text/csv")
_WORTH = 800  # bytes; below that gzip saves no packet


def init_app(app: Flask) -> None:
    """Put the headers on every answer that Flask gives."""

    @app.after_request
    def finish(response: Response) -> Response:
        headers, across = response.headers, _across()
        wanted = {**_HEADERS, **across} if across else _HEADERS
        if is_secure():
            wanted = {**wanted, **SECURE}
        there = {name.lower() for name in headers.keys()}  # noqa: SIM118 -- without keys() it gives pairs
        for name, value in wanted.items():
            if name.lower() not in there:
                headers.add(name, value)
        if "cache-control" not in there and tree_of(request.path):
            headers.add("Cache-Control", "no-store" if request.method != "GET" else "private, no-cache")
        return _compress(response)


def _across() -> dict[str, str]:
    """For the roll's pages on a host of their own: their form with the pass goes to the room's host, and must be allowed to.

    With `same-origin` the browser would send `Origin: null` there, as any stranger's page does.
    """
    if tree_of(request.path) != "m":
        return {}
    settings = store.settings()
    if not (settings.base_url and settings.roll_url):
        return {}
    room = origin.origin_of(settings.base_url)
    if room == origin.origin_of(settings.roll_url):
        return {}
    policy = CSP.replace("form-action 'self'", f"form-action 'self' {room}")
    return {"Content-Security-Policy": policy, "Referrer-Policy": "strict-origin"}


def _compress(response: Response) -> Response:
    """Gzip a finished page; streams and small answers pass."""
    if (
        response.is_streamed
        or response.direct_passthrough
        or response.content_encoding
        or response.mimetype not in _COMPRESSED
        or "gzip" not in request.headers.get("Accept-Encoding", "")
    ):
        return response
    body = response.get_data()
    if len(body) < _WORTH:
        return response
    response.set_data(gzip.compress(body, 6, mtime=0))
    response.headers["Content-Encoding"] = "gzip"
    response.vary.add("Accept-Encoding")
    return response
