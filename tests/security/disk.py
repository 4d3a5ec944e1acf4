"""What a copied disk still tells of the order in which rows came: write-ahead logs, `xmin` and `ctid`, places in a file."""

from __future__ import annotations

import datetime as dt
import random
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from dataclasses import field
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from survey import lifecycle
from survey.core import blind
from survey.core import blinding
from survey.core.clock import now
from survey.core.db import Database
from survey.core.ids import digest
from survey.core.ids import new_id
from survey.dialogues import queries as dialogues
from survey.emptying import empty_box
from survey.questions import queries as questions
from survey.questions import service as asking
from survey.questions.state import State
from survey.roll import issuing
from survey.roll import people
from survey.roll import service as roll
from survey.room import filling
from survey.room import gate
from survey.room import service as room
from tests.conftest import Cast

_WAL_HEAD, _FRAME_HEAD = 32, 24  # bytes; sqlite.org/fileformat2.html#the_write_ahead_log
ISSUED, BALLOTS, SUPPORTS = ("issued", "member_id"), ("ballots", "ballot"), ("supports", "voter")


@dataclass
class Play:
    """A dialogue in which everybody came in and voted once, and the truth, which only the play knows."""

    cast: Cast
    chance: random.Random
    members: list[str] = field(default_factory=list)
    secrets: dict[str, str] = field(default_factory=dict)  # member -> secret of the ballot
    truth: dict[str, set[str]] = field(default_factory=dict)  # member -> ballot and mark of the vote, in hex
    target: str = ""
    came: list[str] = field(default_factory=list)  # members in the order in which they came
    told: list[str] = field(default_factory=list)  # the same as the disk told it before the opening

    def prepare(self, many: int) -> None:
        """A roll that is frozen, a question to support; nobody has come."""
        cast, link = self.cast, self.cast.keys.get(self.cast.dialogue_id, "link")

        def enrol(session: Session) -> list[str]:
            named = [people.Person(code=f"M{n}", name=f"Đoàn viên {n}", unit_id=None) for n in range(many)]
            return [people.add(session, link, cast.dialogue_id, one) for one in named]

        self.members = cast.stores.roll.write(enrol)
        cast.stores.roll.write(roll.freeze, cast.dialogue_id, actor="test")
        self.target = cast.write(_question, cast.dialogue_id)

    def come(self, member: str) -> None:
        """Have a ballot signed; the phone keeps the credential."""
        stores, dialogue_id = self.cast.stores, self.cast.dialogue_id
        private = stores.keys.get(dialogue_id, "issue")
        public = blind.public_of(private)
        blinded = blinding.conceal(public, blinding.new_message(public))
        ask = (issuing.issue_blind, private, dialogue_id, member, new_id(), blinded.request, now())
        signature = blinding.reveal(public, blinded, stores.roll.write(*ask))
        self.secrets[member] = room.open_credential(self._dialogue(), blinded.message, signature)
        self.came.append(member)
        self.truth[member] = {self.ballot(member), self._voter(member).hex()}

    def enter_at_once(self, member: str) -> None:
        """What a build without the wait would do."""
        self.cast.write(room.enter_by_credential, self.cast.dialogue_id, self.secrets[member])

    def vote(self, member: str) -> None:
        """Support the question."""
        support = (asking.support, self.cast.dialogue_id, self.target, lambda _id: self._voter(member))
        self.cast.write(*support, wanted=True)

    def enter_with_the_opening(self) -> None:
        """Every phone knocks within half a minute; then the opening's filling lets them in, and each is told so."""
        stores, dialogue_id = self.cast.stores, self.cast.dialogue_id
        opened = gate.opening(stores, dialogue_id)
        seconds = {member: self.chance.uniform(0, 30) for member in self.members}
        for after in (0.0, filling.WINDOW.total_seconds() + 1):
            for member in sorted(self.members, key=lambda one: seconds[one]):
                moment = opened + dt.timedelta(seconds=seconds[member] + after)
                empty = partial(empty_box, stores, moment=moment)
                gate.knock(stores, self._dialogue(), self.secrets[member], moment, empty)
        with self.cast.reading() as session:
            inside = dialogues.by_id(session, dialogue_id).ballots
        assert inside == len(self.members), "the premise: all are in"

    def ballot(self, member: str) -> str:
        """The member's ballot, in hex."""
        return digest(self.secrets[member]).hex()

    def _dialogue(self) -> Any:
        with self.cast.reading() as session:
            return dialogues.by_id(session, self.cast.dialogue_id)

    def _voter(self, member: str) -> bytes:
        key, ballot = self.cast.keys.get(self.cast.dialogue_id, "vote"), self.ballot(member)
        return questions.voter_mark(key, ballot, self.target)


