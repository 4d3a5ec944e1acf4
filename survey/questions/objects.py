"""What a ballot stands behind: a question, or the group that a question leads. The same acts on either's rows.

A mark of a ballot is made for the object that is supported, so nobody can join the support of a group with that of a
question that was merged into it, unless the key `vote` and the ballot are known.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Collection
from functools import lru_cache
from typing import Any
from typing import NamedTuple
from typing import cast

from sqlalchemy import Column
from sqlalchemy import Table
from sqlalchemy import bindparam
from sqlalchemy import column
from sqlalchemy import delete
from sqlalchemy import func
from sqlalchemy import insert
from sqlalchemy import select
from sqlalchemy import text
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects import sqlite
from sqlalchemy.orm import Session

from survey.core.db import Database
from survey.core.hand import Hand
from survey.core.hand import hand_of
from survey.core.prepared import Prepared
from survey.questions.models import GroupSupport
from survey.questions.models import Support

Voter = Callable[[str], bytes]  # the mark of one ballot for the object of this id
AT_ONCE = 400  # marks in one statement
LOOKED_UP = 200  # objects whose support is asked for in one statement, each by its key


class Object(NamedTuple):
    """The id under which support is counted, and whether it is a group's."""

    id: str
    is_group: bool


def of(question_id: str, group_id: str | None) -> Object:
    """What support of this question counts for."""
    return Object(group_id, True) if group_id else Object(question_id, False)


class _Rows(NamedTuple):
    """A table of support and its two statements, built once: the way of a vote is the hottest path."""

    table: Table
    of: Column[Any]
    add: dict[str, Prepared]
    drop: Prepared


def _rows(table: Table, name: str) -> _Rows:
    column, voter = table.c[name], table.c.voter
    values: dict[str, Any] = {name: bindparam("object"), "voter": bindparam("voter_mark")}
    add = {
        "sqlite": Prepared(sqlite.insert(table).values(values).on_conflict_do_nothing().returning(column)),
        "postgresql": Prepared(postgresql.insert(table).values(values).on_conflict_do_nothing().returning(column)),
    }
    own = (column == bindparam("object"), voter == bindparam("voter_mark"))
    return _Rows(table, column, add, Prepared(delete(table).where(*own).returning(column)))


_TABLES = {
    False: _rows(cast(Table, Support.__table__), "question_id"),
    True: _rows(cast(Table, GroupSupport.__table__), "group_id"),
}


def add(session: Session, it: Object, voter: bytes) -> bool:
    """Put one ballot behind the object; False where it stood there already."""
    return added(hand_of(session), it, voter)


def added(hand: Hand, it: Object, voter: bytes) -> bool:
    """`add` in a short write."""
    return bool(hand.rows(_TABLES[it.is_group].add[hand.dialect.name], object=it.id, voter_mark=voter))


def drop(session: Session, it: Object, voter: bytes) -> bool:
    """Take one ballot away from the object; False where it did not stand there."""
    return dropped(hand_of(session), it, voter)


def dropped(hand: Hand, it: Object, voter: bytes) -> bool:
    """`drop` in a short write."""
    return bool(hand.rows(_TABLES[it.is_group].drop, object=it.id, voter_mark=voter))


def behind(session: Session, voter: Voter, ids: Collection[str], *, groups: bool) -> frozenset[str]:
    """Which of these objects one ballot stands behind."""
    connection = session.connection()
    return _behind(lambda looked_up, values: looked_up.rows(connection, **values), voter, ids, groups=groups)


def glanced(db: Database, voter: Voter, ids: Collection[str], *, groups: bool) -> frozenset[str]:
    """`behind`, without a session."""
    return _behind(lambda looked_up, values: db.glance(looked_up, **values), voter, ids, groups=groups)


def _behind(
    ask: Callable[[Prepared, dict[str, str | bytes]], list[tuple[Any, ...]]],
    voter: Voter, ids: Collection[str], *, groups: bool,
) -> frozenset[str]:  # fmt: skip
    rows, found = _TABLES[groups], set[str]()
    marks = [(voter(object_id), object_id) for object_id in ids]
    for start in range(0, len(marks), LOOKED_UP):
        some = marks[start : start + LOOKED_UP]
        values: dict[str, str | bytes] = {}
        for place, (mark, object_id) in enumerate(some):
            values[f"o{place}"], values[f"v{place}"] = object_id, mark
        found.update(row[0] for row in ask(_looked_up(rows.table.name, rows.of.name, len(some)), values))
    return frozenset(found)


@lru_cache(maxsize=512)
def _looked_up(table: str, of: str, many: int) -> Prepared:
    """Each of so many pairs by its key. Written out: a list of pairs, SQLite answers by reading the whole table."""
    pairs = ", ".join(f"(:o{place}, :v{place})" for place in range(many))
    words = (
        f"WITH wanted(object, mark) AS (VALUES {pairs}) SELECT wanted.object FROM wanted CROSS JOIN {table}"  # noqa: S608
        f" WHERE {table}.{of} = wanted.object AND {table}.voter = wanted.mark"
    )
    return Prepared(text(words).columns(column("object")))


def count(session: Session, it: Object) -> int:
    """How many ballots stand behind the object."""
    rows = _TABLES[it.is_group]
    return session.scalar(select(func.count()).select_from(rows.table).where(rows.of == it.id)) or 0


def voters(session: Session, it: Object) -> set[bytes]:
    """The marks of all ballots behind the object."""
    rows = _TABLES[it.is_group]
    return {bytes(voter) for voter in session.scalars(select(rows.table.c.voter).where(rows.of == it.id))}


def add_all(session: Session, it: Object, marks: Collection[bytes]) -> None:
    """Put as many ballots behind the object, none of which stands there yet."""
    rows = _TABLES[it.is_group]
    if marks:
        session.execute(insert(rows.table), [{rows.of.name: it.id, "voter": mark} for mark in marks])


def drop_all(session: Session, it: Object, marks: Collection[bytes] | None = None) -> None:
    """Take these ballots away from the object, or all of them."""
    rows = _TABLES[it.is_group]
    if marks is None:
        session.execute(delete(rows.table).where(rows.of == it.id))
        return
    found = sorted(marks)
    for start in range(0, len(found), AT_ONCE):
        some = found[start : start + AT_ONCE]
        session.execute(delete(rows.table).where(rows.of == it.id, rows.table.c.voter.in_(some)))
