"""What the hot pages ask the database: a literal number of statements, however long the board is, each by an index."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Dialect
from sqlalchemy import event
from sqlalchemy.orm import Session

from survey.core import held
from survey.core.db import Database
from survey.core.prepared import Prepared
from survey.dialogues.models import Dialogue
from survey.dialogues.queries import has_sites
from survey.moderation import queries as moderation
from survey.questionnaires.queries import open_now
from survey.questions import glancing
from survey.questions import queries
from survey.questions import service
from survey.questions.queries import Standing
from survey.questions.state import BOARD
from survey.questions.state import State
from survey.room.queries import ballot_of
from tests.conftest import Cast

MEMBER = {"?tab=unseen": 8, "?tab=ranking": 13, "?tab=mine": 7, "/board": 7, "/board.json": 3}
STAFF = {"moderate": 19, "lead": 18, "screen": 13, "manage": 15}
KEY = b"k" * 32


@contextmanager
def asked(cast: Cast) -> Iterator[list[tuple[str, Any]]]:
    """The statements (with their values) that readers send meanwhile."""
    engine, found = cast.app.extensions["survey"]["db"]._reader, list[tuple[str, Any]]()

    def note(_connection: object, _cursor: object, statement: str, values: Any, *_rest: object) -> None:
        found.append((statement, values))

    sends = Prepared.send

    def send(self: Prepared, raw: Any, dialect: Dialect, values: dict[str, Any]) -> Any:
        words = self._compiled.get(dialect.name) or self._compile(dialect)
        found.append((words.text, tuple(words.given(values))))
        return sends(self, raw, dialect, values)

    event.listen(engine, "before_cursor_execute", note)
    try:
        with pytest.MonkeyPatch.context() as patched:  # what the driver is handed directly
            patched.setattr(Prepared, "send", send)
            yield found
    finally:
        event.remove(engine, "before_cursor_execute", note)


def add(session: Session, dialogue_id: str, number: int) -> None:
    """So many questions that wait and that stand on the board, up to ten that were answered, and once one that is being so."""
    for state, many in ((State.PENDING, number), (State.APPROVED, number), (State.ANSWERED, min(number, 10))):
        for place in range(many):
            service.add(session, dialogue_id, f"Câu hỏi {state} thứ {place}?", None, state=state)
    if number == 1:
        service.add(session, dialogue_id, "Câu đang được trả lời?", None, state=State.ANSWERING)


def counts(cast: Cast, client: FlaskClient, path: str) -> list[int]:
    """How many statements the page takes with one and then with thirty-one questions of a kind."""
    found: list[int] = []
    for number in (1, 30):
        cast.write(add, cast.dialogue_id, number)
        held.forget()
        with asked(cast) as statements:
            page = client.get(path)
        assert page.status_code == 200
        found.append(len(statements))
    return found


@pytest.mark.parametrize(("tail", "number"), MEMBER.items())
def test_pages_of_the_room_ask_as_often_for_thirty_questions_as_for_one(cast: Cast, tail: str, number: int) -> None:
    assert counts(cast, cast.member(), cast.base + tail) == [number, number]


@pytest.mark.parametrize(("page", "number"), STAFF.items())
def test_pages_of_the_staff_ask_as_often_for_thirty_questions_as_for_one(cast: Cast, page: str, number: int) -> None:
    assert counts(cast, cast.staff("organiser"), f"{cast.desk}/{page}") == [number, number]


# What a page asks again and again: the read, and how SQLite must find its rows.
BY_SUPPORT = "ix_questions_board (dialogue_id=? AND state=?)"
GATHERED = {"mine"}  # reads that look beside the board, at what is still being gathered
READS: dict[str, tuple[Callable[[Session, str], object], str]] = {
    "board": (queries.board, "ix_questions_"),
    "top": (
        lambda session, dialogue_id: queries.board(session, dialogue_id, states=["approved"], limit=30),
        BY_SUPPORT,
    ),
    "standing": (lambda session, dialogue_id: queries.standing(session, dialogue_id, BOARD), "ix_questions_"),
    "first": (lambda session, dialogue_id: queries.standing(session, dialogue_id, ["approved"], 60), BY_SUPPORT),
    "crowd": (lambda session, dialogue_id: queries.standing_anyhow(session, dialogue_id, "approved"), "ix_questions_"),
    "queue": (moderation.waiting, "ix_questions_"),
    "counts": (queries.counts, "COVERING INDEX ix_questions_counts"),
    "many": (
        lambda session, dialogue_id: queries.many(session, dialogue_id, "approved"),
        "COVERING INDEX ix_questions",
    ),
    "supports": (queries.support_total, "COVERING INDEX ix_questions_board"),
    "mine": (
        lambda session, dialogue_id: queries.mine(session, dialogue_id, [b"a"]),
        "(dialogue_id=? AND author=?)",
    ),
    "supported": (
        lambda session, _dialogue_id: queries.supported(
            session, KEY, "b" * 32, [Standing(id_, 1, "approved") for id_ in "ab"]
        ),
        "PRIMARY KEY (question_id=? AND voter=?)",
    ),
    "ballot": (
        lambda session, dialogue_id: ballot_of(session, dialogue_id, "secret"),
        "PRIMARY KEY (dialogue_id=? AND ballot=?)",
    ),
}


GIVEN = {"SCAN wanted", "SCAN 2 CONSTANT ROWS"}  # what the statement brings along itself


@pytest.mark.parametrize("name", READS)
def test_reads_of_the_hot_pages_use_their_index(cast: Cast, name: str) -> None:
    """A table is shared by all dialogues of an installation: whoever scans it pays for every one of them."""
    read, index = READS[name]
    with cast.reading() as session:
        known = session.get_one(Dialogue, cast.dialogue_id)  # as each request and each snapshot has it already
        with asked(cast) as statements:
            read(session, known.id)
    assert len(statements) == 1 + (name in GATHERED)
    for statement, values in statements:
        with cast.reading() as session:
            plan = [row[3] for row in session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]
        assert [step for step in plan if step.startswith("SCAN") and step not in GIVEN] == []
        assert any(index in step for step in plan), plan


GLANCES: dict[str, tuple[Callable[[Database, str], object], str]] = {
    "many": (glancing.many, "COVERING INDEX ix_questions"),
    "waiting": (glancing.waiting, "ix_questions_"),
    "answering": (glancing.answering, "ix_questions_"),
    "some": (lambda db, dialogue_id: glancing.some(db, dialogue_id, ["a", "b"]), "(id=?)"),
    "sites": (has_sites, "(dialogue_id=?"),
    "open": (open_now, "dialogue_id=?"),
}


@pytest.mark.parametrize("name", GLANCES)
def test_glances_use_their_index(cast: Cast, name: str) -> None:
    read, index = GLANCES[name]
    db = cast.app.extensions["survey"]["db"]
    with asked(cast) as statements:
        read(db, cast.dialogue_id)
    ((statement, values),) = statements
    with cast.reading() as session:
        plan = [row[3] for row in session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]
    assert [step for step in plan if step.startswith("SCAN")] == []
    assert any(index in step for step in plan), plan


def test_support_of_a_long_board_is_asked_for_in_lots(cast: Cast) -> None:
    """Each lot looks up two hundred questions, each with the one mark that is made for it."""
    ids = [Standing(f"q{number:011}", number, "approved") for number in range(450)]
    with asked(cast) as statements, cast.reading() as session:
        queries.supported(session, KEY, "b" * 32, ids)
    assert [len(values) for _, values in statements] == [400, 400, 100]
