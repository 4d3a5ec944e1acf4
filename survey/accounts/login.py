"""Flask-Login over our own sign-ins: each browser has a row that can be ended from elsewhere."""

from __future__ import annotations

from flask import Flask

from survey.accounts.policy import Identity
from survey.core.errors import NotFound


def init_app(app: Flask) -> None:
    """Attach the login manager."""


def require_identity() -> Identity:
    """The identity of this request's browser; redirects to the sign-in page where there is none."""
    raise NotFound("not built yet")
