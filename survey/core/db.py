"""The database: read-only sessions for requests, one writer for each file.

The writer runs what is waiting in one transaction (each job in a savepoint) and answers after the durable commit.
Why one: a second writing connection in this process would sleep inside SQLite's busy handler, in C, and freeze every
stream (measured: 5 s). So `busy_timeout` is (almost) zero and waiting for another *process* happens here, in Python.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field
from functools import partial
from typing import Any
from typing import TypeVar
from typing import cast

from sqlalchemy import Connection
from sqlalchemy import Engine
from sqlalchemy import PoolProxiedConnection
from sqlalchemy import create_engine
from sqlalchemy import event
from sqlalchemy import make_url
from sqlalchemy.exc import IntegrityError
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from survey.core import readonly
from survey.core.errors import Busy
from survey.core.hand import hand_of
from survey.core.hand import piped
from survey.core.hand import together
from survey.core.offload import off_the_loop
from survey.core.prepared import Prepared
from survey.core.prepared import wrapped
from survey.core.rewriting import write_anew
from survey.core.text import N_
from survey.core.turns import InTurn

T = TypeVar("T")
Listener = Callable[[frozenset[str]], None]

MAX_WAITING = 5_000  # jobs; above that the answer is 503 and the phone sends again
MAX_BATCH = 256  # jobs in one transaction, so that a burst cannot hold the first voter back
LOCK_PATIENCE = 10.0  # seconds that another process (a CLI command) may hold the file
_EMPTY_LOG = "PRAGMA wal_checkpoint(TRUNCATE)"
# PostgreSQL's client (libpq): seconds for a new connection, milliseconds for what was sent and is not acknowledged. A
# phone gives up after ten seconds; without these a host that lost its power would be waited for by the minute.
_PATIENCE = {"connect_timeout": 5, "tcp_user_timeout": 8_000, "keepalives_idle": 5, "keepalives_interval": 3}
_here = threading.local()  # `writing`: whether a job of a writer runs in this thread
_DURABLE = "-c synchronous_commit=on"  # an acknowledged vote is on the disk, whatever this server does by itself
_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON", "temp_store=MEMORY")


_NOTHING = object()  # the result of a job that has none yet


@dataclass(eq=False, slots=True)
class _Job:
    run: Callable[[Any], Any]
    brief: bool = False  # `run` takes a `Hand`
    result: Any = _NOTHING
    error: BaseException | None = None
    finished: bool = False
    announced: set[str] = field(default_factory=set)


class Database:
    """One database: `reading()` for sessions that cannot write, `write` for everything else."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_sqlite = make_url(url).get_backend_name() == "sqlite"
        self._reader = _engine(url, read_only=True)
        self._engine = _engine(url, read_only=False)
        self._waiting: deque[_Job] = deque()
        self._turn = threading.Lock()
        self._listeners: list[Listener] = []
        self._seen_version: int | None = None
        self._kept: Connection | None = None
        self._pipe: Connection | None = None
        self._glancing = threading.Lock()
        self._glancer: PoolProxiedConnection | None = None
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

    @contextlib.contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that can only read; the database itself refuses anything else."""
        with Session(self._reader, expire_on_commit=False) as session:
            yield session

    @contextlib.contextmanager
    def snapshot(self) -> Iterator[Session]:
        """Like `reading`, but all that is read is of one moment: no commit of anybody falls between two statements."""
        with Session(self._reader, expire_on_commit=False) as session:
            if self.is_sqlite:
                session.connection().exec_driver_sql("BEGIN")  # ends with the connection's return to its pool
            else:
                session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            yield session

    def new_reading(self) -> Session:
        """A read-only session for a caller that closes it itself (one a request)."""
        return Session(self._reader, expire_on_commit=False)

    def glance(self, statement: Prepared, **values: Any) -> list[tuple[Any, ...]]:
        """What is committed now, by one small statement: what every request asks before anything else.

        On SQLite by a connection of its own, which nobody shares while it reads: it never waits and never yields.
        """
        if not self.is_sqlite:
            with self._reader.connect() as connection:
                return statement.rows(connection, **values)
        with self._glancing:
            if self._glancer is None:
                self._glancer = self._reader.raw_connection()
            try:
                return statement.run(self._glancer.driver_connection, self._reader.dialect, values)
            except SQLAlchemyError:  # a broken one is not kept
                self._glancer.close()
                self._glancer = None
                raise

    def write(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> T:
        """Run `fn(session, *args, **kwargs)` in the writer and return its result after the durable commit.

        `fn` must return plain values (never ORM objects) and must not wait for anything. Its error undoes it alone; a
        unique key that another process took first makes it run once more.
        Raises `Busy` when too much is waiting or the file stays locked.
        """
        return cast(T, self._finished(_Job(lambda session: fn(session, *args, **kwargs))))

    def write_briefly(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> T:
        """`write` for what needs prepared statements alone: `fn(hand, *args, **kwargs)`, and no session is made for it.

        It stands in the same queue and in the same transaction as what else waits.
        """
        return cast(T, self._finished(_Job(lambda hand: fn(hand, *args, **kwargs), brief=True)))

    def _finished(self, job: _Job) -> Any:
        readonly.refuse(self.closed)
        if getattr(_here, "writing", False):  # one commit beside another would join both by their order on the disk
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

    def changed_elsewhere(self) -> bool:
        """Whether another process has committed since the last call; on PostgreSQL also after own commits.

        On SQLite `data_version` is read on the writer's own connection, which is blind to its own commits.
        """
        version = self._data_version() if self.is_sqlite else self._snapshot()
        before, self._seen_version = self._seen_version, version
        return before is not None and before != version

    def _data_version(self) -> int:
        with self._turn, self._writer() as connection:
            raw = cast(Any, connection.connection.driver_connection)
            return int(raw.execute("PRAGMA data_version").fetchone()[0])

    def _snapshot(self) -> int:
        with self._reader.connect() as connection:
            return int(connection.exec_driver_sql("SELECT pg_snapshot_xmax(pg_current_snapshot())::text").scalar_one())

    def rewrite(self, patience: float = LOCK_PATIENCE) -> None:
        """Write the files anew: they hold nothing of rows that were deleted, and no order in which rows came (rule D3).

        SQLite: the write-ahead log is emptied into the file and cut to nothing, the file is made anew in the order of its
        keys. PostgreSQL: every row is written again in random order by one transaction, into new files; its own log,
        replicas and archives are out of our reach (docs/operations.md).
        Raises `Busy` where somebody else holds the file for `patience` seconds.
        """
        readonly.refuse(self.closed)
        deadline = time.monotonic() + patience
        if self.is_sqlite:
            for statement in (_EMPTY_LOG, "VACUUM", _EMPTY_LOG):
                self._insist(partial(self._held, statement), deadline)
        else:
            self._insist(lambda: not write_anew(self._engine), deadline)

    def _insist(self, is_held: Callable[[], bool], deadline: float) -> None:
        while True:
            with self._turn:
                held = off_the_loop(is_held)
            if not held:
                return
            if time.monotonic() > deadline:
                raise Busy(N_("Đã xóa danh sách nhưng chưa ghi lại được tệp vì tệp đang bận. Máy chủ sẽ tự làm lại."))
            time.sleep(0.05)

    def _held(self, statement: str) -> bool:
        """Run it outside any transaction; whether somebody else was in the way."""
        with contextlib.closing(self._engine.raw_connection()) as connection:
            try:
                row = cast(Any, connection).execute(statement).fetchone()
            except sqlite3.OperationalError as error:
                if "locked" not in str(error):
                    raise
                return True
        return statement == _EMPTY_LOG and row[0] != 0

    def dispose(self) -> None:
        """Close all connections."""
        with self._glancing:
            if self._glancer is not None:
                self._glancer.close()
            self._glancer = None
        with self._turn:
            for kept in (self._kept, self._pipe):
                if kept is not None:
                    kept.close()
            self._kept = self._pipe = None
        self._reader.dispose()
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
                job.error = job.error or _as_busy(error)
        finally:
            for job in batch:
                job.finished = True
        self._tell(batch)

    def _with_session(self, batch: list[_Job]) -> bool:
        with self._writer() as connection, Session(connection, expire_on_commit=False) as session:
            self._begin(session)
            with _writing():
                done = self._alone(session, batch[0]) if len(batch) == 1 else _one_by_one(session, batch)
            if done:
                self._commit(session)
        return done

    def _briefly(self, batch: list[_Job]) -> bool:
        """The same without a session, by the driver's connection alone."""
        if not self.is_sqlite:
            return self._piped(batch)
        with self._writer() as connection, _writing():
            raw, dialect = cast(Any, connection.connection.driver_connection), connection.dialect
            done = together(raw, dialect, batch, lambda: _begin_at_once(raw, dialect))
            if done:
                try:
                    off_the_loop(raw.commit)  # the only thing that yields between BEGIN and COMMIT
                except sqlite3.Error as error:
                    raise wrapped(error, dialect) from error
        return done

    def _piped(self, batch: list[_Job]) -> bool:
        """On PostgreSQL a connection is kept for it; one that turns out to be lost before it took anything is replaced."""
        known = self._pipe is not None
        if self._pipe is None:
            self._pipe = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")  # BEGIN is our own
        try:
            with _writing():
                return piped(self._pipe.connection.driver_connection, self._pipe.dialect, batch)
        except BaseException as error:
            self._pipe.invalidate()
            self._pipe.close()
            self._pipe = None
            untouched = all(job.result is _NOTHING and job.error is None for job in batch)  # so no COMMIT was sent
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

    def _begin(self, session: Session) -> None:
        deadline = time.monotonic() + LOCK_PATIENCE
        while True:
            try:
                session.connection()  # sends BEGIN IMMEDIATE
                return
            except OperationalError as error:
                session.rollback()
                if "locked" not in str(error.orig) or time.monotonic() > deadline:
                    raise
                time.sleep(0.005)  # yields to the other greenlets; SQLite's own waiting would not

    def _alone(self, session: Session, job: _Job) -> bool:
        """The only job of its transaction needs no savepoint: what undoes it undoes nothing else. Whether to commit."""
        try:
            try:
                _attempt(session, job)
            except IntegrityError:  # see `_run`
                session.rollback()
                self._begin(session)
                _attempt(session, job)
        except OperationalError:
            raise
        except BaseException as error:  # noqa: BLE001 -- raised again in the thread of whoever asked
            job.error = error
            session.rollback()
        return job.error is None

    def _commit(self, session: Session) -> None:
        if self.is_sqlite:
            connection = session.connection()
            raw = cast(Any, connection.connection.driver_connection)
            try:
                off_the_loop(raw.commit)  # the only thing that yields between BEGIN and COMMIT
            except sqlite3.Error as error:  # a full disk says so here
                raise wrapped(error, connection.dialect) from error
        session.commit()

    def _tell(self, batch: list[_Job]) -> None:
        channels = frozenset().union(*(job.announced for job in batch if job.error is None))
        if channels:
            for listener in self._listeners:
                listener(channels)


