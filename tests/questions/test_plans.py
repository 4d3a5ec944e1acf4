"""What every vote asks of the database is found by a key, however many questions, ballots and dialogues there are."""

from __future__ import annotations

from typing import Any

import pytest

from survey.core.prepared import Prepared
from survey.dialogues import service as dialogues
from survey.questions import objects
from survey.questions import service
from survey.room import queries as room
from tests.conftest import Cast

MARK = b"m" * 16
WAY: dict[str, tuple[Prepared, dict[str, Any]]] = {
    "door": (room._AT_THE_DOOR, {"code": "ABCDEF", "ballot": MARK}),
    "standing": (service._STANDING, {"question": "q", "dialogue": "d"}),
    "count": (service._COUNT, {"question": "q", "step": 1}),
    "touch": (dialogues._TOUCH, {"dialogue": "d", "step": 1}),
    "drop": (objects._TABLES[False].drop, {"object": "q", "voter_mark": MARK}),
    "drop from a group": (objects._TABLES[True].drop, {"object": "q", "voter_mark": MARK}),
}


def explained(statement: Prepared, word: str) -> Prepared:
    """The same statement, to be explained and not done."""

    class Explained(Prepared):
        def text(self, dialect: Any) -> str:
            return statement.text(dialect)

        def _compile(self, dialect: Any) -> Any:
            words = statement._compiled.get(dialect.name) or statement._compile(dialect)
            made = self._compiled[dialect.name] = words.__class__.__new__(words.__class__)
            made.__dict__.update(words.__dict__, text=f"{word} {words.text}")
            return made

    return Explained(None)


@pytest.mark.parametrize("name", WAY)
def test_the_way_of_a_vote_uses_keys_on_sqlite(cast: Cast, name: str) -> None:
    """No step reads a table from end to end."""
    statement, values = WAY[name]
    with cast.reading() as session:
        rows = explained(statement, "EXPLAIN QUERY PLAN").rows(session.connection(), **values)
    steps = [row[3] for row in rows]
    assert any(step.startswith("SEARCH") for step in steps)
    assert [step for step in steps if step.startswith("SCAN")] == []


def test_the_way_of_a_vote_uses_keys_on_postgresql(cast_on_postgres: Cast) -> None:
    """Small tables are read through because that is cheap; where that is not wanted, each statement has its index.

    The control asks for something that has none.
    """
    cast_on_postgres.write(_all_by_keys)


def _all_by_keys(session: Any) -> None:
    connection = session.connection()
    connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
    control = connection.exec_driver_sql("EXPLAIN SELECT id FROM questions WHERE note = 'x'").scalars().all()
    assert any("Seq Scan" in line for line in control)
    for name, (statement, values) in WAY.items():
        plan = [row[0] for row in explained(statement, "EXPLAIN").rows(connection, **values)]
        assert any("Index" in line for line in plan), (name, plan)
        assert not any("Seq Scan" in line for line in plan), (name, plan)
