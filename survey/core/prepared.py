"""Statements of the hottest paths: compiled once for each dialect and run by the driver itself.

Measured: a statement that SQLAlchemy compiles once and looks up again costs five to ten times as much as the same words
handed to the driver. Only plain values go in and come out (text, numbers, bytes): nothing here turns dates or truth
values into what SQLite keeps, and nothing turns them back.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from typing import cast

from sqlalchemy import Connection
from sqlalchemy import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.elements import ClauseElement
from sqlalchemy.sql.selectable import SelectBase


class Prepared:
    """One statement, with its parameters by name."""

    def __init__(self, statement: Any) -> None:
        self._statement: ClauseElement = statement
        self._compiled: dict[str, _Words] = {}

    def rows(self, connection: Connection, **values: Any) -> list[tuple[Any, ...]]:
        """Run it inside the transaction of `connection`; all rows, or an empty list where none come."""
        return self.run(connection.connection.driver_connection, connection.dialect, values)

    def first(self, connection: Connection, **values: Any) -> tuple[Any, ...] | None:
        """The first row; None where none comes."""
        found = self.rows(connection, **values)
        return found[0] if found else None

    def run(self, raw: Any, dialect: Dialect, values: dict[str, Any]) -> list[tuple[Any, ...]]:
        """The same on the driver's own connection; its errors are those that SQLAlchemy would raise."""
        return self.read(self.send(raw, dialect, values), dialect)

    def send(self, raw: Any, dialect: Dialect, values: dict[str, Any]) -> Any:
        """The first half of `run`: what `read` takes. Inside a pipeline of PostgreSQL nobody waits here."""
        words = self._compiled.get(dialect.name) or self._compile(dialect)
        try:
            return raw.execute(words.text, words.given(values))
        except as_raised(dialect) as error:
            raise wrapped(error, dialect) from error

    def read(self, cursor: Any, dialect: Dialect) -> list[tuple[Any, ...]]:
        """The second half."""
        try:
            return cast(list[tuple[Any, ...]], cursor.fetchall() if self._compiled[dialect.name].gives else [])
        except as_raised(dialect) as error:
            raise wrapped(error, dialect) from error

    def gives(self, dialect: Dialect) -> bool:
        """Whether rows come of it, so that `read` waits for the database."""
        return (self._compiled.get(dialect.name) or self._compile(dialect)).gives

    def text(self, dialect: Dialect) -> str:
        """What the database is sent, for a look at its plan."""
        return (self._compiled.get(dialect.name) or self._compile(dialect)).text

    def _compile(self, dialect: Dialect) -> _Words:
        made = self._compiled[dialect.name] = _Words(self._statement, dialect)
        return made


class _Words:
    """The text for one dialect and where its values go."""

    def __init__(self, statement: ClauseElement, dialect: Dialect) -> None:
        compiled: Any = statement.compile(dialect=dialect)
        self.text: str = str(compiled)
        self.gives = bool(compiled.effective_returning) or isinstance(statement, SelectBase)  # rows
        self._fixed: dict[str, Any] = {name: value for name, value in compiled.params.items() if value is not None}
        self._order: list[str] | None = compiled.positiontup if compiled.positional else None

    def given(self, values: dict[str, Any]) -> Any:
        """The values as the driver wants them: in their order, or by name."""
        known = {**self._fixed, **values} if self._fixed else values
        return known if self._order is None else [known[name] for name in self._order]


def structure(kept: Any) -> Any:
    """What a column of JSON holds: SQLite gives its text, PostgreSQL what it says."""
    return json.loads(kept) if isinstance(kept, str) else kept


def structures(kept: Sequence[Any]) -> list[Any]:
    """The same for many rows, read at once."""
    if any(not isinstance(one, str) for one in kept):
        return [structure(one) for one in kept]
    return cast(list[Any], json.loads(f"[{','.join(kept)}]"))


def as_raised(dialect: Dialect) -> type[Exception]:
    """The kind of error that the driver raises."""
    return cast(type[Exception], cast(Any, dialect).dbapi.Error)


def wrapped(error: Exception, dialect: Dialect) -> BaseException:
    """The driver's error as everything above expects it; without the values, which may be what a member wrote."""
    made: BaseException = DBAPIError.instance(
        None, None, error, as_raised(dialect), hide_parameters=True, dialect=dialect
    )
    return made
