"""Flask-Login over our own sign-ins: each browser has a row that can be ended from elsewhere.

The session cookie of `/s` holds the secret of that row and nothing else about the person.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import cast
from urllib.parse import quote
from urllib.parse import unquote
from urllib.parse import urlsplit

from flask import Flask
from flask import Response
from flask import abort
from flask import current_app
from flask import g
from flask import make_response
from flask import request
from flask import session
from flask_babel import gettext as _
from flask_login import LoginManager
from flask_login import UserMixin
from flask_login import current_user
from flask_login import login_user
from sqlalchemy.orm import Session

from survey.accounts import agents
from survey.accounts import queries
from survey.accounts import signins
from survey.accounts.attempts import Attempts
from survey.accounts.link_kinds import SEEN_EVERY
from survey.accounts.policy import PERMISSIONS
from survey.accounts.policy import Identity
from survey.accounts.policy import may
from survey.core.clock import now
from survey.core.errors import Busy
from survey.web import store
from survey.web.htmx import is_htmx
from survey.web.htmx import json_answer
from survey.web.htmx import see_other
from survey.web.htmx import wants_json

SIGN_IN = "/s/sign-in"
DEVICE = "/s/device"
_ODD = re.compile(r"[\\\x00-\x20\x7f]|//|/\.\.?(?:/|$)")
_SECRET = "_user_id"  # where Flask-Login keeps what `get_id` returns


class Visitor(UserMixin):  # type: ignore[misc]  # published without types
    """What Flask-Login calls a user: an identity and the secret of its cookie."""

    def __init__(self, secret: str, identity: Identity) -> None:
        self.secret = secret
        self.identity = identity

    def get_id(self) -> str:
        """What goes into the session cookie."""
        return self.secret


manager = LoginManager()
manager.session_protection = None  # phones change their address all day; a row can be ended, that is protection enough


def _load(secret: str) -> Visitor | None:
    identity = queries.identity_of(store.reading(), secret)
    return Visitor(secret, identity) if identity is not None else None


manager.user_loader(_load)


def init_app(app: Flask) -> None:
    """Attach the login manager and the memory of failed sign-ins."""
    manager.init_app(app, add_context_processor=False)
    app.extensions["attempts"] = Attempts()


def present() -> Identity | None:
    """Who this request's browser is, or None."""
    return cast(Identity, current_user.identity) if current_user.is_authenticated else None


def require_identity() -> Identity:
    """The identity of this request's browser.

    Without one: a page goes to the sign-in page and comes back afterwards; htmx and programs get 401.
    """
    identity = present()
    if identity is None:
        abort(_turned_away())
    _mark_seen(identity)
    return identity


def enter(staff_id: str, *, end_before: bool = True) -> None:
    """Sign this browser in: a new secret in an emptied session; whatever was in before is out, if `end_before`."""
    before = session.get(_SECRET) if end_before else None
    secret = store.write(_replace, before, staff_id, browser_label())
    enter_with(secret)


def enter_with(secret: str) -> None:
    """Put the secret of a new sign-in into an emptied session."""
    language = session.get("lang")
    session.clear()
    session.permanent = True  # survives sleep and a closed browser
    if language:
        session["lang"] = language
    visitor = _load(secret)
    assert visitor is not None, "the sign-in was written just now"
    login_user(visitor)
    for extra in ("_id", "_fresh"):  # a hash of address and browser, which nobody reads here
        session.pop(extra, None)


def leave() -> None:
    """Sign this browser out and empty its session."""
    identity = present()
    if identity is not None:
        store.write(signins.leave, identity.sign_in_id)
    session.clear()
    g.pop("_login_user", None)


def alive(permission: str) -> Callable[[], bool]:
    """For `stream(..., alive=...)`: whether who is in may still see this, asked without a request."""
    db, identity, dialogue = store.db(), cast(Identity, g.identity), g.dialogue
    sign_in_id, organisation_id, dialogue_id = identity.sign_in_id, dialogue.organisation_id, dialogue.id
    return lambda: queries.still_in(db, sign_in_id, permission, organisation_id, dialogue_id)


def rights() -> dict[str, bool]:
    """Each permission, and whether who is in has it for the dialogue of the URL, else for the organisation."""
    identity, dialogue = cast(Identity, g.identity), g.get("dialogue")
    place = (dialogue.organisation_id, dialogue.id) if dialogue else (identity.organisation_id, None)
    return {permission: may(identity, permission, *place) for permission in PERMISSIONS}


def put_out() -> str | None:
    """`staff` or `device` when this browser was in and was put out from elsewhere."""
    secret = session.get(_SECRET)
    row = queries.sign_in_by_secret(store.reading(), secret) if secret else None
    if row is None or queries.identity_of(store.reading(), cast(str, secret)) is not None:
        return None
    return "staff" if row.staff_id else "device"


def browser_label() -> str:
    """This browser in two words."""
    return agents.label(request.headers.get("User-Agent", ""))


def attempts() -> Attempts:
    """The memory of failed sign-ins of this process."""
    return cast(Attempts, current_app.extensions["attempts"])


def safe_next(raw: str | None, default: str = "/s/") -> str:
    """`raw` if it is a path of the staff's tree on this host, else `default`: never a way to another site."""
    if not raw or not raw.startswith("/s/"):
        return default
    parts = urlsplit(raw)
    if parts.scheme or parts.netloc or _ODD.search(unquote(parts.path)) or _ODD.search(raw):
        return default
    return default if parts.path.startswith((SIGN_IN, "/s/sign-out")) else raw


def _replace(db_session: Session, before: str | None, staff_id: str, label: str) -> str:
    old = queries.sign_in_by_secret(db_session, before) if before else None
    if old is not None:
        signins.leave(db_session, old.id)
    return signins.open_for_staff(db_session, staff_id, label)


def _mark_seen(identity: Identity) -> None:
    row = queries.sign_in_by_secret(store.reading(), current_user.secret)
    if row is not None and now() - row.seen_at > SEEN_EVERY:
        session.modified = True  # the cookie lives on with its row
        try:
            store.write(signins.seen, identity.sign_in_id)
        except Busy:
            return  # only the list of who is in gets older


def _turned_away() -> Response:
    page = DEVICE if put_out() == "device" else f"{SIGN_IN}?next={quote(_here())}"
    if is_htmx():
        response = make_response("", 401)
        response.headers["HX-Redirect"] = page
        return response
    if wants_json() or request.accept_mimetypes.best == "text/event-stream":
        message = _("Máy này chưa đăng nhập, hoặc đã được đăng xuất ở nơi khác. Hãy đăng nhập lại.")
        return json_answer({"error": "signed_out", "message": message}, 401)
    return see_other(page)


def _here() -> str:
    """The page to come back to: this one, or the one from which a part of it was asked."""
    if is_htmx() or request.method != "GET":
        try:
            return safe_next(urlsplit(request.headers.get("HX-Current-URL" if is_htmx() else "Referer", "")).path)
        except ValueError:  # "http://[" is no address
            return safe_next(None)
    return safe_next(request.full_path.rstrip("?"))
