"""Tokens for judging an answer when no key lives any more: taken in with those of other phones, so that none can be joined.

A phone makes a random token for each of its questions; the room keeps the digests alone. They wait in memory (`Pool`) and
go in with those of four other phones and more, each table in the order of its random keys, so that neither rows nor
writes tell which of them are of one phone, nor which token belongs to which ballot. A row names its question, so the
phones are counted for each question: what fewer than five bring for one and the same question is never written.

As many as make a lot are held back for each question until the evening: so there are never a few left over with whom
nobody goes in. A question that has fewer even then waits on, in memory alone, and goes in if more phones bring it later;
else it never does, its people judge by ballot until the evening and not after it, and the phone says so.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterator
from collections.abc import Mapping
from contextlib import contextmanager
from threading import Lock
from typing import Any
from typing import cast

from sqlalchemy import Table
from sqlalchemy import select
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects import sqlite
from sqlalchemy.orm import Session

from survey.core.common import COMMON
from survey.core.common import Common
from survey.core.db import Database
from survey.dialogues.models import Dialogue
from survey.dialogues.state import OVER
from survey.questions.models import Judgement
from survey.questions.models import JudgementToken
from survey.questions.models import Question
from survey.questions.state import State
from survey.questions.telling import Keys
from survey.questions.telling import Taken as Taken
from survey.questions.telling import heard
from survey.questions.telling import told

LOT = 5  # phones whose tokens for one question go in together; with fewer nothing of that question goes in
BOTH = frozenset({State.ANSWERED, State.IN_WRITING})  # with an answer, or with one to come
MOST_ROWS = 250  # in one write, some hundredths of a second: votes wait behind it
LOOKED_UP = 300  # marks in one statement
_MARKS, _TOKENS = cast(Table, Judgement.__table__), cast(Table, JudgementToken.__table__)
_INSERT: dict[str, Callable[[Table], Any]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


Phones = Mapping[bytes, tuple[Taken, ...]]  # what each phone handed in


def take_in(session: Session, dialogue_id: str, phones: Phones) -> Phones:
    """Keep the tokens of these phones together, and return those that must wait on.

    Those are of questions that fewer than `LOT` of these phones bring, and what is too long for one write. What another
    process took in, what was judged by ballot or left the board meanwhile is left out. A hall that is open again takes
    none.
    """
    dialogue = session.get(Dialogue, dialogue_id, with_for_update=True, populate_existing=True)
    if dialogue is None or dialogue.state not in OVER:
        return {}
    known = _known(session, [one for taken in phones.values() for one in taken])
    there = set(
        session.scalars(select(Question.id).where(Question.dialogue_id == dialogue_id, Question.state.in_(BOTH)))
    )
    fresh = _only(phones, lambda one: one.question_id in there and one.mark not in known)
    ids = _short(fresh)
    if ids:
        _insert(session, [one for taken in fresh.values() for one in taken if one.question_id in ids])
    return _only(fresh, lambda one: one.question_id not in ids)


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
    """Tokens that wait, in memory only, until those of enough phones go in together.

    One for the process. Phones that came to another one are told on the bus, sealed; what went in there is left out here.
    """

    def __init__(self, common: Common = COMMON) -> None:
        self._common = common
        self._waiting: dict[str, dict[bytes, tuple[Taken, ...]]] = {}
        self._lock = Lock()

    def told(self, key: bytes, dialogue_id: str, phone: bytes, taken: tuple[Taken, ...]) -> frozenset[str]:
        """What to publish, so that other processes know of this phone's tokens as well; nothing where there are none.

        `key` is the dialogue's key `judge`.
        """
        return told(key, dialogue_id, phone, taken) if self._common.shared else frozenset()

    def hear(self, keys: Keys, channels: frozenset[str]) -> None:
        """Listen on the bus."""
        for dialogue_id, phone, one in heard(keys, channels):
            self._add(dialogue_id, phone, one)

    def _add(self, dialogue_id: str, phone: bytes, one: Taken) -> None:
        with self._lock:
            waiting = self._waiting.setdefault(dialogue_id, {})
            known = {each.mark for taken in waiting.values() for each in taken}
            if one.mark not in known:  # our own word comes back to us, too
                waiting[phone] = (*waiting.get(phone, ()), one)

    def settle(self, session: Session, dialogue_id: str) -> None:
        """Let go of what another process has taken in."""
        with self._lock:
            waiting = dict(self._waiting.get(dialogue_id, {}))
        if self._common.shared and waiting:
            known = _known(session, [one for taken in waiting.values() for one in taken])
            with self._lock:
                left = _only(self._waiting.get(dialogue_id, {}), lambda one: one.mark not in known)
                self._waiting[dialogue_id] = dict(left)

    def put(self, dialogue_id: str, phone: bytes, taken: tuple[Taken, ...]) -> None:
        """Let them wait; the same phone counts once for each question, to whichever process it came before."""
        marks = {one.mark for one in taken}
        with self._lock:
            now: dict[bytes, tuple[Taken, ...]] = {}
            for who, brought in (*self._waiting.get(dialogue_id, {}).items(), (phone, taken)):
                rest = tuple(one for one in brought if one.mark not in marks)  # the bus told of this phone, too
                if who == phone or rest:
                    now[who] = taken if who == phone else rest
            self._waiting[dialogue_id] = now

    def lots(self) -> dict[str, int]:
        """For which dialogues something waits, and how many lots of the question that most phones bring."""
        with self._lock:
            return {id_: max(_brought(waiting).values(), default=0) // LOT for id_, waiting in self._waiting.items()}

    def move(self, write: Callable[..., Phones], dialogue_id: str, *, rest: bool = False) -> None:
        """Take in a lot of each question by `write`, the database's, once another is left behind it; `rest`: the last too.

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
        """Of each question those that wait longest, out of the pool; what is left of them afterwards goes back."""
        with self._lock:
            waiting = self._waiting.pop(dialogue_id, {})
            lot, others = _parted(waiting, LOT if rest else 2 * LOT)
            if others:
                self._waiting[dialogue_id] = others
        try:
            yield lot
        finally:
            with self._lock:
                for phone, taken in lot.items():
                    now = self._waiting.setdefault(dialogue_id, {}).get(phone, ())
                    there = {one.question_id for one in now}  # handed in once more meanwhile
                    self._waiting[dialogue_id][phone] = (*now, *(one for one in taken if one.question_id not in there))


