"""The writer: one transaction for what waits, a savepoint a job, an answer after the commit, readers that cannot write."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import bindparam
from sqlalchemy import column
from sqlalchemy import insert
from sqlalchemy import select
from sqlalchemy import table
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from survey import lifecycle
from survey.core import engines
from survey.core import writer
from survey.core.db import Database
from survey.core.db import announce
from survey.core.errors import Busy
from survey.core.errors import NotNow
from survey.core.jobs import Job
from survey.core.prepared import Prepared
from survey.core.settings import Settings
from tests.conftest import Cast


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    """A database with one table of notes."""
    made = Database(f"sqlite:///{tmp_path}/test.sqlite3")
    made.write(lambda session: session.execute(text("CREATE TABLE notes (note TEXT PRIMARY KEY)")) and None)
    yield made
    made.dispose()


def put(session: Session, note: str) -> str:
    """Write one note."""
    session.execute(text("INSERT INTO notes VALUES (:note)"), {"note": note})
    return note


def put_then_fail(session: Session, note: str) -> None:
    """Write one note and refuse."""
    put(session, note)
    raise NotNow("no")


def notes(db: Database) -> list[str]:
    """All notes, as another connection sees them."""
    with db.reading() as session:
        return list(session.scalars(text("SELECT note FROM notes ORDER BY note")))


def test_write_returns_after_the_commit(db: Database) -> None:
    """Another connection sees it at once."""
    assert db.write(put, "a") == "a"
    assert notes(db) == ["a"]


def test_a_failing_job_undoes_itself_alone(db: Database) -> None:
    """Jobs that share a transaction do not share an error."""
    results: dict[str, BaseException | str] = {}

    def run(name: str) -> None:
        try:
            results[name] = str(db.write(put_then_fail if name == "bad" else put, name))
        except NotNow as error:
            results[name] = error

    with db._turn:  # all three wait, so that they go into one transaction
        threads = [threading.Thread(target=run, args=(name,)) for name in ("one", "bad", "two")]
        for thread in threads:
            thread.start()
        while len(db._waiting) < 3:
            time.sleep(0.001)
    for thread in threads:
        thread.join()
    assert notes(db) == ["one", "two"]
    assert isinstance(results["bad"], NotNow)
    assert (results["one"], results["two"]) == ("one", "two")


def test_listeners_hear_of_success_only_and_after_the_commit(db: Database) -> None:
    """A nudge before the commit would make a screen render the past."""
    heard: list[tuple[frozenset[str], list[str]]] = []
    db.on_commit(lambda channels: heard.append((channels, notes(db))))

    def good(session: Session) -> None:
        put(session, "x")
        announce(session, "channel")

    def bad(session: Session) -> None:
        announce(session, "never")
        raise NotNow("no")

    db.write(good)
    with pytest.raises(NotNow):
        db.write(bad)
    assert heard == [(frozenset({"channel"}), ["x"])]


def test_reading_sessions_cannot_write(db: Database) -> None:
    """The database refuses, not our good manners."""
    with db.reading() as session, pytest.raises(OperationalError, match="readonly"):
        put(session, "x")


def test_every_connection_is_durable(db: Database) -> None:
    """synchronous=FULL (2): an acknowledged vote survives a power cut."""
    values = db.write(lambda session: [session.execute(text(f"PRAGMA {p}")).scalar() for p in ("synchronous",)])
    assert values == [2]
    assert db.write(lambda session: session.execute(text("PRAGMA journal_mode")).scalar()) == "wal"


def test_write_waits_for_another_process_without_sqlite_sleeping(db: Database, tmp_path: Path) -> None:
    """A CLI command holds the file for a while: the write comes through when it lets go."""
    other = sqlite3.connect(tmp_path / "test.sqlite3", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    threading.Timer(0.3, lambda: other.execute("COMMIT")).start()
    started = time.monotonic()
    assert db.write(put, "late") == "late"
    assert time.monotonic() - started >= 0.25, "the other connection must have held the file"
    other.close()


def test_write_gives_up_on_a_file_that_stays_locked(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """503 and not a hang; nothing is half done."""
    monkeypatch.setattr(engines, "LOCK_PATIENCE", 0.1)
    other = sqlite3.connect(tmp_path / "test.sqlite3", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Busy):
        db.write(put, "never")
    other.execute("COMMIT")
    other.close()
    assert notes(db) == []
    assert db.write(put, "again") == "again"


def test_a_full_queue_answers_busy(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """The phone keeps the vote and sends it again."""
    monkeypatch.setattr(writer, "MAX_WAITING", 0)
    with pytest.raises(Busy):
        db.write(put, "x")


def test_changed_elsewhere_sees_others_and_not_itself(db: Database, tmp_path: Path) -> None:
    """What the CLI writes beside a running server must reach the screens."""
    assert db.changed_elsewhere() is False
    db.write(put, "mine")
    assert db.changed_elsewhere() is False
    other = sqlite3.connect(tmp_path / "test.sqlite3")
    other.execute("INSERT INTO notes VALUES ('theirs')")
    other.commit()
    other.close()
    assert db.changed_elsewhere() is True
    assert db.changed_elsewhere() is False


def test_changed_elsewhere_on_postgresql(cast_on_postgres: Cast) -> None:
    """Another process closes the hall: this one notices."""
    here = cast_on_postgres.app.extensions["survey"]["db"]
    here.changed_elsewhere()
    # The mark is the whole cluster's, and other tests write to it too: there is a quiet moment all the same.
    assert any(not here.changed_elsewhere() for _look in range(50))
    there = Database(here.url)
    there.write(lifecycle.close, cast_on_postgres.dialogue_id, actor="test")
    there.dispose()
    assert here.changed_elsewhere() is True


def test_jobs_of_many_threads_all_land_once(db: Database) -> None:
    """Two hundred writers at once: each note is there, once."""
    threads = [threading.Thread(target=db.write, args=(put, f"{n:03}")) for n in range(200)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert notes(db) == [f"{n:03}" for n in range(200)]


def test_a_writer_behind_a_full_batch_waits_for_its_own_turn(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever gets the lock runs the oldest jobs first; its own may be in the batch after."""
    monkeypatch.setattr(writer, "MAX_BATCH", 1)
    before = Job(lambda session: put(session, "before"))
    db._waiting.append(before)
    assert db.write(put, "mine") == "mine"
    assert (before.finished, notes(db)) == (True, ["before", "mine"])


