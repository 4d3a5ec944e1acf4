"""Our own check of where an unsafe request comes from and what it is, beside the CSRF token.

Some requests carry a proof instead of a token: the pass or the credential with which a member comes from the roll's
pages, whose cookies the room never sees and which may stand on a host of their own (`ROLL_URL`).
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable
from typing import Any
from typing import TypeVar
from urllib.parse import urlsplit

from flask import Flask
from flask import current_app
from flask import g
from flask import request
from flask import session
from flask_wtf.csrf import CSRFProtect
from flask_wtf.csrf import generate_csrf

from survey.core.errors import DomainError
from survey.core.text import N_
from survey.web import store
from survey.web.htmx import sent
from survey.web.session import REMEMBERED
from survey.web.session import tree_of

F = TypeVar("F", bound=Callable[..., Any])

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


class Tokens(CSRFProtect):  # type: ignore[misc]  # the library is not typed
    """Flask-WTF's check of the token, for every unsafe request that does not prove itself.

    A phone sends the same token with each vote: that it is signed, and for which session, is looked at once. Tokens have
    no end of their own, so what was right with a session stays right with it.
    """

    def __init__(self, app: Flask) -> None:
        self._known: dict[str, str] = {}  # for which session a token is, of those that were looked at
        self._made: dict[str, str] = {}  # and the token that a session was given
        super().__init__(app)

    def init_app(self, app: Flask) -> None:
        """Have forms write the tokens that are remembered."""
        super().init_app(app)
        app.jinja_env.globals["csrf_token"] = self.made
        app.context_processor(lambda: {"csrf_token": self.made})

    def protect(self, apply_exemptions: bool = False) -> None:
        """Refuse the request if its token is not right."""
        if request.method in _SAFE:
            return
        view = current_app.view_functions.get(request.endpoint or "")
        if is_proved() or getattr(view, "__cookieless__", False):
            return
        token = self._sent() if tree_of(request.path) == "d" else None
        expected = session.get("csrf_token") if token else None
        if token and expected and hmac.compare_digest(self._known.get(token, ""), expected):
            g.csrf_valid = True
            return
        super().protect(apply_exemptions=apply_exemptions)
        if token and expected and request.form.get("csrf_token", token) == token:
            self._remember(token, expected)

    def made(self) -> str:
        """The token for a page of this session, which a browser of the room gets signed once."""
        raw = session.get("csrf_token") if tree_of(request.path) == "d" else None
        token = self._made.get(raw) if raw else None
        if token is None:
            token = str(generate_csrf())
            raw = session.get("csrf_token")
            if raw and tree_of(request.path) == "d":
                _keep(self._made, raw, token)
                self._remember(token, raw)
        g.csrf_token = token  # what the templates of this request write
        return token

    def _sent(self) -> str | None:
        """The token that came: in the header, or else in the form."""
        return request.headers.get("X-CSRFToken") or request.form.get("csrf_token")

    def _remember(self, token: str, expected: str) -> None:
        _keep(self._known, token, expected)


def _keep(known: dict[str, str], name: str, value: str) -> None:
    if len(known) >= REMEMBERED:
        known.pop(next(iter(known)), None)
    known[name] = value


def csrf_token() -> str:
    """The token for a page of this request's session."""
    tokens: Tokens = current_app.extensions["csrf"]
    return tokens.made()


def without_cookie(view: F) -> F:
    """Mark a view that looks at no cookie: there is no token to ask for, and nothing that a foreign page could borrow."""
    view.__cookieless__ = True  # type: ignore[attr-defined]
    return view


def proved_by(*fields: str, but: str = "") -> Callable[[F], F]:
    """Mark a view: a request with one of `fields` needs no token and may come from a sister host, unless it carries `but`.

    The field must prove by itself that its sender may do what is asked. It stands above the mark of the guard.
    """

    def decorate(view: F) -> F:
        view.__proof__ = (fields, but)  # type: ignore[attr-defined]
        return view

    return decorate


def is_proved() -> bool:
    """Whether this request carries the proof that its view takes instead of a token."""
    view = current_app.view_functions.get(request.endpoint or "")
    fields, but = getattr(view, "__proof__", ((), ""))
    return any(sent(field) for field in fields) and not (but and sent(but))


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
        foreign = site in {"cross-site", "same-site"} or (origin and not _ours(origin))
        if foreign and not (origin in sisters() and is_proved()):
            raise CrossSite(N_("Yêu cầu này không đến từ trang của chúng tôi. Hãy mở lại trang rồi thử lại."))
        if request.is_json and tree_of(request.path) == "s":  # WTForms would take it for a form of any shape
            raise NoForm(N_("Trang này chỉ nhận nội dung gửi bằng biểu mẫu."))


def left_cookies_behind() -> bool:
    """Whether a page of another host sent this, and the browser does not say that cookies of ours came along."""
    origin = request.headers.get("Origin")
    return bool(origin) and not _ours(str(origin)) and request.headers.get("Sec-Fetch-Site") != "same-site"


def sisters() -> frozenset[str]:
    """The origins under which this installation is reached: that of the room and that of the roll."""
    settings = store.settings()
    return frozenset(origin_of(url) for url in (settings.base_url, settings.roll_url) if url)


def origin_of(url: str) -> str:
    """Scheme, host and port of a URL, as a browser writes them into `Origin`."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


def _ours(origin: str) -> bool:
    try:
        return urlsplit(origin).netloc == request.host
    except ValueError:  # "http://[" is nobody's
        return False
