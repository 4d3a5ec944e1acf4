"""Trouble as answers: a sentence and when to come back, never a bare 500."""

from __future__ import annotations

from contextlib import ExitStack

from tests.conftest import Cast


def test_no_free_connection_is_busy_and_not_broken(cast: Cast) -> None:
    """All connections are out for longer than anybody waits: the phone comes back in two seconds."""
    engine = cast.app.extensions["survey"]["db"]._reader
    engine.pool._timeout, engine.pool._max_overflow = 0.05, 0
    with ExitStack() as held:
        for _ in range(engine.pool.size()):
            held.enter_context(engine.connect())
        answer = cast.stranger().get(f"{cast.base}/board.json", headers={"Accept": "application/json"})
        page = cast.stranger().get(cast.base)
    assert (page.status_code, 3 <= int(page.headers["Refresh"]) <= 8) == (503, True)
    assert "Trang tự tải lại sau vài giây." in page.text
    assert (answer.status_code, answer.get_json()["error"], answer.headers["Retry-After"]) == (503, "busy", "2")
    assert cast.stranger().get(f"{cast.base}/board.json").status_code == 200
