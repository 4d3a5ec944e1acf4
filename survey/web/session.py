"""One signed session for each path tree, so that no request ever carries the cookies of two audiences.

`/d/<code>`, `/m/<code>` and `/s` have a session each, scoped to that path; `/`, `/p`, `/u` and `/static` have none.
"""

from __future__ import annotations

import time
from typing import Any

from flask import Flask
from flask import Request
from flask import Response
from flask import current_app
from flask import request
from flask.sessions import SecureCookieSession
from flask.sessions import SecureCookieSessionInterface
from flask.sessions import SessionMixin
from itsdangerous import BadSignature

REMEMBERED = 10_000  # cookies of phones
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
    """Flask's signed cookie, with name and path from the first part of the URL.

    A phone sends the same cookie with each of its votes: its signature is looked at once, its age every time. That holds
    for the room alone, whose cookie says nothing about anybody; those of the roll and of the staff are not kept.
    """

    def __init__(self) -> None:
        self._known: dict[str, tuple[dict[str, Any], float]] = {}
        self._signed_by: object = None

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """The session of this path's tree."""
        if cookie_path(request.path) is None:
            return NoSession()
        sent = request.cookies.get(self.get_cookie_name(app))
        if tree_of(request.path) == "d":
            known = self._recall(app, sent) if sent else None
        else:
            known = self._opened(app, sent) if sent else None
        return self.session_class() if known is None else self.session_class(known)

    def _recall(self, app: Flask, sent: str) -> dict[str, Any] | None:
        """What a cookie of the room holds; None where it is not ours or too old."""
        if self._signed_by != app.secret_key:
            self._known, self._signed_by = {}, app.secret_key
        found = self._known.get(sent)
        if found is None:
            found = self._verified(app, sent)
            if found is None:
                return None
            if len(self._known) >= REMEMBERED:
                self._known.pop(next(iter(self._known)), None)
            self._known[sent] = found
        return _young(app, *found)

    def _opened(self, app: Flask, sent: str) -> dict[str, Any] | None:
        """The same, looked at anew each time."""
        found = self._verified(app, sent)
        return None if found is None else _young(app, *found)

    def _verified(self, app: Flask, sent: str) -> tuple[dict[str, Any], float] | None:
        signer = self.get_signing_serializer(app)
        if signer is None:
            return None
        try:
            values, signed_at = signer.loads(sent, return_timestamp=True)  # of its age see `_young`
        except BadSignature:
            return None
        return values, signed_at.timestamp()

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Write the cookie, except where the path has no tree."""
        if isinstance(session, NoSession) or getattr(response, "keeps_cookies_out", False):
            return
        if session.modified:
            super().save_session(app, session, response)
        elif session.accessed:
            _vary_on_cookies(response)

    def get_cookie_name(self, app: Flask) -> str:
        """`d_session`, `m_session` or `s_session`."""
        return f"{tree_of(request.path)}_session"

    def get_cookie_secure(self, app: Flask) -> bool:
        """Whether the cookie travels by HTTPS only."""
        return is_secure()

    def get_cookie_path(self, app: Flask) -> str:
        """The tree's own path, never `/`."""
        return cookie_path(request.path) or "/none"


def _vary_on_cookies(response: Response) -> None:
    """As `response.vary.add` does, which reads what stands there word by word first."""
    there = response.headers.get("Vary", "")
    if "Cookie" not in there:
        response.headers["Vary"] = f"{there}, Cookie" if there else "Cookie"


def _young(app: Flask, values: dict[str, Any], signed_at: float) -> dict[str, Any] | None:
    """The values, unless they are too old. What was signed in the future shows that the clock was set back: it stays good."""
    return dict(values) if time.time() - signed_at <= app.permanent_session_lifetime.total_seconds() else None


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
