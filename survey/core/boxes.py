"""Boxes: sealed records that wait outside both databases until somebody empties them, filling by filling.

A box is a folder, and a filling of it is a folder with a key of its own: `<number>-<id>.open` takes records, `.shut` is
being emptied, `.done` is about to vanish. A record is one file of a fixed size, called by an HMAC of whose it is, so that
a second record of the same replaces the first. It is on the disk before `put` returns, it carries no time that we could
leave out, and without the key of its filling it is noise; the key goes first when a filling is destroyed.

No lock is needed, also not between processes on one shared place. A record is moved into the open folder by its path; who
finds it there afterwards has put it before the folder was shut, and whoever shuts the folder reads it after that.
"""

from __future__ import annotations

import contextlib
import logging
import re
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag

from survey.core import durable
from survey.core import envelopes
from survey.core.envelopes import Record
from survey.core.errors import Busy
from survey.core.ids import new_id
from survey.core.keys import KeyMissing
from survey.core.keys import KeyStore
from survey.core.offload import breathe
from survey.core.offload import off_the_loop
from survey.core.text import N_

_TRIES = 20
_ABANDONED = 120.0  # seconds, after which a record that was never put in place is nobody's
_FOLDER = re.compile(r"(\d{1,9})-([a-z2-7]{12})\.(open|shut|done)")
_OWNER = re.compile(r"[a-z0-9]{1,64}")
_RECORD = re.compile(r"[0-9a-f]{32}")
_HALF = "half-"
log = logging.getLogger("survey")


@dataclass(frozen=True, order=True, slots=True)
class Filling:
    """What one emptying takes. Numbers say which of two that lie there at once is the older, and nothing else."""

    number: int
    id: str
    owner: str
    state: str

    @property
    def key(self) -> str:
        """What its key is called in the key store."""
        return f"box-{self.id}"

    @property
    def folder(self) -> str:
        """What its folder is called."""
        return f"{self.number}-{self.id}.{self.state}"


