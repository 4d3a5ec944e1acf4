"""Tokens for judging an answer when no key lives any more: taken in with those of other phones, so that none can be joined.

A phone makes a random token for each of its questions; the room keeps the digests alone. They wait in memory (`Pool`) and
go in with those of four other phones and more, each table in the order of its random keys, so that neither rows nor
writes tell which of them are of one phone, nor which token belongs to which ballot.

As many as make a lot are held back until the evening: so there are never a few left over with whom nobody goes in.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterator
from collections.abc import Mapping
from contextlib import contextmanager
from threading import Lock
from typing import Any
from typing import NamedTuple
from typing import cast

from sqlalchemy import Table
from sqlalchemy import select
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects import sqlite
from sqlalchemy.orm import Session

from survey.core.db import Database
from survey.dialogues.models import Dialogue
from survey.dialogues.state import OVER
from survey.questions.models import Judgement
from survey.questions.models import JudgementToken
from survey.questions.models import Question
from survey.questions.state import State

LOT = 5  # phones whose tokens go in together; with fewer nothing goes in
BOTH = frozenset({State.ANSWERED, State.IN_WRITING})  # with an answer, or with one to come
MOST_ROWS = 250  # in one write, some hundredths of a second: votes wait behind it
LOOKED_UP = 300  # marks in one statement
_MARKS, _TOKENS = cast(Table, Judgement.__table__), cast(Table, JudgementToken.__table__)
_INSERT: dict[str, Callable[[Table], Any]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


class Taken(NamedTuple):
    """One token of a phone: for which question, under which mark of its ballot, and the token's digest."""

    question_id: str
    mark: bytes
    token: bytes


Phones = Mapping[bytes, tuple[Taken, ...]]  # what each phone handed in


def take_in(session: Session, dialogue_id: str, phones: Phones) -> Phones:
    """Keep the tokens of these phones together, and return those that must wait on: all, or what is too long for one write.

    What another process took in, what was judged by ballot or left the board meanwhile is left out; where fewer than
    `LOT` phones bring anything else nothing is written. A hall that is open again takes none.
    """
    dialogue = session.get(Dialogue, dialogue_id, with_for_update=True, populate_existing=True)
    if dialogue is None or dialogue.state not in OVER:
        return {}
    known = _known(session, [one for taken in phones.values() for one in taken])
    there = set(
        session.scalars(select(Question.id).where(Question.dialogue_id == dialogue_id, Question.state.in_(BOTH)))
    )
    news = {
        phone: tuple(one for one in taken if one.question_id in there and one.mark not in known)
        for phone, taken in phones.items()
    }
    fresh = {phone: taken for phone, taken in news.items() if taken}
    if len(fresh) < LOT:
        return fresh
    now, later = _short(fresh)
    _insert(session, [one for taken in now.values() for one in taken])
    return later


def settled(session: Session, taken: Collection[Taken]) -> bool:
    """Whether nothing of this waits any more: each ballot's mark stands beside its question."""
    return {one.mark for one in taken} <= _known(session, taken)


def kept(session: Session, tokens: Mapping[str, bytes]) -> list[str]:
    """For which of these questions the room holds this very token."""
    found, digests = list[str](), list(tokens.values())
    for start in range(0, len(digests), LOOKED_UP):
        chosen = JudgementToken.token.in_(digests[start : start + LOOKED_UP])
        rows = session.execute(select(JudgementToken.question_id, JudgementToken.token).where(chosen))
        found += [question_id for question_id, token in rows if tokens.get(question_id) == token]
    return sorted(found)


