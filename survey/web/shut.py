"""A read-only installation in front of its pages: no unsafe request comes through, and each page says why."""

from __future__ import annotations

from functools import partial

from flask import Flask
from flask import request
from flask_babel import gettext as _

from survey.core import readonly
from survey.web import store
from survey.web.session import tree_of

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def init_app(app: Flask) -> None:
    """Before any guard or token is looked at: also what writes to no database (the box, memory) is not taken."""
    own = app.extensions["survey"]
    for database in (own["db"], own["roll"]):
        database.closed = own["settings"].read_only
        database.ask = partial(readonly.why, own["settings"].data_dir)

    @app.before_request
    def refuse() -> None:
        if request.method not in _SAFE:
            readonly.refuse(store.db().closed, staff=_staff())

    @app.context_processor
    def words() -> dict[str, str]:
        reason = own["db"].closed
        return {"read_only": _(readonly.sentence(reason, staff=_staff())) if reason else ""}


def _staff() -> bool:
    return tree_of(request.path) == "s"
