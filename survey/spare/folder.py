"""The folder of a spare: two places that are written over in turn, so that one of them is whole whenever power fails.

What is there is written over where it lies and never beside it: a row of copies, each of its few seconds, would be the list
of moments that no row of ours holds (rule D1, ADR 49). Which place is the newer one is told by a number that goes round,
and the only time is that of the last look.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from survey.core import durable
from survey.core.errors import Invalid
from survey.core.ids import new_id
from survey.core.text import N_

MARKER, BEAT, MANIFEST, FILES = "doi-thoai-spare.json", "beat.json", "manifest.json", "files"
PLACES, ROUND = ("a", "b"), 3
BLOCK = 16 * 1024  # bytes that are compared and written over together


class Strange(Exception):
    """The folder belongs to another installation: it took over, or the disk is another's."""


@dataclass(frozen=True, slots=True)
class Marker:
    """Says that a folder is a spare, and of which installation; without one nothing is ever written there."""

    id: str
    owner: str
    label: str
    taken: bool = False  # whoever owns it took over from another
    came_from: str = ""  # from which


def marker(folder: Path) -> Marker | None:
    """What says that this folder is a spare; None where nothing does, or where it is not there."""
    with suppress(OSError, ValueError, TypeError):
        return Marker(**json.loads((folder / MARKER).read_text(encoding="utf-8")))
    return None


def mark(folder: Path, made: Marker) -> None:
    """Make the folder the spare of its owner."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    _whole(folder / MARKER, asdict(made))


def prepare(folder: Path, owner: str, label: str) -> Marker:
    """Make `folder` a spare of ours; one that is already stays as it is. Raises `Invalid` for another's."""
    known = marker(folder)
    if known is not None and known.owner != owner:
        raise Invalid(
            N_("Thư mục này là bản dự phòng của máy chủ khác. Hãy dùng thư mục khác, hoặc xóa nó nếu chắc chắn.")
        )
    if known is None:
        known = Marker(new_id(), owner, label)
        try:
            mark(folder, known)
        except OSError:
            raise Invalid(
                N_("Không ghi được vào thư mục dự phòng. Hãy cắm ổ vào, hoặc nối lại thư mục chia sẻ.")
            ) from None
    return known


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
        turns = [_turn(folder / place) for place in PLACES]
        self._newest = PLACES.index(_newer(turns)) if any(turn is not None for turn in turns) else 1
        self._turn = turns[self._newest] or 0

    def check(self) -> None:
        """Raise `Strange` where somebody took over meanwhile, `FileNotFoundError` where the disk is gone."""
        found = marker(self.folder)
        if found is None:
            raise FileNotFoundError(self.folder)
        if found.owner != self._owner or found.id != self.marker.id:
            raise Strange

    def put(self, blobs: Mapping[str, bytes], more: Mapping[str, Any]) -> None:
        """All of it into the older place; afterwards that is the newer one."""
        place = self.folder / PLACES[1 - self._newest]
        place.mkdir(exist_ok=True, mode=0o700)
        with suppress(FileNotFoundError):
            (place / MANIFEST).unlink()
        durable.settle(place)
        for name, content in blobs.items():
            self._over(place / name, content)
        turn = (self._turn + 1) % ROUND
        sums = {name: hashlib.sha256(content).hexdigest() for name, content in blobs.items()}
        _whole(place / MANIFEST, {"turn": turn, "sums": sums, **more})
        self._newest, self._turn = 1 - self._newest, turn

    def beat(self, at: float) -> None:
        """Everything until `at` is there."""
        _whole(self.folder / BEAT, {"at": at}, sync=False)

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


@dataclass(frozen=True, slots=True)
class Found:
    """The newest whole copy in a folder. `at`: until when everything is there; 0 where that is not known."""

    folder: Path
    place: Path
    marker: Marker
    manifest: Mapping[str, Any]
    at: float

    def blob(self, name: str) -> bytes | None:
        """What lies there under this name."""
        return (self.place / name).read_bytes() if name in self.manifest["sums"] else None


def newest(folder: Path) -> Found:
    """The newest copy whose every byte is as it was sent. Raises `Invalid` where there is none."""
    known = marker(folder)
    if known is None:
        raise Invalid(N_("Thư mục này không phải là bản dự phòng: không có tệp doi-thoai-spare.json."))
    places = {turn: folder / place for place in PLACES if (turn := _turn(folder / place)) is not None}
    whole = {turn: place for turn, place in places.items() if _is_whole(place)}
    if not whole:
        raise Invalid(N_("Bản dự phòng chưa gửi xong lần nào, hoặc đã hỏng. Hãy dùng bản sao lưu gần nhất."))
    turn = next((one for one in whole if (one - 1) % ROUND in whole), next(iter(whole)))
    manifest = _json(whole[turn] / MANIFEST)
    at, behind = float(manifest["at"]), (turn + 1) % ROUND in places  # the newer one is damaged
    looked = 0.0 if behind else float(_json(folder / BEAT).get("at", 0.0))
    return Found(folder, whole[turn], known, manifest, max(at, looked))


def _newer(turns: list[int | None]) -> str:
    first, second = turns
    if first is None or second is None:
        return PLACES[0] if second is None else PLACES[1]
    return PLACES[0] if (first - second) % ROUND == 1 else PLACES[1]


def _turn(place: Path) -> int | None:
    turn = _json(place / MANIFEST).get("turn")
    return turn if isinstance(turn, int) else None


def _is_whole(place: Path) -> bool:
    sums = _json(place / MANIFEST)["sums"]
    with suppress(OSError):
        return all(hashlib.sha256((place / name).read_bytes()).hexdigest() == one for name, one in sums.items())
    return False


def _json(path: Path) -> dict[str, Any]:
    with suppress(OSError, ValueError):
        found = json.loads(path.read_text(encoding="utf-8"))
        return found if isinstance(found, dict) else {}
    return {}


def _whole(path: Path, content: Mapping[str, Any], *, sync: bool = True) -> None:
    """Under its name there is always a whole one: the one before, or this."""
    half = path.with_suffix(".half")
    half.unlink(missing_ok=True)
    if sync:
        with durable.kept(path.parent):
            durable.write(half, json.dumps(content).encode())
            half.replace(path)
    else:
        half.write_text(json.dumps(content), encoding="utf-8")
        half.replace(path)


def _wipe_tail(file: Any, length: int) -> None:
    """What was longer before is written over before it is cut off."""
    rest = file.seek(0, os.SEEK_END) - length
    if rest > 0:
        file.seek(length)
        file.write(bytes(rest))
        file.truncate(length)


def _sum(block: bytes) -> bytes:
    return hashlib.blake2b(block, digest_size=16).digest()