class Pool:
    """Tokens that wait, in memory only, until those of enough phones go in together. One for the process."""

    def __init__(self) -> None:
        self._waiting: dict[str, dict[bytes, tuple[Taken, ...]]] = {}
        self._lock = Lock()

    def put(self, dialogue_id: str, phone: bytes, taken: tuple[Taken, ...]) -> None:
        """Let them wait; the same phone counts once."""
        with self._lock:
            self._waiting.setdefault(dialogue_id, {})[phone] = taken

    def lots(self) -> dict[str, int]:
        """For which dialogues something waits, and how many lots of it."""
        with self._lock:
            return {dialogue_id: len(waiting) // LOT for dialogue_id, waiting in self._waiting.items()}

    def move(self, write: Callable[..., Phones], dialogue_id: str, *, rest: bool = False) -> None:
        """Take in a lot by `write`, the database's, once another is left behind it; `rest`: the last one too.

        They are out of the pool meanwhile, so that no other write takes in a part of them, and back where it fails.
        """
        with self._out(dialogue_id, rest=rest) as lot:
            before: Phones | None = None
            while lot and lot != before:  # once more for what was too long for one write
                before = dict(lot)
                waiting = dict(write(take_in, dialogue_id, before))
                lot.clear()
                lot.update(waiting)

    @contextmanager
    def _out(self, dialogue_id: str, *, rest: bool) -> Iterator[dict[bytes, tuple[Taken, ...]]]:
        """Those that wait longest, out of the pool; what is left of them afterwards goes back."""
        with self._lock:
            waiting = self._waiting.get(dialogue_id, {})
            number = LOT if len(waiting) >= 2 * LOT else len(waiting)
            enough = len(waiting) >= (LOT if rest else 2 * LOT)
            lot = {phone: waiting.pop(phone) for phone in (list(waiting)[:number] if enough else ())}
            if not waiting:
                self._waiting.pop(dialogue_id, None)
        try:
            yield lot
        finally:
            with self._lock:
                if lot:
                    again = self._waiting.setdefault(dialogue_id, {})
                    again.update({phone: taken for phone, taken in lot.items() if phone not in again})


POOL = Pool()


def sweep(database: Database, moment: dt.datetime, until: Callable[[Session, Dialogue], dt.datetime | None]) -> None:
    """Take in what is held back where the evening is over; `until`: when that is."""
    for dialogue_id, lots in POOL.lots().items():
        with database.reading() as session:
            dialogue = session.get(Dialogue, dialogue_id)
            end = until(session, dialogue) if dialogue else None
        for _lot in range(lots if end is not None and moment >= end else 0):
            POOL.move(database.write, dialogue_id, rest=True)


def _known(session: Session, taken: Collection[Taken]) -> set[bytes]:
    """Those of these marks that stand beside their questions."""
    rows, found = list(taken), set[bytes]()
    for start in range(0, len(rows), LOOKED_UP):
        some = {one.mark: one.question_id for one in rows[start : start + LOOKED_UP]}
        statement = select(Judgement.question_id, Judgement.mark).where(
            Judgement.question_id.in_(set(some.values())), Judgement.mark.in_(list(some))
        )
        found.update(mark for question_id, mark in session.execute(statement) if some[mark] == question_id)
    return found


def _short(phones: Phones) -> tuple[Phones, Phones]:
    """What one write takes, and the rest: by questions, since either must be of enough phones, or all of it."""
    ids = sorted({one.question_id for taken in phones.values() for one in taken})
    share = max(1, MOST_ROWS // len(phones))  # questions
    parts = [_of(phones, frozenset(some)) for some in (ids[:share], ids[share:])]
    if len(parts[1]) < LOT or len(parts[0]) < LOT:
        return phones, {}
    return parts[0], parts[1]


def _of(phones: Phones, ids: frozenset[str]) -> Phones:
    chosen = {phone: tuple(one for one in taken if one.question_id in ids) for phone, taken in phones.items()}
    return {phone: taken for phone, taken in chosen.items() if taken}


def _insert(session: Session, rows: Collection[Taken]) -> None:
    """Each table by one statement, in the order of its own random keys: the n-th rows have nothing to do with each other.

    A mark that a ballot took meanwhile brings no token.
    """
    connection = session.connection()
    insert = _INSERT[connection.dialect.name]
    marks = [{"question_id": one.question_id, "mark": one.mark, "satisfied": None} for one in rows]
    statement = insert(_MARKS).on_conflict_do_nothing().returning(_MARKS.c.mark)
    new = set(connection.execute(statement, sorted(marks, key=lambda row: cast(bytes, row["mark"]))).scalars())
    tokens = {one.token: one.question_id for one in rows if one.mark in new}
    if tokens:
        values = [{"token": token, "question_id": tokens[token]} for token in sorted(tokens)]
        connection.execute(insert(_TOKENS).on_conflict_do_nothing(), values)
