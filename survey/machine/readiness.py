"""Whether the process can do its work: databases, keys, disk. The reasons are plain and hold no path, name or address."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from sqlalchemy.exc import SQLAlchemyError

from survey.core.db import Database
from survey.core.migrations import VERSION
from survey.core.migrations import Branch
from survey.core.migrations import newest
from survey.core.settings import Settings
from survey.machine import surroundings


def reasons(settings: Settings, db: Database, roll: Database) -> list[str]:
    """Why not, one line each; nothing where it can."""
    return [*_of_database(db, "main"), *_of_database(roll, "roll"), *_of_place(settings)]


def _of_database(database: Database, branch: Branch) -> Iterator[str]:
    try:
        with database.reading() as session:
            found = session.execute(VERSION).scalar()
    except (SQLAlchemyError, sqlite3.Error):
        yield f"database {branch}: does not answer"
        return
    if found != newest(branch):
        yield f"database {branch}: not at the newest schema; start the program again"


def _of_place(settings: Settings) -> Iterator[str]:
    if not surroundings.keys_readable(settings.key_dir):
        yield "keys: the folder cannot be read"
    left = surroundings.free(settings.data_dir)
    if left is not None and left < surroundings.FULL:
        yield "disk: full"