POOL = Pool()


def sweep(database: Database, moment: dt.datetime, until: Callable[[Session, Dialogue], dt.datetime | None]) -> None:
    """Take in what is held back where the evening is over; `until`: when that is."""
    for dialogue_id, lots in POOL.lots().items():
        with database.reading() as session:
            POOL.settle(session, dialogue_id)
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


def _short(phones: Phones) -> frozenset[str]:
    """The questions that one write takes: each of enough phones, and as many as are no long write."""
    chosen, rows = list[str](), 0
    for question_id, number in sorted(_brought(phones).items()):
        if number >= LOT and (not chosen or rows + number <= MOST_ROWS):
            chosen.append(question_id)
            rows += number
    return frozenset(chosen)


def _brought(phones: Phones) -> Counter[str]:
    """How many of these phones bring each question."""
    return Counter(question_id for taken in phones.values() for question_id in {one.question_id for one in taken})


def _parted(phones: Phones, enough: int) -> tuple[dict[bytes, tuple[Taken, ...]], dict[bytes, tuple[Taken, ...]]]:
    """A lot of each question that so many phones bring, the last one whole; and what stays behind."""
    brought = _brought(phones)
    room = {id_: LOT if number >= 2 * LOT else number for id_, number in brought.items() if number >= enough}
    chosen = set[Taken]()
    for one in (one for taken in phones.values() for one in taken):
        if room.get(one.question_id, 0):
            room[one.question_id] -= 1
            chosen.add(one)
    return _only(phones, chosen.__contains__), _only(phones, lambda one: one not in chosen)


def _only(phones: Phones, wanted: Callable[[Taken], bool]) -> dict[bytes, tuple[Taken, ...]]:
    found = {phone: tuple(one for one in taken if wanted(one)) for phone, taken in phones.items()}
    return {phone: taken for phone, taken in found.items() if taken}


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
