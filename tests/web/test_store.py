"""The request's session beside the writer."""

from __future__ import annotations

from sqlalchemy.orm import Session

from survey.dialogues import queries as dialogues
from survey.dialogues import service
from survey.web import store
from tests.conftest import Cast


def test_a_request_that_waits_for_the_writer_holds_no_connection(cast: Cast) -> None:
    """Seventy phones that vote at once would hold all of them, and the next reader would wait for thirty seconds."""
    with cast.app.app_context():
        dialogue = dialogues.by_id(store.reading(), cast.dialogue_id)
        pool = store.db()._reader.pool
        assert pool.checkedout() == 1  # type: ignore[attr-defined]  # a queue pool

        def change(session: Session) -> int:
            service.change(session, cast.dialogue_id, {"place": "Hội trường mới"})
            return int(pool.checkedout())  # type: ignore[attr-defined]

        assert store.write(change) == 0
        assert dialogue.place == "Hội trường mới"