def _begin_at_once(raw: Any, dialect: Any) -> None:
    """BEGIN IMMEDIATE, waiting here for another process that holds the file."""
    deadline = time.monotonic() + LOCK_PATIENCE
    while True:
        try:
            raw.execute("BEGIN IMMEDIATE")
            return
        except sqlite3.Error as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise wrapped(error, dialect) from error
            time.sleep(0.005)  # yields to the other greenlets; SQLite's own waiting would not


def announce(session: Session, *channels: str) -> None:
    """Inside a write: tell the listeners about `channels`, after the commit and only if the job succeeds."""
    session.info["announced"].update(channels)


@contextlib.contextmanager
def _writing() -> Iterator[None]:
    _here.writing = True
    try:
        yield
    finally:
        _here.writing = False


def _one_by_one(session: Session, batch: list[_Job]) -> bool:
    for job in batch:
        _run(session, job)
    return True


def _run(session: Session, job: _Job) -> None:
    try:
        try:
            with session.begin_nested():
                _attempt(session, job)
        except IntegrityError:  # another process was quicker with the same row: the second time the job sees it
            with session.begin_nested():
                _attempt(session, job)
    except OperationalError:
        raise  # the file, not the job, is in trouble: nobody in this batch may be told "done"
    except BaseException as error:  # noqa: BLE001 -- raised again in the thread of whoever asked
        job.error = error