class Boxes:
    """One box for each owner, made with its first record."""

    def __init__(self, folder: Path, keys: KeyStore) -> None:
        self.folder = folder
        self._keys = keys

    def put(self, owner: str, whose: str, content: Record, *, replace: bool = True) -> None:
        """Keep `content` durably, in the place of what there was of `whose`; without `replace` that stays instead.

        Raises `TooLarge` for what no record can hold, and `Busy` where it could not be written.
        """
        packed = envelopes.pack({"whose": whose, **content})
        for _attempt in range(_TRIES):
            try:
                if off_the_loop(lambda: self._put(owner, whose, packed, replace=replace)):
                    return
            except OSError as error:  # a full disk: nothing was acknowledged, and the phone keeps it
                log.error("box: %s", type(error).__name__)
                break
            breathe()
        raise Busy(N_("Máy chủ chưa ghi được. Máy bạn sẽ gửi lại sau vài giây."))

    def look(self, owner: str, whose: str) -> Record | None:
        """What lies there of `whose` and is not being emptied yet; None where there is nothing."""
        return off_the_loop(lambda: self._look(owner, whose))

    def take_out(self, owner: str, whose: str) -> None:
        """Remove what lies there of `whose`; where there is nothing it changes nothing."""
        off_the_loop(lambda: self._take_out(owner, whose))

    def count(self, owner: str) -> int:
        """How many records lie there and are not being emptied yet."""
        return off_the_loop(lambda: sum(1 for one in self.fillings(owner, "open") for _ in self._names(one)))

    def waiting(self, owner: str) -> list[Record]:
        """Everything that lies there and is not being emptied yet."""
        return [record for one in self.fillings(owner, "open") for record in self.records(one)]

    def all_of(self, owner: str, whose: str) -> list[Record]:
        """What lies there of `whose`, also what is just being emptied; the oldest first."""
        return off_the_loop(lambda: self._all_of(owner, whose, "shut", "open"))

    def shut(self, owner: str, fillings: Sequence[Filling] | None = None) -> None:
        """From now on what lies there waits to be emptied, and what comes goes into another filling.

        `fillings`: these alone, because they were counted; one that came since is left as it is. Without them there is
        a shut one afterwards even of an empty box, so that whoever looks sees that it is being emptied.
        """
        if fillings is None and not self.fillings(owner, "open"):
            off_the_loop(lambda: self._open(owner))
        for one in self.fillings(owner, "open") if fillings is None else fillings:
            self._rename(one, "shut")

    def records(self, filling: Filling) -> list[Record]:
        """What a filling holds, in no order; of somebody who is in it once. A record that is damaged is left out."""
        return off_the_loop(lambda: self._records(filling))

    def destroy(self, filling: Filling) -> None:
        """The key first, then all records, for good. Doing it again changes nothing."""
        off_the_loop(lambda: self._destroy(filling))

    def owners(self) -> list[str]:
        """Who has a box."""
        with contextlib.suppress(FileNotFoundError):
            return sorted(path.name for path in self.folder.iterdir() if path.is_dir() and _OWNER.fullmatch(path.name))
        return []

    def fillings(self, owner: str, *states: str) -> list[Filling]:
        """The fillings in these states, the oldest first."""
        with contextlib.suppress(FileNotFoundError):
            found = (_FOLDER.fullmatch(path.name) for path in self._box(owner).iterdir())
            return sorted(Filling(int(one[1]), one[2], owner, one[3]) for one in found if one and one[3] in states)
        return []

    def tidy(self, owner: str) -> None:
        """Finish what was cut off: fillings that are done vanish, records never put in place, keys without a folder."""
        keys = [name for name in self._keys.purposes(owner) if name.startswith("box-")]
        known = self.fillings(owner, "open", "shut", "done")
        for one in known:
            if one.state == "done":
                self.destroy(one)
        for name in set(keys) - {one.key for one in known}:
            self._keys.destroy(owner, name)
        self._keys.tidy(owner, _ABANDONED)
        with contextlib.suppress(FileNotFoundError):
            for path in self._box(owner).glob(f"{_HALF}*"):
                with contextlib.suppress(FileNotFoundError):
                    if time.time() - path.stat().st_ctime > _ABANDONED:
                        path.unlink()

    def _put(self, owner: str, whose: str, packed: bytes, *, replace: bool) -> bool:
        """Whether it is certain that the record lies in a filling that nobody has begun to empty."""
        try:
            filling = self._open(owner)
            key = self._keys.get(owner, filling.key)
        except KeyMissing:  # another process is just making it, or has just destroyed it
            return False
        name = envelopes.name_of(key, whose)
        place = self._path(filling) / name
        if not replace and place.exists():
            return True
        half = self._box(owner) / f"{_HALF}{new_id()}"
        durable.write(half, envelopes.seal(key, name, packed))
        try:
            with durable.kept(self._path(filling)):
                half.replace(place)
        except FileNotFoundError:
            half.unlink(missing_ok=True)
            return False
        return place.exists()

    def _open(self, owner: str) -> Filling:
        """The filling that takes records now, made where there is none: the folder first, so that no key lies there alone."""
        found = self.fillings(owner, "open")
        if not found:
            number = max((one.number for one in self.fillings(owner, "shut", "done")), default=0) + 1
            found = [Filling(number, new_id(), owner, "open")]
            self._box(owner).mkdir(parents=True, exist_ok=True, mode=0o700)
            with durable.kept(self.folder), durable.kept(self._box(owner)):
                self._path(found[0]).mkdir(mode=0o700)
        self._keys.create(owner, found[-1].key)
        return found[-1]

    def _look(self, owner: str, whose: str) -> Record | None:
        return next(reversed(self._all_of(owner, whose, "open")), None)

    def _all_of(self, owner: str, whose: str, *states: str) -> list[Record]:
        found = []
        for one in self.fillings(owner, *states):
            with contextlib.suppress(FileNotFoundError, KeyMissing, InvalidTag):
                key = self._keys.get(owner, one.key)
                found.append(envelopes.unseal(key, self._path(one) / envelopes.name_of(key, whose)))
        return found

    def _take_out(self, owner: str, whose: str) -> None:
        for one in self.fillings(owner, "open"):
            with contextlib.suppress(FileNotFoundError, KeyMissing):
                name = envelopes.name_of(self._keys.get(owner, one.key), whose)
                with durable.kept(self._path(one)):
                    (self._path(one) / name).unlink()

    def _records(self, filling: Filling) -> list[Record]:
        found: dict[str, Record] = {}
        for name in self._names(filling):
            try:
                record = envelopes.unseal(self._keys.get(filling.owner, filling.key), self._path(filling) / name)
            except FileNotFoundError:
                continue  # taken out, or emptied by another process meanwhile
            except (KeyMissing, InvalidTag, ValueError):
                log.error("box: a record cannot be read")
                continue
            found[record["whose"]] = record
        return list(found.values())

    def _names(self, filling: Filling) -> list[str]:
        with contextlib.suppress(FileNotFoundError):
            return [path.name for path in self._path(filling).iterdir() if _RECORD.fullmatch(path.name)]
        return []

    def _destroy(self, filling: Filling) -> None:
        if filling.state != "done":
            filling = self._rename(filling, "done")
        self._keys.destroy(filling.owner, filling.key)
        shutil.rmtree(self._path(filling), ignore_errors=True)
        durable.settle(self._box(filling.owner))

    def _rename(self, filling: Filling, state: str) -> Filling:
        """The same in another state, durably; another process may have been quicker."""
        after = Filling(filling.number, filling.id, filling.owner, state)
        with contextlib.suppress(FileNotFoundError), durable.kept(self._box(filling.owner)):
            self._path(filling).rename(self._path(after))
        return after

    def _path(self, filling: Filling) -> Path:
        return self._box(filling.owner) / filling.folder

    def _box(self, owner: str) -> Path:
        if not _OWNER.fullmatch(owner):
            raise ValueError(f"not an owner of a box: {owner}")
        return self.folder / owner
