"""Our own check of where an unsafe request comes from and what it is, beside the CSRF token."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from flask import Flask
from flask import request

from survey.core.errors import DomainError
from survey.core.text import N_
from survey.web.session import tree_of

# What a host may be called, so that nothing else gets into links and QR codes that are made of it.
_HOST = re.compile(r"(?:[\w.-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?", re.ASCII)
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class BadHost(DomainError):
    """The request names a host that cannot be one."""


class NoForm(DomainError):
    """The staff's pages take what a form sends and nothing else."""


class CrossSite(DomainError):
    """The request was sent by another site's page."""

    status = 400
    token = "csrf"


def init_app(app: Flask) -> None:
    """Refuse hosts that cannot be one, and unsafe requests that a browser marks as coming from elsewhere."""

    @app.before_request
    def check() -> None:
        if "Host" in request.headers and not _HOST.fullmatch(request.host):  # HTTP/1.0 names none
            raise BadHost(N_("Địa chỉ máy chủ trong yêu cầu không đúng. Hãy mở lại trang theo đường dẫn đã nhận."))
        if request.method in _SAFE:
            return
        site = request.headers.get("Sec-Fetch-Site")
        origin = request.headers.get("Origin")
        if site in {"cross-site", "same-site"} or (origin and not _ours(origin)):
            raise CrossSite(N_("Yêu cầu này không đến từ trang của chúng tôi. Hãy mở lại trang rồi thử lại."))
        if request.is_json and tree_of(request.path) == "s":  # WTForms would take it for a form of any shape
            raise NoForm(N_("Trang này chỉ nhận nội dung gửi bằng biểu mẫu."))


def _ours(origin: str) -> bool:
    try:
        return urlsplit(origin).netloc == request.host
    except ValueError:  # "http://[" is nobody's
        return False
