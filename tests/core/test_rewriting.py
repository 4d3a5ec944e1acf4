"""Writing the files anew: nothing is lost, nothing tells of an order, and whoever is in the way is waited for, not killed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import inspect
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from survey import lifecycle
from survey.core.columns import Base
from survey.core.db import Database
from survey.core.errors import Busy
from survey.core.ids import digest
from survey.dialogues import queries as dialogues
from survey.questions import service as asking
from survey.questions.state import State
from survey.room import service as room
from tests.conftest import Cast
from tests.conftest import make_cast

Figure = Callable[[str], None]
MANY = 60


@pytest.fixture(params=["sqlite", "postgresql"])
def hall(request: pytest.FixtureRequest) -> Cast:
    """A hall into which sixty ballots came, commit by commit, with a question and its supporters."""
    cast: Cast = request.getfixturevalue("cast" if request.param == "sqlite" else "cast_on_postgres")
    target = cast.write(lambda s: asking.add(s, cast.dialogue_id, "Câu để ủng hộ", None, state=State.APPROVED).id)
    for n in range(MANY):
        cast.write(room.admit, cast.dialogue_id, digest(f"ballot {n}"))
        cast.write(asking.support, cast.dialogue_id, target, lambda _id, n=n: digest(f"voter {n}"), wanted=True)
    return cast


def content(database: Database) -> dict[str, list[str]]:
    """Every row of every table."""
    with database.reading() as session:
        return {
            table.name: sorted(repr(tuple(row)) for row in session.execute(table.select()))
            for table in Base.metadata.sorted_tables
        }


def orders(database: Database) -> int:
    """How many transactions the rows of the ballots still name, or how many frames the log still has."""
    with database.reading() as session:
        if not database.is_sqlite:
            return int(session.execute(text("SELECT count(DISTINCT xmin::text) FROM ballots")).scalar_one())

    return Path(database.url.removeprefix("sqlite:///") + "-wal").stat().st_size


def test_nothing_is_lost_and_no_order_is_left(hall: Cast) -> None:
    """Rows, keys, foreign keys and indexes are as before; of sixty transactions one is left, of the log nothing."""
    database = hall.stores.db
    before, shape = content(database), constraints(database)
    assert orders(database) >= MANY, "the premise"
    database.rewrite()
    assert content(database) == before
    assert constraints(database) == shape
    assert orders(database) == (0 if database.is_sqlite else 1)
    with pytest.raises(IntegrityError):
        hall.write(lambda session: session.execute(text("INSERT INTO ballots VALUES ('nobody', 'x')")) and None)
    hall.write(room.admit, hall.dialogue_id, digest("one more"))


def constraints(database: Database) -> dict[str, Any]:
    """What the database itself holds of keys and indexes."""
    seen = inspect(database._engine)
    return {
        name: (
            seen.get_pk_constraint(name),
            sorted(map(str, seen.get_foreign_keys(name))),
            sorted(map(str, seen.get_indexes(name))),
        )
        for name in seen.get_table_names()
    }


def test_who_reads_is_waited_for_and_never_killed(cast_on_postgres: Cast) -> None:
    """A reader in the middle of a long look finishes it; the rewriting gives way, says so, and succeeds afterwards."""
    database = cast_on_postgres.stores.db
    begun, go = threading.Event(), threading.Event()
    counted: list[int] = []

    def read() -> None:
        with database._engine.connect() as connection:
            connection.exec_driver_sql("SELECT count(*) FROM ballots")
            begun.set()
            go.wait(20)
            counted.append(int(connection.exec_driver_sql("SELECT count(*) FROM questions").scalar_one()))

    reader = threading.Thread(target=read)
    reader.start()
    assert begun.wait(10)
    since = time.monotonic()
    with pytest.raises(Busy):
        database.rewrite(patience=0.1)
    assert time.monotonic() - since < 10
    go.set()
    reader.join(10)
    assert counted == [0]
    database.rewrite()


def test_the_opening_and_the_archive_write_anew_and_what_was_cut_off_is_done_again(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hall opens though a file is held; the next sweep does what is left, in both databases."""
    cast, written = make_cast(app, "open_hall", entry="roll"), list[str]()
    real = Database.rewrite
    lifecycle.take(cast.stores, cast.dialogue_id, "closed", actor="test")

    def held(self: Database, patience: float = 0.0) -> None:
        raise Busy("held")

    def seen(self: Database, patience: float = 0.0) -> None:
        written.append("roll" if self is cast.stores.roll else "main")
        real(self, 10.0)

    with monkeypatch.context() as patch:
        patch.setattr(Database, "rewrite", held)
        lifecycle.take(cast.stores, cast.dialogue_id, "live", actor="test")
    with cast.reading() as session:
        assert dialogues.by_id(session, cast.dialogue_id).state == "live"
    monkeypatch.setattr(Database, "rewrite", seen)
    for _ in range(2):
        lifecycle.shuffle(cast.stores)
    assert written == ["roll", "main"], "once, and then it is done"
    for step in ("closed", "concluded", "archived"):
        lifecycle.take(cast.stores, cast.dialogue_id, step, actor="test")
    assert written == ["roll", "main", "roll", "main"]


@pytest.mark.claim("anonymity", "room and roll are never written together: a write inside a write is refused")
def test_a_write_inside_a_write_is_refused(cast: Cast, figure: Figure) -> None:
    """Whichever of the two is inside; and both are as they were."""
    both = (cast.stores.db, cast.stores.roll)
    before = content(cast.stores.db)
    for outer, inner in (both, both[::-1]):
        with pytest.raises(RuntimeError, match="inside a write"):
            outer.write(lambda _session, inner=inner: inner.write(lambda _inside: None))
    for database in both:
        assert database.write(lambda _session: "alone") == "alone"
    assert content(cast.stores.db) == before
    figure("2 of 2 orders refused")