def _attempt(session: Session, job: _Job) -> None:
    job.announced.clear()
    session.info["announced"] = job.announced
    job.result = job.run(hand_of(session) if job.brief else session)
    session.flush()


def _as_busy(error: BaseException) -> BaseException:
    if isinstance(error, OperationalError):
        busy = Busy(N_("Máy chủ chưa ghi được. Máy bạn sẽ gửi lại sau vài giây."))
        busy.__cause__ = error
        return busy
    return error


def _engine(url: str, *, read_only: bool) -> Engine:
    if make_url(url).get_backend_name() == "sqlite":
        return _sqlite(url, read_only=read_only)
    options = "-c default_transaction_read_only=on" if read_only else _DURABLE
    engine = create_engine(
        url, connect_args={"options": options, **_PATIENCE}, hide_parameters=True,
        poolclass=InTurn, pool_size=10, max_overflow=5, pool_pre_ping=True, pool_timeout=5,
    )  # fmt: skip
    return engine.execution_options(isolation_level="AUTOCOMMIT") if read_only else engine


def _patiently(raw: Any, pragma: str) -> None:
    """Run a pragma of a new connection; another process that just opens or closes the file may hold it for a moment."""
    deadline = time.monotonic() + LOCK_PATIENCE
    while True:
        try:
            raw.execute(pragma)
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.005)


def _sqlite(url: str, *, read_only: bool) -> Engine:
    engine = create_engine(
        url, connect_args={"timeout": 0.02, "check_same_thread": False}, pool_size=8, max_overflow=64,
        hide_parameters=True,  # an error's text must not carry what a member wrote
    )  # fmt: skip

    @event.listens_for(engine, "connect")
    def _prepare(raw: Any, _record: object) -> None:
        raw.isolation_level = None  # pysqlite's own transactions lose savepoints
        for pragma in (*_PRAGMAS, *(["query_only=ON"] if read_only else [])):
            _patiently(raw, f"PRAGMA {pragma}")

    if not read_only:

        @event.listens_for(engine, "begin")
        def _begin(connection: Any) -> None:
            try:
                connection.connection.driver_connection.execute("BEGIN IMMEDIATE")
            except sqlite3.Error as error:
                raise wrapped(error, connection.dialect) from error

    return engine
