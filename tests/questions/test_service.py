"""Rules of questions that pages cannot show: what is over, and what several processes do at once."""

from __future__ import annotations

import threading
from collections import Counter

import pytest
from sqlalchemy import func
from sqlalchemy import select

from survey import lifecycle
from survey.core.db import Database
from survey.core.errors import Busy
from survey.core.errors import NotNow
from survey.questions import service
from survey.questions.models import Question
from survey.questions.models import Support
from survey.questions.queries import author_mark
from survey.questions.state import State
from tests.conftest import Cast

AUTHOR = author_mark(b"k" * 32, "b" * 32, "client")


def test_nothing_of_an_archived_dialogue_changes(cast: Cast) -> None:
    """Its figures are frozen; the asker may not take a question out of them, nor reword what nobody reads any more."""
    asked = cast.write(service.ask, cast.dialogue_id, AUTHOR, "Bao giờ xã có máy tính mới?", None)
    for step in (lifecycle.close, lifecycle.conclude, lifecycle.archive):
        cast.write(step, cast.dialogue_id, actor="test")
    with pytest.raises(NotNow):
        cast.write(service.withdraw, cast.dialogue_id, asked["id"], [AUTHOR])
    with pytest.raises(NotNow):
        cast.write(service.correct, cast.dialogue_id, asked["id"], [AUTHOR], "Bao giờ xã có đường mới?", None)
    with cast.reading() as session:
        question = session.get_one(Question, asked["id"])
        assert (question.state, question.body) == ("pending", "Bao giờ xã có máy tính mới?")


def test_processes_that_count_votes_at_once_never_wait_in_a_circle(cast_on_postgres: Cast) -> None:
    """Each locks the dialogue first: PostgreSQL would break a circle after a second and refuse somebody's vote."""
    cast, done = cast_on_postgres, Counter[str]()

    def put(session) -> list[str]:  # type: ignore[no-untyped-def]
        add = [service.add(session, cast.dialogue_id, f"Câu số {n}?", None, state=State.APPROVED) for n in range(6)]
        return [question.id for question in add]

    ids, url = cast.write(put), cast.app.extensions["survey"]["db"].url
    processes = [Database(url) for _ in range(3)]

    def vote(db: Database, step: int) -> None:
        for turn in range(60):
            mark = b"%d-%d" % (step, turn)
            try:
                db.write(service.support, cast.dialogue_id, ids[turn * step % 6], lambda _, own=mark: own, wanted=True)
                done["counted"] += 1
            except Busy:
                done["refused"] += 1

    threads = [threading.Thread(target=vote, args=(db, step)) for db in processes for step in (1, 5, 7, 11)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for db in processes:
        db.dispose()
    with cast.reading() as session:
        rows = session.scalar(select(func.count()).select_from(Support))
        counted = session.scalar(select(func.sum(Question.supporters)))
    assert (done, rows, counted) == (Counter(counted=720), 240, 240)
