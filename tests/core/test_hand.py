"""Short writes: in one transaction with all that waits, undone alone, durable, in few round trips to PostgreSQL."""

from __future__ import annotations

import selectors
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column
from sqlalchemy import MetaData
from sqlalchemy import String
from sqlalchemy import Table
from sqlalchemy import bindparam
from sqlalchemy import func
from sqlalchemy import insert
from sqlalchemy import make_url
from sqlalchemy import select
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from survey.core import engines
from survey.core.db import Database
from survey.core.errors import Busy
from survey.core.errors import NotNow
from survey.core.hand import Hand
from survey.core.jobs import Job
from survey.core.prepared import Prepared
from survey.core.settings import Settings
from survey.core.shuffling import shuffle

NOTES = Table("notes", MetaData(), Column("note", String, primary_key=True))
PUT = Prepared(insert(NOTES).values(note=bindparam("words")).returning(NOTES.c.note))
PUT_QUIETLY = Prepared(insert(NOTES).values(note=bindparam("words")))
COUNT = Prepared(select(func.count()).select_from(NOTES))


@pytest.fixture(params=["sqlite", "postgresql"])
def db(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database with one table of notes."""
    postgres = request.param == "postgresql"
    made = Database(request.getfixturevalue("postgres").database_url if postgres else f"sqlite:///{tmp_path}/t.sqlite3")
    made.write(lambda session: NOTES.create(session.connection()))
    yield made
    made.dispose()


def put(hand: Hand, note: str, outcome: type[Exception] | None = None) -> str:
    """Write one note, and perhaps fail then."""
    ((written,),) = hand.rows(PUT, words=note)
    hand.announce(note)
    if outcome is not None:
        raise outcome("no")
    return str(written)


def notes(db: Database) -> list[str]:
    """All notes, as another connection sees them."""
    with db.reading() as session:
        return list(session.scalars(select(NOTES.c.note).order_by(NOTES.c.note)))


def at_once(db: Database, *jobs: Job) -> list[Any]:
    """All of them in one transaction: each result or error."""
    db._waiting.extend(jobs)
    with db._turn:
        db._run_waiting()
    return [type(job.error) if job.error else job.result for job in jobs]


def brief(note: str, outcome: type[Exception] | None = None) -> Job:
    """A short write."""
    return Job(lambda hand: put(hand, note, outcome), brief=True)


def test_a_short_write_answers_after_the_commit_and_is_heard_of(db: Database) -> None:
    """As every write."""
    heard: list[tuple[frozenset[str], list[str]]] = []
    db.on_commit(lambda channels: heard.append((channels, notes(db))))
    assert db.write_briefly(put, "a") == "a"
    with pytest.raises(NotNow):
        db.write_briefly(put, "b", NotNow)
    with pytest.raises(IntegrityError):
        db.write_briefly(put, "a")
    assert heard == [(frozenset({"a"}), ["a"])]
    assert db.write_briefly(put, "c") == "c"
    assert (notes(db), db.jobs) == (["a", "c"], 5)


def test_short_writes_share_a_transaction_and_no_error(db: Database) -> None:
    """What fails is undone alone, whether it refused or the database did, on its way or at its last word."""
    quietly = Job(lambda hand: hand.rows(PUT_QUIETLY, words="one"), brief=True)
    before = db.commits
    found = at_once(db, brief("one"), brief("bad", NotNow), brief("one"), quietly, brief("two"))
    assert found == ["one", NotNow, IntegrityError, IntegrityError, "two"]
    assert (notes(db), db.commits - before) == (["one", "two"], 1)


def test_short_and_long_writes_share_a_transaction(db: Database) -> None:
    """One queue, whatever is in it."""
    long = Job(lambda session: session.execute(insert(NOTES).values(note="long")) and "long")
    before = db.commits
    assert at_once(db, brief("one"), long, brief("bad", NotNow), brief("two")) == ["one", "long", NotNow, "two"]
    assert (notes(db), db.commits - before) == (["long", "one", "two"], 1)


def test_a_key_that_another_process_took_makes_a_short_write_look_again(db: Database) -> None:
    """The second time it finds the row."""
    db.write_briefly(put, "taken")
    looks: list[int] = []

    def find_or_put(hand: Hand) -> str:
        looks.append(1)
        return put(hand, "taken") if len(looks) == 1 else "found"

    assert db.write_briefly(find_or_put) == "found"
    looks.clear()
    assert at_once(db, brief("x"), Job(find_or_put, brief=True), brief("y")) == ["x", "found", "y"]
    assert notes(db) == ["taken", "x", "y"]


def test_a_short_write_gives_up_on_a_file_that_stays_locked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """503 and not a hang; nothing is half done, and the next one is well."""
    made = Database(f"sqlite:///{tmp_path}/t.sqlite3")
    made.write(lambda session: NOTES.create(session.connection()))
    monkeypatch.setattr(engines, "LOCK_PATIENCE", 0.05)
    other = Database(made.url)
    with other._engine.connect() as connection, connection.begin(), pytest.raises(Busy):
        made.write_briefly(put, "never")
    assert (made.write_briefly(put, "again"), notes(made)) == ("again", ["again"])
    other.dispose()
    made.dispose()


@pytest.fixture
def pg(postgres: Settings) -> Iterator[Database]:
    """The same on PostgreSQL alone."""
    made = Database(postgres.database_url)
    made.write(lambda session: NOTES.create(session.connection()))
    yield made
    made.dispose()


def test_a_connection_that_was_lost_meanwhile_is_replaced(pg: Database) -> None:
    """PostgreSQL was restarted between two votes: the second one does not notice."""
    assert pg.write_briefly(put, "before") == "before"
    (pid,) = pg.write_briefly(lambda hand: hand.raw.execute("SELECT pg_backend_pid()").fetchone())
    with pg._engine.connect() as connection:
        assert connection.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid}).scalar() is True
    assert at_once(pg, brief("one"), brief("two")) == ["one", "two"]
    assert notes(pg) == ["before", "one", "two"]


def test_a_connection_that_is_lost_in_the_middle_says_busy_to_all(pg: Database) -> None:
    """Nobody is told "done", and nothing is there: the phones send again."""

    def lose(hand: Hand) -> str:
        (pid,) = hand.raw.execute("SELECT pg_backend_pid()").fetchone()
        with pg._engine.connect() as connection:
            connection.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
        return put(hand, "lost")

    assert at_once(pg, brief("one"), Job(lose, brief=True), brief("two")) == [Busy, Busy, Busy]
    assert (notes(pg), pg.write_briefly(put, "after")) == ([], "after")


@pytest.mark.claim("scale", "On PostgreSQL an acknowledged vote is on the disk, whatever the server does by itself")
def test_commits_are_durable_whatever_the_server_does_by_itself(pg: Database, figure: Any) -> None:
    """`synchronous_commit` of our own connections, above that of the database and of the role."""
    name = make_url(pg.url).database
    with pg._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as admin:
        admin.exec_driver_sql(f'ALTER DATABASE "{name}" SET synchronous_commit = off')
    pg.dispose()
    with pg.reading() as session:
        assert session.scalar(text("SHOW synchronous_commit")) == "off", "the premise"
    ((briefly,),) = pg.write_briefly(lambda hand: hand.raw.execute("SHOW synchronous_commit").fetchall())
    whole = pg.write(lambda session: session.scalar(text("SHOW synchronous_commit")))
    figure(f"synchronous_commit {whole}, {briefly}")
    assert (whole, briefly) == ("on", "on")


class Wire:
    """A proxy in front of PostgreSQL that counts how often somebody waited for it: a question after an answer."""

    def __init__(self, host: str, port: int) -> None:
        self.trips, self._far, self._answered = 0, (host, port), True
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._door.getsockname()[1]
        threading.Thread(target=self._open, daemon=True).start()

    def _open(self) -> None:
        while True:
            try:
                near = self._door.accept()[0]
            except OSError:
                return
            threading.Thread(target=self._carry, args=(near, socket.create_connection(self._far)), daemon=True).start()

    def _carry(self, near: socket.socket, far: socket.socket) -> None:
        with near, far, selectors.DefaultSelector() as ready:
            ready.register(near, selectors.EVENT_READ, far)
            ready.register(far, selectors.EVENT_READ, near)
            while True:
                for key, _events in ready.select():
                    source: Any = key.fileobj
                    data = source.recv(1 << 16)
                    if not data:
                        return
                    self.trips += source is near and self._answered
                    self._answered = source is far
                    key.data.sendall(data)

    def close(self) -> None:
        """Let nobody in any more."""
        self._door.close()


@pytest.mark.claim("scale", "Votes that wait together cost PostgreSQL as many round trips as they read, and one commit")
def test_short_writes_travel_together(pg: Database, figure: Any) -> None:
    """Two questions a job, twenty jobs: 41 round trips, of which sessions with savepoints would make more than 80."""
    url = make_url(pg.url)
    wire = Wire(url.host or "127.0.0.1", url.port or 5432)
    here = Database(url.set(host="127.0.0.1", port=wire.port).render_as_string(hide_password=False))

    def one(hand: Hand, note: str) -> int:
        hand.rows(PUT_QUIETLY, words=note)
        hand.rows(COUNT)
        return len(hand.several((COUNT, {}), (COUNT, {})))

    def job(note: str) -> Job:
        return Job(lambda hand: one(hand, note), brief=True)

    def long(note: str) -> Job:
        return Job(lambda session: [session.execute(text(words)) and None for words in (
            f"INSERT INTO notes VALUES ('{note}')", *["SELECT count(*) FROM notes"] * 3,
        )] and 0)  # fmt: skip

    try:
        here.write_briefly(one, "first")
        here.write(lambda session: session.execute(text("SELECT 1")) and None)
        counts = {}
        for name, make in (("brief", job), ("long", long)):
            before = wire.trips
            assert IntegrityError not in at_once(here, *[make(f"{name}{n}") for n in range(20)])
            counts[name] = wire.trips - before
        figure(f"20 jobs of 4 statements: {counts['brief']} round trips, with sessions {counts['long']}")
        assert counts["brief"] <= 20 * 2 + 2
        assert counts["long"] > 20 * 4, "the control"
        assert len(notes(pg)) == 41
    finally:
        here.dispose()
        wire.close()


def test_shuffling_is_even() -> None:
    """Each order of three comes as often as the others."""
    found: dict[tuple[int, ...], int] = {}
    for _turn in range(6000):
        those = [1, 2, 3]
        shuffle(those)
        found[tuple(those)] = found.get(tuple(those), 0) + 1
    assert len(found) == 6
    assert all(850 < number < 1150 for number in found.values()), f"{found}: five deviations from 1,000"
