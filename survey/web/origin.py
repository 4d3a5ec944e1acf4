"""Our own check of where an unsafe request comes from, beside the CSRF token."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask
from flask import request

from survey.core.errors import DomainError
from survey.core.text import N_

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class CrossSite(DomainError):
    """The request was sent by another site's page."""

    status = 400
    token = "csrf"


def init_app(app: Flask) -> None:
    """Refuse unsafe requests that a browser marks as coming from elsewhere."""

    @app.before_request
    def check() -> None:
        if request.method in _SAFE:
            return
        site = request.headers.get("Sec-Fetch-Site")
        origin = request.headers.get("Origin")
        if site in {"cross-site", "same-site"} or (origin and not _ours(origin)):
            raise CrossSite(N_("Yêu cầu này không đến từ trang của chúng tôi. Hãy mở lại trang rồi thử lại."))


def _ours(origin: str) -> bool:
    return urlsplit(origin).netloc == request.host
