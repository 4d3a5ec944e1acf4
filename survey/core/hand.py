"""Short writes: prepared statements on the driver's own connection, without a session, many of them in one transaction.

A session costs more than the four statements of a vote. What is done here stands in the same queue as every other write
(`core.writer`), and each job is undone alone as there. On PostgreSQL nothing waits for an answer that nobody looks at: savepoints
and the commit travel with the statements around them (its pipeline), so that a job costs as many round trips as it reads.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable
from collections.abc import Sequence
from typing import Any
from typing import Protocol

from sqlalchemy import Dialect
from sqlalchemy.exc import IntegrityError
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from survey.core.prepared import Prepared
from survey.core.prepared import as_raised
from survey.core.prepared import wrapped


class Hand:
    """What a short write is given: the connection inside its transaction, and where to announce what has changed."""

    __slots__ = ("announced", "dialect", "raw", "unread")

    def __init__(self, raw: Any, dialect: Dialect, announced: set[str]) -> None:
        self.raw, self.dialect, self.announced = raw, dialect, announced
        self.unread = False  # whether something was sent of which nobody has heard yet how it went

    def rows(self, statement: Prepared, **values: Any) -> list[tuple[Any, ...]]:
        """Run it; all rows, or an empty list where none come."""
        found = statement.run(self.raw, self.dialect, values)
        self.unread = not statement.gives(self.dialect)
        return found

    def first(self, statement: Prepared, **values: Any) -> tuple[Any, ...] | None:
        """The first row; None where none comes."""
        found = self.rows(statement, **values)
        return found[0] if found else None

    def several(self, *asked: tuple[Prepared, dict[str, Any]]) -> list[list[tuple[Any, ...]]]:
        """The rows of each, where none needs to know what another gives: one round trip on PostgreSQL."""
        sent = [(statement, statement.send(self.raw, self.dialect, values)) for statement, values in asked]
        found = [statement.read(cursor, self.dialect) for statement, cursor in sent]
        self.unread = not asked[-1][0].gives(self.dialect)
        return found

    def behind(
        self, lock: Prepared, held: dict[str, Any], *asked: tuple[Prepared, dict[str, Any]]
    ) -> list[list[tuple[Any, ...]]]:
        """The rows of each, as they are once `lock` holds its row: still one round trip.

        Two statements, because PostgreSQL reads anew only the row that it waited for, and gives what it has joined to that
        as it was before. SQLite has one writer and needs no lock.
        """
        locks = () if self.dialect.name == "sqlite" else ((lock, held),)
        return self.several(*locks, *asked)[len(locks) :]

    def announce(self, *channels: str) -> None:
        """Tell the listeners about `channels`, after the commit and only if the job succeeds."""
        self.announced.update(channels)


class Job(Protocol):
    """One short write, as the queue of the writer holds it."""

    result: Any
    error: BaseException | None
    announced: set[str]

    @property
    def run(self) -> Callable[[Any], Any]: ...


def hand_of(session: Session) -> Hand:
    """The same inside a write that has a session."""
    connection = session.connection()
    return Hand(
        connection.connection.driver_connection, connection.dialect, session.info.setdefault("announced", set())
    )


def together(raw: Any, dialect: Dialect, batch: Sequence[Job], begin: Callable[[], object]) -> bool:
    """Run all jobs in one transaction that `begin` begins; whether there is anything to commit.

    An error of a job undoes it alone. Trouble with the database itself is raised, and nobody may be told "done".
    """
    begin()
    if len(batch) == 1:
        return _alone(raw, dialect, batch[0], begin)
    for job in batch:
        _one(raw, dialect, job)
    return True


def piped(raw: Any, dialect: Dialect, batch: Sequence[Job]) -> bool:
    """`together` on PostgreSQL, commit and all: what is sent waits for no answer until somebody reads one."""
    try:
        with raw.pipeline():
            done = together(raw, dialect, batch, lambda: raw.execute("BEGIN"))
            if done:
                raw.execute("COMMIT")
    except as_raised(dialect) as error:
        raise wrapped(error, dialect) from error
    return done


def _alone(raw: Any, dialect: Dialect, job: Job, begin: Callable[[], object]) -> bool:
    """The only job of its transaction needs no savepoint: what undoes it undoes nothing else."""
    try:
        try:
            _attempt(raw, dialect, job)
        except IntegrityError:  # another process was quicker with the same row: the second time the job sees it
            _say(raw, "ROLLBACK")
            begin()
            _attempt(raw, dialect, job)
    except OperationalError:
        raise
    except BaseException as error:  # noqa: BLE001 -- raised again in the thread of whoever asked
        job.error = error
        _say(raw, "ROLLBACK")
    return job.error is None


def _one(raw: Any, dialect: Dialect, job: Job) -> None:
    try:
        raw.execute("SAVEPOINT job")
        try:
            _attempt(raw, dialect, job)
        except IntegrityError:
            _say(raw, "ROLLBACK TO SAVEPOINT job")
            _attempt(raw, dialect, job)
    except OperationalError:
        raise
    except BaseException as error:  # noqa: BLE001 -- raised again in the thread of whoever asked
        job.error = error
        _say(raw, "ROLLBACK TO SAVEPOINT job")
    raw.execute("RELEASE SAVEPOINT job")


def _attempt(raw: Any, dialect: Dialect, job: Job) -> None:
    job.announced.clear()
    hand = Hand(raw, dialect, job.announced)
    job.result = job.run(hand)
    if hand.unread:
        _hear(raw, dialect)


def _hear(raw: Any, dialect: Dialect) -> None:
    """What a job sent last may have failed: it is told so itself, and not the one after it."""
    pipeline = getattr(raw, "_pipeline", None)
    if pipeline is None:
        return
    try:
        pipeline.sync()
    except as_raised(dialect) as error:
        raise wrapped(error, dialect) from error


def _say(raw: Any, words: str) -> None:
    """After an error: a pipeline runs nothing more until it was told that the error was seen."""
    pipeline = getattr(raw, "_pipeline", None)
    if pipeline is not None:
        with contextlib.suppress(sys.modules["psycopg"].Error):
            pipeline.sync()
    raw.execute(words)
