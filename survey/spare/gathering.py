"""What is sent: the box, both databases and the keys, so that together they are a state which a crash could leave, too.

No commit holds two of them, so the order does it. The box first: what is poured out meanwhile is in both, and pouring it
again changes nothing. The room next, the roll after it: who is in the room was on the roll before. The keys last: what a
row needs was made before the row. Where a key or a filling went meanwhile, all is read again: its records may be in neither.
"""

from __future__ import annotations

import base64
import hashlib
import json
import sqlite3
from collections.abc import Iterator
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import make_url

from survey.core.clock import now
from survey.core.envelopes import SIZE
from survey.core.keys import KeyMissing
from survey.core.keys import KeyStore
from survey.core.settings import Settings

SECRET = "secret"  # the name of what signs sessions, among the keys
TRIES = 8
_HEAD = 128  # bytes for the path of a record
Listing = frozenset[tuple[str, int, int]]


class Restless(Exception):
    """Keys or fillings went away at each try."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """One state of everything. `at`: when reading it began, so that all that was acknowledged before is in it."""

    at: float
    blobs: Mapping[str, bytes]
    keys: Mapping[str, bytes]


class Source:
    """What a server has. Reads only; a connection that may write would fold the write-ahead log away."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        urls = {"main": settings.database_url, "roll": settings.roll_database_url}
        self.databases = {
            name: Path(str(make_url(url).database))
            for name, url in urls.items()
            if make_url(url).get_backend_name() == "sqlite"
        }
        self._watching: dict[str, sqlite3.Connection] = {}

    def state(self) -> bytes:
        """Something that differs whenever there is something new to send."""
        versions = [self._version(name) for name in self.databases]
        return hashlib.sha256(repr((versions, sorted(self._box()), sorted(self._names()))).encode()).digest()

    def gather(self) -> Gathered:
        """A state of everything. Raises `Restless` where none could be had."""
        for _try in range(TRIES):
            at, before = now().timestamp(), self.keys()
            fillings = {name.rpartition("/")[0] for name, *_rest in self._box()}
            blobs = {"box.bin": self._boxed()}
            for name, path in self.databases.items():
                blobs[f"{name}.sqlite3"] = copied(path)
            after = self.keys()
            still = {name.rpartition("/")[0] for name, *_rest in self._box()}
            if before.keys() <= after.keys() and fillings <= still:
                return Gathered(at, blobs, after)
        raise Restless

    def keys(self) -> dict[str, bytes]:
        """All keys that are there, by `owner/purpose`, and what signs sessions."""
        found, store = {SECRET: self._settings.secret_key}, KeyStore(self._settings.key_dir)  # it remembers: so anew
        for name in self._names():
            owner, _, purpose = name.partition("/")
            try:
                found[name] = store.get(owner, purpose)
            except (KeyMissing, ValueError):  # gone meanwhile, or a file that is no key of ours
                continue
        return found

    def close(self) -> None:
        """Let the databases go."""
        for connection in self._watching.values():
            connection.close()
        self._watching.clear()

    def _version(self, name: str) -> int:
        if name not in self._watching:
            self._watching[name] = _reading(self.databases[name])
        return int(self._watching[name].execute("PRAGMA data_version").fetchone()[0])

    def _names(self) -> list[str]:
        return sorted(f"{path.parent.name}/{path.stem}" for path in self._settings.key_dir.glob("*/*.key"))

    def _box(self) -> Listing:
        """Each record and what tells whether it is another one now; a filling without any stands for itself."""
        found: set[tuple[str, int, int]] = set()
        root = self._settings.box_dir
        for folder in root.glob("*/*.open"), root.glob("*/*.shut"):
            for filling in folder:
                name = f"{filling.parent.name}/{filling.name}/"
                found.add((name, 0, 0))
                found.update((name + path.name, *_stamp(path)) for path in _records(filling))
        return frozenset(found)

    def _boxed(self) -> bytes:
        """All records in the order of their names, which are noise: no file of its own that would carry a time."""
        parts = []
        for name, *_rest in sorted(self._box()):
            try:
                content = (self._settings.box_dir / name).read_bytes() if not name.endswith("/") else bytes(SIZE)
            except OSError:  # emptied meanwhile: seen at the end
                continue
            parts += [name.encode().ljust(_HEAD, b"\0"), content]
        return b"".join(parts)


def records(boxed: bytes) -> Iterator[tuple[str, bytes]]:
    """Path and content of each record of `box.bin`; the path of a filling ends with a stroke."""
    for start in range(0, len(boxed), _HEAD + SIZE):
        name = boxed[start : start + _HEAD].rstrip(b"\0").decode()
        yield name, boxed[start + _HEAD : start + _HEAD + SIZE]


def copied(path: Path) -> bytes:
    """A database as it is at one moment, by SQLite's online backup: without its log, and with no lock that a vote meets."""
    with closing(_reading(path)) as source, closing(sqlite3.connect(":memory:")) as copy:
        source.backup(copy)
        return copy.serialize()


def packed(keys: Mapping[str, str]) -> bytes:
    """Sealed keys as they are sent."""
    return json.dumps(dict(sorted(keys.items()))).encode()


def digest(key: bytes) -> str:
    """What tells that a key is still the same one, in memory."""
    return base64.b64encode(hashlib.sha256(key).digest()).decode()


def _records(filling: Path) -> list[Path]:
    try:
        return [path for path in filling.iterdir() if len(path.name) == 32]
    except FileNotFoundError:
        return []


def _stamp(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError:
        return (0, 0)
    return (found.st_ino, found.st_ctime_ns)


def _reading(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=5)
