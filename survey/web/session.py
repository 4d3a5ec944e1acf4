"""One signed session for each path tree, so that no request ever carries the cookies of two audiences.

`/d/<code>`, `/m/<code>` and `/s` have a session each, scoped to that path; `/`, `/p`, `/u` and `/static` have none.
"""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask import Request
from flask import Response
from flask import current_app
from flask import request
from flask.sessions import SecureCookieSession
from flask.sessions import SecureCookieSessionInterface
from flask.sessions import SessionMixin

BY_CODE = frozenset({"d", "m"})  # one tree for each dialogue: two dialogues on one phone stay apart
TREES = BY_CODE | {"s"}


def tree_of(path: str) -> str | None:
    """`d`, `m` or `s`: the audience that `path` belongs to; None where there is no session."""
    first = path.split("/", 2)[1] if path.startswith("/") else ""
    return first if first in TREES else None


def cookie_path(path: str) -> str | None:
    """The path to which cookies of `path`'s tree are scoped, such as `/d/TM4K9P` or `/s`; None outside."""
    tree = tree_of(path)
    if tree is None:
        return None
    parts = path.split("/")
    if tree in BY_CODE:
        return f"/{tree}/{parts[2]}" if len(parts) > 2 and parts[2] else None
    return f"/{tree}"


class NoSession(SecureCookieSession):
    """The session of a path that has none: empty, and what is put in is forgotten."""


class TreeSessionInterface(SecureCookieSessionInterface):
    """Flask's signed cookie, with name and path from the first part of the URL."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """The session of this path's tree."""
        if cookie_path(request.path) is None:
            return NoSession()
        return super().open_session(app, request)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Write the cookie, except where the path has no tree."""
        if not isinstance(session, NoSession) and not getattr(response, "keeps_cookies_out", False):
            super().save_session(app, session, response)

    def get_cookie_name(self, app: Flask) -> str:
        """`d_session`, `m_session` or `s_session`."""
        return f"{tree_of(request.path)}_session"

    def get_cookie_secure(self, app: Flask) -> bool:
        """Whether the cookie travels by HTTPS only."""
        return is_secure()

    def get_cookie_path(self, app: Flask) -> str:
        """The tree's own path, never `/`."""
        return cookie_path(request.path) or "/none"


def is_secure() -> bool:
    """Whether this browser reaches us by HTTPS: this request did, or `BASE_URL` says that all do (a proxy ends TLS)."""
    return bool(request.is_secure or current_app.config["SESSION_COOKIE_SECURE"])


def set_cookie(response: Response, name: str, value: str, **options: Any) -> None:
    """Set an HttpOnly cookie on the tree of the current request."""
    path = cookie_path(request.path)
    assert path is not None, "cookies are set inside a tree only"
    response.set_cookie(name, value, path=path, httponly=True, samesite="Lax", secure=is_secure(), **options)


def drop_cookie(response: Response, name: str) -> None:
    """Remove a cookie of the current request's tree."""
    response.delete_cookie(name, path=cookie_path(request.path) or "/none", httponly=True, samesite="Lax")
