"""Connections to the databases: how they are opened, what they are set to, and how a write begins on them.

Waiting for another process that holds the file happens here, in Python: SQLite's own busy handler sleeps in C and would
freeze every stream of this process (measured: 5 s).
"""

from __future__ import annotations

import sqlite3
import time
from typing import Any

from sqlalchemy import Engine
from sqlalchemy import create_engine
from sqlalchemy import event
from sqlalchemy import make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from survey.core.prepared import wrapped
from survey.core.turns import InTurn

LOCK_PATIENCE = 10.0  # seconds that another process (a CLI command) may hold the file
# PostgreSQL's client (libpq): seconds for a new connection, milliseconds for what was sent and is not acknowledged. A
# phone gives up after ten seconds; without these a host that lost its power would be waited for by the minute.
_PATIENCE = {"connect_timeout": 5, "tcp_user_timeout": 8_000, "keepalives_idle": 5, "keepalives_interval": 3}
_DURABLE = "-c synchronous_commit=on"  # an acknowledged vote is on the disk, whatever this server does by itself
_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON", "temp_store=MEMORY")


def engine_of(url: str, *, read_only: bool) -> Engine:
    """The connections to this database; to those that are read-only the database itself refuses every write."""
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


def begin_at_once(raw: Any, dialect: Any) -> None:
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


def begin(session: Session) -> None:
    """Begin the transaction of this session, waiting in the same way."""
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
