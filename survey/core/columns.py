"""The two metadata of the two databases, and the column types that all models share."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import JSON
from sqlalchemy import DateTime
from sqlalchemy import Dialect
from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

# Constraint names are made by rule, because batch migrations on SQLite need every name.
NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UTCDateTime(TypeDecorator[dt.datetime]):
    """An aware UTC moment on both databases; SQLite alone would give it back naive."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        """Store UTC; refuse a naive value, because nobody knows what it means."""
        if value is not None and value.tzinfo is None:
            raise ValueError("naive datetime")
        return value.astimezone(dt.UTC) if value else None

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        """Give an aware value back."""
        return value.replace(tzinfo=dt.UTC) if value and value.tzinfo is None else value


_TYPES = {dt.datetime: UTCDateTime(), dict[str, Any]: JSON(), list[Any]: JSON()}

# Rows without a rowid are kept in the order of their random key, never in the order of arrival (rule D1).
UNORDERED = {"sqlite_with_rowid": False}


class Base(DeclarativeBase):
    """Everything of the main database."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = _TYPES


class RollBase(DeclarativeBase):
    """Everything of the roll: members and what was issued. No commit ever holds both databases."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = _TYPES
