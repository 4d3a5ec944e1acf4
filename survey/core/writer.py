"""The one writer of a database: it runs what is waiting in one transaction and answers after the durable commit.

Why one: a second writing connection in this process would sleep inside SQLite's busy handler (`core.engines`). Each job has
a savepoint of its own (`core.jobs`); what needs prepared statements alone needs no session (`core.hand`).
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections import deque
from collections.abc import Callable
from collections.abc import Iterator
from typing import Any
from typing import TypeVar
from typing import cast

from sqlalchemy import Connection
from sqlalchemy import make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from survey.core import readonly
from survey.core.engines import begin
from survey.core.engines import begin_at_once
from survey.core.engines import engine_of
from survey.core.errors import Busy
from survey.core.hand import piped
from survey.core.hand import together
from survey.core.jobs import NOTHING
from survey.core.jobs import Job
from survey.core.jobs import as_busy
from survey.core.jobs import is_writing
from survey.core.jobs import run_all
from survey.core.jobs import writing
from survey.core.offload import OwnThread
from survey.core.prepared import wrapped
from survey.core.text import N_

T = TypeVar("T")
Listener = Callable[[frozenset[str]], None]

MAX_WAITING = 5_000  # jobs; above that the answer is 503 and the phone sends again
MAX_BATCH = 256  # jobs in one transaction, so that a burst cannot hold the first voter back


class Writer:
    """`write` for whatever changes a database, from any thread."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_sqlite = make_url(url).get_backend_name() == "sqlite"
        self._engine = engine_of(url, read_only=False)
        self._beside = OwnThread()  # for commits, which wait for the disk
        self._waiting: deque[Job] = deque()
        self._turn = threading.Lock()
        self._listeners: list[Listener] = []
        self._kept: Connection | None = None
        self._pipe: Connection | None = None
        self.closed = ""  # why nothing is written any more, a word of `readonly`
        self.ask: Callable[[], str] = lambda: ""  # whether another process closed it meanwhile
        self.commits = self.jobs = self.refused = 0  # since the start, for whoever keeps the machine

    @property
    def waiting(self) -> int:
        """How many jobs wait for the writer now."""
        return len(self._waiting)

    def on_commit(self, listener: Listener) -> None:
        """Call `listener(channels)` after each commit in which a job announced something."""
        self._listeners.append(listener)

    def write(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> T:
        """Run `fn(session, *args, **kwargs)` in the writer and return its result after the durable commit.

        `fn` must return plain values (never ORM objects) and must not wait for anything. Its error undoes it alone; a
        unique key that another process took first makes it run once more.
        Raises `Busy` when too much is waiting or the file stays locked.
        """
        return cast(T, self._finished(Job(lambda session: fn(session, *args, **kwargs))))

    def write_briefly(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> T:
        """`write` for what needs prepared statements alone: `fn(hand, *args, **kwargs)`, and no session is made for it.

        It stands in the same queue and in the same transaction as what else waits.
        """
        return cast(T, self._finished(Job(lambda hand: fn(hand, *args, **kwargs), brief=True)))

    def _finished(self, job: Job) -> Any:
        readonly.refuse(self.closed)
        if is_writing():  # one commit beside another would join both by their order on the disk
            raise RuntimeError("a write inside a write: room and roll are never written together")
        if len(self._waiting) >= MAX_WAITING:
            self.refused += 1
            raise Busy(N_("Máy chủ đang bận. Máy bạn sẽ gửi lại sau vài giây."))
        self._waiting.append(job)
        with self._turn:
            while not job.finished:  # more than one batch may stand before it
                self._run_waiting()
        if job.error is not None:
            raise job.error
        return job.result

    def look_again(self) -> None:
        """Write nothing from now on where another process (a take-over) has closed the installation."""
        self.closed = self.closed or self.ask()

    def dispose(self) -> None:
        """Close all connections."""
        with self._turn:
            for kept in (self._kept, self._pipe):
                if kept is not None:
                    kept.close()
            self._kept = self._pipe = None
        self._engine.dispose()

    def _run_waiting(self) -> None:
        batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), MAX_BATCH))]
        try:
            self.look_again()
            readonly.refuse(self.closed)
            done = self._briefly(batch) if all(job.brief for job in batch) else self._with_session(batch)
            self.commits += done
            self.jobs += len(batch)
        except BaseException as error:  # noqa: BLE001 -- everybody who waits must be told
            for job in batch:
                job.error = job.error or as_busy(error)
        finally:
            for job in batch:
                job.finished = True
        self._tell(batch)

    def _with_session(self, batch: list[Job]) -> bool:
        with self._writer() as connection, Session(connection, expire_on_commit=False) as session:
            begin(session)
            with writing():
                done = run_all(session, batch)
            if done:
                self._commit(session)
        return done

    def _briefly(self, batch: list[Job]) -> bool:
        """The same without a session, by the driver's connection alone."""
        if not self.is_sqlite:
            return self._piped(batch)
        with self._writer() as connection, writing():
            raw, dialect = cast(Any, connection.connection.driver_connection), connection.dialect
            done = together(raw, dialect, batch, lambda: begin_at_once(raw, dialect))
            if done:
                try:
                    self._beside(raw.commit)  # the only thing that yields between BEGIN and COMMIT
                except sqlite3.Error as error:
                    raise wrapped(error, dialect) from error
        return done

    def _piped(self, batch: list[Job]) -> bool:
        """On PostgreSQL a connection is kept for it; one that turns out to be lost before it took anything is replaced."""
        known = self._pipe is not None
        if self._pipe is None:
            self._pipe = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")  # BEGIN is our own
        try:
            with writing():
                return piped(self._pipe.connection.driver_connection, self._pipe.dialect, batch)
        except BaseException as error:
            self._pipe.invalidate()
            self._pipe.close()
            self._pipe = None
            untouched = all(job.result is NOTHING and job.error is None for job in batch)  # so no COMMIT was sent
            if known and untouched and isinstance(error, OperationalError):
                return self._piped(batch)
            raise

    @contextlib.contextmanager
    def _writer(self) -> Iterator[Connection]:
        """The connection that writes. On SQLite there is one for good, and a new one after any trouble with it."""
        if not self.is_sqlite:
            with self._engine.connect() as connection:
                yield connection
            return
        if self._kept is None:
            self._kept = self._engine.connect()
        try:
            yield self._kept
        except BaseException:
            kept, self._kept = self._kept, None
            kept.close()
            raise

    def _commit(self, session: Session) -> None:
        if self.is_sqlite:
            connection = session.connection()
            raw = cast(Any, connection.connection.driver_connection)
            try:
                self._beside(raw.commit)  # the only thing that yields between BEGIN and COMMIT
            except sqlite3.Error as error:  # a full disk says so here
                raise wrapped(error, connection.dialect) from error
        session.commit()

    def _tell(self, batch: list[Job]) -> None:
        channels = frozenset().union(*(job.announced for job in batch if job.error is None))
        if channels:
            for listener in self._listeners:
                listener(channels)
