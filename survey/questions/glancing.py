"""What every page of the room reads of the questions, by prepared statements and without a session.

Only what is asked for by its own key or by the dialogue's index; what a ballot stands behind is looked up by its marks.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from collections.abc import Sequence
from typing import NamedTuple
from typing import cast

from sqlalchemy import Table
from sqlalchemy import bindparam
from sqlalchemy import func
from sqlalchemy import select

from survey.core.db import Database
from survey.core.prepared import Prepared
from survey.dialogues.models import Topic
from survey.questions import objects
from survey.questions.models import Question
from survey.questions.queries import Row
from survey.questions.queries import Standing
from survey.questions.queries import voter
from survey.questions.state import State

_Q, _T = cast(Table, Question.__table__), cast(Table, Topic.__table__)
_OUT = (_Q.c.dialogue_id == bindparam("dialogue"), _Q.c.state == bindparam("is_"), _Q.c.number.is_not(None))
_MANY = Prepared(select(func.count()).select_from(_Q).where(*_OUT))
_WAITING = Prepared(select(_Q.c.id, _Q.c.number, _Q.c.state, _Q.c.group_id, _Q.c.shown).where(*_OUT))
_NO_DATE = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
AT_ONCE = 8  # questions in one statement


class Text(NamedTuple):
    """As much of a question as a card of it shows, and what stands above the room while it is answered."""

    id: str
    number: int
    body: str
    topic: str | None
    supporters: int
    state: str
    source: str
    unit: str
    wordings: int

    @property
    def row(self) -> Row:
        """The same for a template; what it does not name is empty."""
        return Row(
            self.id, self.number, self.body, self.topic, None, self.supporters, self.state, self.source, self.unit, _NO_DATE,
            "", "", self.wordings,
        )  # fmt: skip


_TEXT = select(
    _Q.c.id, _Q.c.number, _Q.c.body, _T.c.name, _Q.c.supporters, _Q.c.state, _Q.c.source, _Q.c.unit, _Q.c.wordings
).outerjoin(_T, _T.c.id == _Q.c.topic_id)
_NAMES = [f"id{place}" for place in range(AT_ONCE)]
_SOME = Prepared(
    _TEXT.add_columns(_Q.c.dialogue_id).where(_Q.c.id.in_([bindparam(name) for name in _NAMES]))
)  # by their keys
_NOW = Prepared(_TEXT.where(*_OUT).limit(2))


def many(db: Database, dialogue_id: str) -> int:
    """How many questions wait."""
    return int(db.glance(_MANY, dialogue=dialogue_id, is_=State.APPROVED.value)[0][0])


def waiting(db: Database, dialogue_id: str) -> list[Standing]:
    """All that wait, in no order."""
    return [Standing(*row) for row in db.glance(_WAITING, dialogue=dialogue_id, is_=State.APPROVED.value)]


def some(db: Database, dialogue_id: str, ids: Sequence[str]) -> list[Text]:
    """Up to `AT_ONCE` questions of this dialogue, in the order given; those that are there."""
    wanted = {name: ids[place] if place < len(ids) else "" for place, name in enumerate(_NAMES)}
    rows = db.glance(_SOME, **wanted) if ids else []
    found = {row[0]: Text(*row[:-1]) for row in rows if row[-1] == dialogue_id}
    return [found[one] for one in ids if one in found]


def answering(db: Database, dialogue_id: str) -> list[Text]:
    """What is answered now: one, none, or, where the leader called more than one, two of them in no order."""
    return [Text(*row) for row in db.glance(_NOW, dialogue=dialogue_id, is_=State.ANSWERING.value)]


def supported(db: Database, key: bytes, ballot: str, places: Collection[Standing]) -> frozenset[str]:
    """As `queries.supported`."""
    mark_of = voter(key, ballot)
    groups = {place.group_id: place.id for place in places if place.group_id}
    alone = [place.id for place in places if not place.group_id]
    behind = objects.glanced(db, mark_of, groups, groups=True) if groups else ()
    return objects.glanced(db, mark_of, alone, groups=False) | {groups[group_id] for group_id in behind}