def through_the_opening(cast: Cast, many: int, chance: random.Random) -> Play:
    """Members come one by one before the opening, enter with it and vote once each, as it suits them."""
    played = Play(cast, chance)
    played.prepare(many)
    for member in chance.sample(played.members, many):
        played.come(member)
    played.told = [row for row in written(cast.stores.roll, *ISSUED) if row in played.truth]
    lifecycle.take(cast.stores, cast.dialogue_id, "live", actor="test")
    played.enter_with_the_opening()
    for member in chance.sample(played.members, many):
        played.vote(member)
    return played


def without_the_wait(cast: Cast, many: int, chance: random.Random) -> Play:
    """The control: the room is open, and each member comes, enters and votes before the next one comes."""
    played = Play(cast, chance)
    played.prepare(many)
    lifecycle.take(cast.stores, cast.dialogue_id, "live", actor="test")
    for member in chance.sample(played.members, many):
        for step in (played.come, played.enter_at_once, played.vote):
            step(member)
    return played


def linked(played: Play) -> dict[str, int]:
    """How many members each attack links rightly: the k-th place on the roll's side with the k-th row of the room's."""
    main, roll_db = played.cast.stores.db, played.cast.stores.roll
    found, theirs = {}, set().union(*played.truth.values())
    for name, order in (("written", written), ("laid", laid)):
        seats = [row for row in order(roll_db, *ISSUED) if row in played.truth]
        for table in (BALLOTS, SUPPORTS):
            rows = [row for row in order(main, *table) if row in theirs]
            assert len(rows) == len(seats) == len(played.members), (name, table, "the thief sees every row")
            pairs = zip(seats, rows, strict=True)
            found[f"{name} {table[0]}"] = sum(row in played.truth[seat] for seat, row in pairs)
    return found


def written(database: Database, table: str, name: str) -> list[str]:
    """The rows in the order in which they were written, as far as the disk still says."""
    if not database.is_sqlite:
        return _on_postgres(database, table, name, "xmin::text::bigint, ctid")
    return list(_replayed(Path(database.url.removeprefix("sqlite:///")), f"SELECT {name} FROM {table}"))


def laid(database: Database, table: str, name: str) -> list[str]:
    """The rows in the order in which they lie in the file: on a page, what came later lies in front."""
    if not database.is_sqlite:
        return _on_postgres(database, table, name, "ctid")
    path = Path(database.url.removeprefix("sqlite:///"))
    copy = path.with_name("laid.sqlite3")
    shutil.copy(path, copy)
    wal = path.with_name(path.name + "-wal")
    shutil.copy(wal, copy.with_name(copy.name + "-wal"))
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        size = connection.execute("PRAGMA page_size").fetchone()[0]
        rows = [row[0] for row in connection.execute(f"SELECT {name} FROM {table}")]
    data = copy.read_bytes()
    copy.unlink()

    def place(row: Any) -> tuple[int, int]:
        at = data.find(row if isinstance(row, bytes) else row.encode())
        return at // size, -at

    return [_hex(row) for row in sorted(rows, key=place)]


def _on_postgres(database: Database, table: str, name: str, order: str) -> list[str]:
    with database.reading() as session:
        return [_hex(row) for row in session.scalars(text(f"SELECT {name} FROM {table} ORDER BY {order}"))]


def _replayed(path: Path, query: str) -> dict[str, None]:
    """The log applied to a copy, commit by commit: rows in the order in which they come up."""
    copy, seen = path.with_name("replayed.sqlite3"), dict[str, None]()
    shutil.copy(path, copy)
    log = path.with_name(path.name + "-wal").read_bytes()
    with copy.open("r+b", buffering=0) as file:
        for pages in ((), *_commits(log)):
            for number, page in pages:
                file.seek((number - 1) * len(page))
                file.write(page)
            with closing(sqlite3.connect(f"{copy.as_uri()}?immutable=1", uri=True)) as connection:
                for (row,) in connection.execute(query):
                    seen.setdefault(_hex(row))
    copy.unlink()
    return seen


def _commits(log: bytes) -> Iterator[list[tuple[int, bytes]]]:
    if len(log) < _WAL_HEAD:
        return
    size, salts, pages = int.from_bytes(log[8:12], "big"), log[16:24], list[tuple[int, bytes]]()
    for start in range(_WAL_HEAD, len(log) - size - _FRAME_HEAD + 1, size + _FRAME_HEAD):
        head = log[start : start + _FRAME_HEAD]
        if head[8:16] != salts:
            return
        pages.append((int.from_bytes(head[:4], "big"), log[start + _FRAME_HEAD : start + _FRAME_HEAD + size]))
        if int.from_bytes(head[4:8], "big"):
            yield pages
            pages = []


def _hex(row: Any) -> str:
    return bytes(row).hex() if not isinstance(row, str) else row


def _question(session: Session, dialogue_id: str) -> str:
    return asking.add(session, dialogue_id, "Câu mà mọi người ủng hộ", None, state=State.APPROVED).id
