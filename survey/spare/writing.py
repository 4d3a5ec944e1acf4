"""Writing to the folder of a spare: over what is there, block by block, and never beside it (see `folder`)."""

from __future__ import annotations

import hashlib
import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from survey.core import durable
from survey.spare import slots
from survey.spare.folder import BEAT
from survey.spare.folder import MANIFEST
from survey.spare.folder import PLACES
from survey.spare.folder import ROUND
from survey.spare.folder import mac_of
from survey.spare.folder import marker
from survey.spare.folder import newer
from survey.spare.folder import turn_of

BLOCK = 16 * 1024  # bytes that are compared and written over together


class Strange(Exception):
    """The folder belongs to another installation: it took over, or the disk is another's."""


class Writer:
    """Writes to one folder, and knows what lies there since it began."""

    def __init__(self, folder: Path, owner: str) -> None:
        found = marker(folder)
        if found is None:
            raise FileNotFoundError(folder)
        if found.owner != owner:
            raise Strange
        self.folder, self.marker, self._owner = folder, found, owner
        self._blocks: dict[Path, list[bytes]] = {}
        turns = [turn_of(folder / place) for place in PLACES]
        self._newest = PLACES.index(newer(turns)) if any(turn is not None for turn in turns) else 1
        self._turn = turns[self._newest] or 0
        self._at = float(slots.read(folder / BEAT).get("at", 0))
        self._before = 0.0  # until when everything is in the older place

    def check(self) -> None:
        """Raise `Strange` where somebody took over meanwhile, `FileNotFoundError` where the disk is gone."""
        found = marker(self.folder)
        if found is None:
            raise FileNotFoundError(self.folder)
        if found.owner != self._owner or found.id != self.marker.id:
            raise Strange

    def put(self, blobs: Mapping[str, bytes], pair: Mapping[str, Any] | None, key: bytes, at: float) -> None:
        """All of it into the older place; afterwards that is the newer one. `key`: by which the sums are proven."""
        place = self.folder / PLACES[1 - self._newest]
        place.mkdir(exist_ok=True, mode=0o700)
        slots.blank(place / MANIFEST)
        for name, content in blobs.items():
            self._over(place / name, content)
        durable.settle(place)
        turn = (self._turn + 1) % ROUND
        sums = {name: hashlib.sha256(content).hexdigest() for name, content in blobs.items()}
        told = {"turn": turn, "sums": sums, "pair": pair}
        slots.write(place / MANIFEST, {**told, "mac": mac_of(key, told)})
        self._newest, self._turn = 1 - self._newest, turn
        self._before, self._at = self._at, at

    def beat(self, at: float, took: float, *, both: bool) -> None:
        """Everything until `at` is there, in `both` places or in the newer one; the last pass took so long."""
        self._at, self._before = at, at if both else self._before
        told = {"at": int(self._at), "older": int(self._before), "turn": self._turn, "took": math.ceil(took)}
        slots.write(self.folder / BEAT, told, sync=False)

    def _over(self, path: Path, content: bytes) -> None:
        """Write over what differs, in its place; what is longer than that is cut."""
        before = self._blocks.pop(path, [])
        now = [_sum(content[start : start + BLOCK]) for start in range(0, len(content), BLOCK)]
        handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
        with os.fdopen(handle, "r+b", buffering=0) as file:
            for number, block in enumerate(now):
                if number >= len(before) or before[number] != block:
                    file.seek(number * BLOCK)
                    file.write(content[number * BLOCK : (number + 1) * BLOCK])
            _wipe_tail(file, len(content))
            os.utime(path, (0, 0))
            os.fsync(file.fileno())
        self._blocks[path] = now


def _wipe_tail(file: Any, length: int) -> None:
    """What was longer before is written over before it is cut off."""
    rest = file.seek(0, os.SEEK_END) - length
    if rest > 0:
        file.seek(length)
        file.write(bytes(rest))
        file.truncate(length)


def _sum(block: bytes) -> bytes:
    return hashlib.blake2b(block, digest_size=16).digest()