def test_a_key_that_another_process_took_makes_the_job_look_again(db: Database) -> None:
    """On PostgreSQL two processes may both find nothing and both insert: the slower one then finds the row."""
    looks: list[bool] = []

    def ask(session: Session) -> str:
        announce(session, f"look {len(looks)}")
        looks.append(session.scalar(text("SELECT 1 FROM notes")) is not None)
        if len(looks) == 1:
            put(session, "lost with its savepoint")
            raise IntegrityError("INSERT", {}, Exception("duplicate key"))
        return "seen"

    heard: list[frozenset[str]] = []
    db.on_commit(heard.append)
    assert db.write(ask) == "seen"
    assert (looks, notes(db), heard) == ([False, False], [], [frozenset({"look 1"})])


def test_a_broken_job_reports_its_own_error(db: Database) -> None:
    """A duplicate key is the job's fault and nobody else's."""
    db.write(put, "a")
    with pytest.raises(SQLAlchemyError):
        db.write(put, "a")
    assert db.write(put, "b") == "b"


def test_a_job_alone_undoes_itself_without_a_savepoint_and_the_next_one_writes(db: Database) -> None:
    """What a lone job wrote before it refused is gone, and nothing was announced."""
    heard: list[frozenset[str]] = []
    db.on_commit(heard.append)

    def announce_then_fail(session: Session) -> None:
        announce(session, "x")
        put_then_fail(session, "a")

    with pytest.raises(NotNow):
        db.write(announce_then_fail)
    assert (notes(db), heard) == ([], [])
    assert db.write(put, "b") == "b"
    assert notes(db) == ["b"]


FIND = Prepared(select(column("note")).select_from(table("notes")).where(column("note") == bindparam("note")))
NOWHERE = Prepared(select(column("note")).select_from(table("nowhere")))


def test_a_glance_sees_each_commit_and_survives_an_error(db: Database, tmp_path: Path) -> None:
    """Own writes and those of another process are there at once; a refused statement costs the next one nothing."""
    assert db.glance(FIND, note="a") == []
    db.write(put, "a")
    assert db.glance(FIND, note="a") == [("a",)]
    with sqlite3.connect(tmp_path / "test.sqlite3") as other:
        other.execute("INSERT INTO notes VALUES ('b')")
    assert db.glance(FIND, note="b") == [("b",)]
    with pytest.raises(OperationalError):
        db.glance(NOWHERE)
    assert db.glance(FIND, note="b") == [("b",)]


def test_a_glance_cannot_write_and_its_error_hides_what_was_sent(db: Database) -> None:
    """The connection is a reader's; the text of an error never carries a value."""
    write = Prepared(insert(table("notes", column("note"))).values(note=bindparam("words")))
    with pytest.raises(OperationalError) as refused:
        db.glance(write, words="what a member wrote")
    assert "what a member wrote" not in str(refused.value)
    assert notes(db) == []


def test_prepared_words_inside_a_job_raise_what_the_writer_knows(db: Database) -> None:
    """A key that is taken is an `IntegrityError`, after which the job runs once more, and the next one writes."""
    db.write(put, "a")
    runs: list[int] = []
    add = Prepared(insert(table("notes", column("note"))).values(note=bindparam("words")))

    def add_again(session: Session) -> None:
        runs.append(1)
        add.rows(session.connection(), words="a")

    with pytest.raises(IntegrityError):
        db.write(add_again)
    assert (len(runs), db.write(put, "b"), notes(db)) == (2, "b", ["a", "b"])


def _between(db: Database) -> list[int]:
    """How many notes are counted before and after another commit, in one snapshot; and in an ordinary reading."""
    counted = []
    for number, way in enumerate((db.snapshot, db.reading)):
        with way() as session:
            for turn in range(2):
                counted.append(session.scalar(text("SELECT count(*) FROM notes")) or 0)
                if turn == 0:
                    db.write(put, f"{number}")
    return counted


def test_a_snapshot_is_of_one_moment(db: Database) -> None:
    """What is read in several statements belongs together; an ordinary reading is the control."""
    assert _between(db) == [0, 0, 1, 2]
    with db.snapshot() as session, pytest.raises(OperationalError, match="readonly"):
        put(session, "c")
    assert notes(db) == ["0", "1"]
    with db.reading() as session:
        assert not session.connection().connection.driver_connection.in_transaction  # type: ignore[union-attr]


def test_a_snapshot_is_of_one_moment_on_postgresql(postgres: Settings) -> None:
    """The same there."""
    made = Database(postgres.database_url)
    made.write(lambda session: session.execute(text("CREATE TABLE notes (note TEXT PRIMARY KEY)")) and None)
    try:
        assert _between(made) == [0, 0, 1, 2]
        with made.snapshot() as session, pytest.raises(SQLAlchemyError, match="read-only"):
            put(session, "c")
    finally:
        made.dispose()
