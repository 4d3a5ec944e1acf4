"""What a thief can do with a stolen disk: the databases with their write-ahead logs, and the keys if those were on it."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from survey.cli.trust import Played
from survey.core.ids import digest
from survey.core.ids import token_from
from survey.questions.queries import voter_mark

_WAL_HEAD, _FRAME_HEAD = 32, 24  # bytes; the format is at sqlite.org/fileformat2.html#the_write_ahead_log


@dataclass(frozen=True, slots=True)
class Loot:
    """Right guesses of the thief, out of `of`; `names` is how many names the disk held at all."""

    names: int
    asked_by_order: int
    supported_by_keys: int
    of_questions: int
    of_supports: int


def search(played: Played, data: Path, keys: Path | None) -> Loot:
    """Both attacks on one dialogue: the order in which rows were written, and the keys. Wrong guesses count for nothing."""
    names = _names(data, played)
    guesses = guess_by_order(data, played)
    votes = guess_by_keys(data, keys, played) if keys else set()
    return Loot(
        names=len(names), asked_by_order=sum(played.asked.get(q) == name for q, name in guesses.items()),
        supported_by_keys=len(votes & played.supported), of_questions=len(played.asked),
        of_supports=len(played.supported),
    )  # fmt: skip


def guess_by_order(data: Path, played: Played) -> dict[str, str]:
    """Who asked what, if each asked right after taking a place: the k-th name written down and the k-th question."""
    seats = order_of_rows(
        data / "roll.sqlite3", "SELECT m.name FROM issued i JOIN members m ON m.id = i.member_id WHERE i.dialogue_id = ?",
        played.dialogue_id,
    )  # fmt: skip
    asked = order_of_rows(
        data / "main.sqlite3",
        "SELECT id FROM gathered_questions WHERE dialogue_id = ? UNION ALL "
        "SELECT id FROM questions WHERE dialogue_id = ? AND author IS NOT NULL",
        played.dialogue_id,
        played.dialogue_id,
    )
    return dict(zip(asked, seats, strict=False))


def guess_by_keys(data: Path, keys: Path, played: Played) -> set[tuple[str, str]]:
    """Who supported what, by making each member's ballot again from the key `weak` and trying it on every vote."""
    try:
        weak, vote = ((keys / played.dialogue_id / f"{purpose}.key").read_bytes() for purpose in ("weak", "vote"))
    except FileNotFoundError:
        return set()
    with _reading(data / "main.sqlite3") as main:
        rows = {
            (str(question), bytes(voter)) for question, voter in main.execute("SELECT question_id, voter FROM supports")
        }
    questions = {question for question, _voter in rows}
    found = set()
    for member_id, name in _names(data, played).items():
        ballot = digest(token_from(weak, "ballot", played.dialogue_id, member_id)).hex()
        found |= {(name, question) for question in questions if (question, voter_mark(vote, ballot, question)) in rows}
    return found


def order_of_rows(database: Path, query: str, *values: str) -> list[str]:
    """The answers of `query` in the order in which they came up, commit by commit, as the write-ahead log still tells."""
    seen: dict[str, None] = {}
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy.sqlite3"
        wal = database.with_name(database.name + "-wal")
        log = wal.read_bytes() if wal.exists() else b""
        for end in [0, *commits(log)]:
            shutil.copy(database, copy)
            copy.with_name("copy.sqlite3-wal").write_bytes(log[:end])
            with _reading(copy) as connection:
                for (value,) in connection.execute(query, values):
                    seen.setdefault(str(value))
            copy.with_name("copy.sqlite3-shm").unlink(missing_ok=True)
    return list(seen)


def commits(log: bytes) -> Iterator[int]:
    """Where each commit of a write-ahead log ends, in bytes from its beginning."""
    if len(log) < _WAL_HEAD:
        return
    size, salts = int.from_bytes(log[8:12], "big"), log[16:24]
    for start in range(_WAL_HEAD, len(log) - size - _FRAME_HEAD + 1, size + _FRAME_HEAD):
        if log[start + 8 : start + 16] != salts:
            return  # frames of an earlier round, already written into the database
        if int.from_bytes(log[start + 4 : start + 8], "big"):
            yield start + size + _FRAME_HEAD


def _names(data: Path, played: Played) -> dict[str, str]:
    with _reading(data / "roll.sqlite3") as roll:
        return dict(roll.execute("SELECT id, name FROM members WHERE dialogue_id = ?", (played.dialogue_id,)))


def _reading(path: Path) -> closing[sqlite3.Connection]:
    """Read only: whoever closes a database that may be written folds its write-ahead log away, and with it the order."""
    return closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True))
