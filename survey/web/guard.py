"""Deny by default: a view without a mark answers nobody, and each mark names who may come.

A mark is a decorator on the view; the factory says how each is checked, because this folder knows no feature.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from typing import TypeVar

from flask import Flask
from flask import current_app
from flask import request

from survey.core.errors import Forbidden
from survey.core.errors import NotFound
from survey.core.text import N_

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")  # in no id of ours; PostgreSQL would not even compare them
BRIEFLY = "briefly"
F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Access:
    """Who may call a view: `kind` chooses the check, `permission` is its argument."""

    kind: str
    permission: str | None = None


Check = Callable[[Mapping[str, Any], str | None], None]


def _mark(kind: str, permission: str | None = None) -> Callable[[F], F]:
    def decorate(view: F) -> F:
        view.__access__ = Access(kind, permission)  # type: ignore[attr-defined]
        return view

    return decorate


def open_to_all(view: F) -> F:
    """Anybody, without any code: a short list (home, health, sign-in)."""
    return _mark("all")(view)


def with_code(view: F) -> F:
    """Anybody who has the code of a dialogue that is not a draft; sets `g.dialogue`."""
    return _mark("code")(view)


def with_code_briefly(view: F) -> F:
    """`with_code` for what every phone of a hall sends: `g.dialogue` is a `room.queries.Hall`, and no session is opened."""
    return _mark("code", BRIEFLY)(view)


def with_ballot(view: F) -> F:
    """Whoever holds a ballot of this dialogue; sets `g.dialogue` and `g.ballot`."""
    return _mark("ballot")(view)


def with_ballot_briefly(view: F) -> F:
    """`with_ballot` on the hottest path: `g.dialogue` is a `room.queries.Place`, and no session is opened for it."""
    return _mark("ballot", BRIEFLY)(view)


def on_roll(view: F) -> F:
    """Anybody who has the code of a dialogue that lets members in by its roll; sets `g.dialogue`. For `/m/<code>`."""
    return _mark("roll")(view)


def with_seat(view: F) -> F:
    """Whoever opened a personal link in this browser; sets `g.dialogue`, `g.member_id` and `g.phone`. For `/m/<code>`."""
    return _mark("seat")(view)


def signed_in(view: F) -> F:
    """Any staff member or admitted device; sets `g.identity` and `g.actor`."""
    return _mark("staff")(view)


def allowed(permission: str) -> Callable[[F], F]:
    """Staff with `permission` for the dialogue in the URL (`code`), else for their organisation.

    Sets `g.identity`, `g.actor` and, where there is a code, `g.dialogue`.
    """
    return _mark("staff", permission)


def access_of(endpoint: str) -> Access | None:
    """The mark of an endpoint; None means that nobody may call it (and that a test fails)."""
    access: Access | None = getattr(current_app.view_functions[endpoint], "__access__", None)
    return access


def require(kind: str, args: Mapping[str, Any], permission: str | None = None) -> None:
    """Run one check inside a view whose URL cannot carry what it needs; raises or sets `g` like the mark."""
    checks: Mapping[str, Check] = current_app.extensions["guard"]
    checks[kind](args, permission)


def init_app(app: Flask, checks: Mapping[str, Check]) -> None:
    """Check each request before its view; `checks` maps a kind to a function that raises or sets `g`."""
    app.extensions["guard"] = checks

    @app.before_request
    def guard() -> None:
        if request.endpoint is None:
            return  # no such URL: 404 without a look at who asks
        if any(_CONTROL.search(value) for value in (request.view_args or {}).values()):
            raise NotFound(N_("Không có trang này. Hãy kiểm tra lại địa chỉ hoặc mã tham gia."))
        access = access_of(request.endpoint)
        if access is None:
            raise Forbidden(N_("Trang này không mở cho ai."))
        if access.kind != "all":
            checks[access.kind](request.view_args or {}, access.permission)
