"""A database: read-only sessions for requests, and one writer (`core.writer`)."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
import time
from collections.abc import Callable
from collections.abc import Iterator
from functools import partial
from typing import Any
from typing import cast

from sqlalchemy import PoolProxiedConnection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from survey.core import readonly
from survey.core.engines import LOCK_PATIENCE as LOCK_PATIENCE
from survey.core.engines import engine_of
from survey.core.errors import Busy
from survey.core.jobs import announce as announce
from survey.core.offload import off_the_loop
from survey.core.prepared import Prepared
from survey.core.rewriting import write_anew
from survey.core.text import N_
from survey.core.writer import Writer

_EMPTY_LOG = "PRAGMA wal_checkpoint(TRUNCATE)"


class Database(Writer):
    """One database: `reading()` for sessions that cannot write, `write` for everything else."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self._reader = engine_of(url, read_only=True)
        self._seen_version: int | None = None
        self._glancing = threading.Lock()
        self._glancer: PoolProxiedConnection | None = None

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
        self._reader.dispose()
        super().dispose()
