"""The limiter is attached without its work after each request, and takes nobody else's away."""

from __future__ import annotations

import pytest
from flask import Flask
from flask import Response

from survey.web import limits


def test_only_the_hook_of_the_limiter_is_taken_away(monkeypatch: pytest.MonkeyPatch) -> None:
    app, real = Flask(__name__), limits.limiter.init_app
    app.secret_key = b"1"

    def another(answer: Response) -> Response:
        return answer

    def attach(app: Flask) -> None:
        real(app)
        app.after_request(another)

    monkeypatch.setattr(limits.limiter, "init_app", attach)
    limits.init_app(app)
    assert app.after_request_funcs[None] == [another]
